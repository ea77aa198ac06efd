//! The one table of settings: names, flags, meaning.

use figment::value::Value;
use vitrina_domain::finding::Locale;

/// A setting as people meet it.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the file; in the environment it is `VITRINA_` and the name in capitals.
    pub name: &'static str,
    /// Its flag, where it has one.
    pub flag: Option<&'static str>,
    /// A value to copy.
    pub example: &'static str,
    /// What it means, in Spanish.
    es: &'static str,
    /// What it means, in English.
    en: &'static str,
}

impl Setting {
    /// What it means.
    pub fn meaning(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Es => self.es,
            Locale::En => self.en,
        }
    }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "data_dir",
        flag: Some("--data-dir"),
        example: "/var/lib/vitrina",
        es: "La carpeta del catálogo: base de datos, originales, índice. Se crea si falta, solo para su dueño.",
        en: "The folder of the catalog: database, originals, index. Made when missing, for its owner only.",
    },
    Setting {
        name: "database_url",
        flag: Some("--database-url"),
        example: "postgres://vitrina@db.example.org/vitrina",
        es: "La base de datos, si no es el archivo SQLite de la carpeta. La contraseña va mejor en el archivo \
             de configuración que en la línea de órdenes, donde cualquiera la ve.",
        en: "The database, when it is not the SQLite file of the folder. A password belongs in the configuration \
             file rather than on the command line, where everybody sees it.",
    },
    Setting {
        name: "files_url",
        flag: None,
        example: "s3://KEY:SECRET@s3.example.org/vitrina",
        es: "El cubo de un almacén S3 para los archivos y los originales, si no van en la carpeta `blobs`: \
             `s3://CLAVE:SECRETO@servidor[:puerto]/cubo[/prefijo][?region=…]`, con clave y secreto codificados como en \
             toda dirección (`/` es `%2F`); `s3+http://` es lo mismo sin cifrar. Va en el archivo de configuración.",
        en: "The bucket of an S3 store for the files and the originals, when they are not in the folder `blobs`: \
             `s3://KEY:SECRET@host[:port]/bucket[/prefix][?region=…]`, with key and secret encoded as in any address \
             (`/` is `%2F`); `s3+http://` is the same without encryption. It belongs in the configuration file.",
    },
    Setting {
        name: "file_types",
        flag: None,
        example: "csv, geojson, pdf",
        es: "Los tipos de archivo que se pueden subir; lo que un archivo es lo dicen sus bytes. Una lista vacía no admite \
             ninguno. Se conocen además `html`, `svg`, `docx`, `odt`, `xls`, `gz`, `png`, `jpg` y `tif`.",
        en: "The kinds of files that may be uploaded; what a file is, its bytes tell. An empty list takes none. Known are \
             also `html`, `svg`, `docx`, `odt`, `xls`, `gz`, `png`, `jpg` and `tif`.",
    },
    Setting {
        name: "file_size",
        flag: None,
        example: "256 MiB",
        es: "El archivo más largo que se puede subir.",
        en: "The longest file that may be uploaded.",
    },
    Setting {
        name: "organization_quota",
        flag: None,
        example: "20 GiB",
        es: "Cuánto pueden ocupar los archivos de una organización, con sus versiones anteriores. Por omisión, lo que haya.",
        en: "How much the files of one organization may take, with their earlier versions. By default as much as there is.",
    },
    Setting {
        name: "site_quota",
        flag: None,
        example: "1 TiB",
        es: "Cuánto pueden ocupar los archivos del sitio, con sus versiones anteriores. Por omisión, lo que haya.",
        en: "How much the files of the site may take, with their earlier versions. By default as much as there is.",
    },
    Setting {
        name: "max_connections",
        flag: None,
        example: "16",
        es: "El máximo de conexiones de lectura a la base de datos; en SQLite, dos por núcleo a lo sumo.",
        en: "The most connections for reading from the database; on SQLite two for each core at most.",
    },
    Setting {
        name: "listen",
        flag: Some("--listen"),
        example: "0.0.0.0:8080",
        es: "Dirección y puerto en que atiende el servidor. Fuera de esta máquina hacen falta además `base_url` y \
             `tls`.",
        en: "Address and port the server listens on. Beyond this machine it also needs `base_url` and `tls`.",
    },
    Setting {
        name: "base_url",
        flag: Some("--base-url"),
        example: "https://datos.example.org",
        es: "Con qué empieza toda dirección permanente. Una vez público se guarda y ya no cambia, porque las \
             direcciones se citan. Por omisión, `http://` y lo que diga `listen`.",
        en: "What every permanent address begins with. Once public it is kept and does not change any more, because \
             addresses are cited. By default `http://` and what `listen` says.",
    },
    Setting {
        name: "tls",
        flag: Some("--tls"),
        example: "proxy",
        es: "Quién cifra el tráfico de una dirección pública: `proxy`, un servidor delante de Vitrina; \
             `off-explicitly`, nadie, a sabiendas.",
        en: "Who encrypts the traffic of a public address: `proxy`, a server in front of Vitrina; \
             `off-explicitly`, nobody, knowingly.",
    },
    Setting {
        name: "proxies",
        flag: Some("--proxies"),
        example: "127.0.0.1, 10.0.0.0/8",
        es: "Los servidores intermedios a los que se cree quién es el cliente (`X-Forwarded-For`): direcciones y \
             redes. Por omisión, esta misma máquina cuando `tls` es `proxy`.",
        en: "The proxies whose word about the client is believed (`X-Forwarded-For`): addresses and networks. By \
             default this machine itself when `tls` is `proxy`.",
    },
    Setting {
        name: "hosts",
        flag: Some("--hosts"),
        example: "datos.internal:8080",
        es: "Los nombres a los que responde el servidor además del de `base_url`; a otros contesta 421.",
        en: "The names that the server answers to beside that of `base_url`; others get 421.",
    },
    Setting {
        name: "metrics_listen",
        flag: Some("--metrics-listen"),
        example: "127.0.0.1:9090",
        es: "Dirección y puerto aparte para `/metrics`, que el público no debe alcanzar. Sin este ajuste, un servidor \
             sólo para esta máquina lo tiene junto a lo demás y uno público no lo tiene.",
        en: "An address and port of its own for `/metrics`, which the public should not reach. Without it, a server \
             for this machine alone has it beside the rest and a public one has none.",
    },
    Setting {
        name: "budgets",
        flag: None,
        example: "search=8, export=16",
        es: "Cuántas peticiones de una clase se atienden a la vez; las demás esperan un poco o reciben 503. Las clases \
             son `read`, `search`, `export`, `page`, `write`, `validate` e `import`. Por omisión depende de los \
             núcleos; lo que rige está en `/api/v1/limits`.",
        en: "How many requests of a class are answered at once; the others wait a little or get 503. The classes are \
             `read`, `search`, `export`, `page`, `write`, `validate` and `import`. By default it depends on the cores; \
             what is in force is at `/api/v1/limits`.",
    },
    Setting {
        name: "egress_allow",
        flag: None,
        example: "10.0.0.0/8, avisos.interno",
        es: "Direcciones, redes y nombres a los que este servidor puede llamar aunque estén dentro de su red: un nombre vale \
             con lo que signifique. Lo demás que no sea público se rechaza, sea un webhook o una redirección. Por omisión, \
             ninguno.",
        en: "Addresses, networks and names that this server may call although they are inside its network: a name with \
             whatever it stands for. Anything else that is not public is refused, be it a webhook or a redirect. By default \
             none.",
    },
    Setting {
        name: "egress_contact",
        flag: None,
        example: "datos@example.org",
        es: "A quién puede escribir el dueño de un servidor al que éste llama: una dirección web o de correo, que va en \
             `User-Agent`. Por omisión, la del sitio.",
        en: "Whom the owner of a server that this one calls can write to: a web or mail address, which goes into \
             `User-Agent`. By default that of the site.",
    },
    Setting {
        name: "egress_roots",
        flag: None,
        example: "/etc/vitrina/roots.pem",
        es: "Un archivo PEM con autoridades en las que se confía, además de las de Mozilla, al llamar a otros servidores.",
        en: "A PEM file with authorities that are trusted beside those of Mozilla when other servers are called.",
    },
    Setting {
        name: "workers",
        flag: None,
        example: "4",
        es: "Cuántos trabajos hace a la vez cada proceso. Con 0 el servidor no hace ninguno y los deja a \
             `vitrina worker`.",
        en: "How many jobs each process does at once. With 0 the server does none and leaves them to \
             `vitrina worker`.",
    },
    Setting {
        name: "parse_memory",
        flag: None,
        example: "1024",
        es: "Cuánta memoria puede tomar, en MiB, el proceso aparte que revisa una tabla o un archivo comprimido; son a lo \
             más tantos a la vez como núcleos. El que necesita más termina, y el archivo se rechaza. Nunca menos de \
             256.",
        en: "How much memory, in MiB, the separate process may take that looks into a table or an archive; at most as \
             many run at once as there are cores. One that needs more ends, and the file is refused. Never less than \
             256.",
    },
    Setting {
        name: "mail_url",
        flag: None,
        example: "smtps://USER:PASSWORD@mail.example.org",
        es: "El servidor de correo al que se entregan las cartas: `smtps://USUARIO:CONTRASEÑA@servidor[:465]`, cifrado desde \
             el principio; `smtp://…[:587]`, cifrado después de STARTTLS, sin el cual no se envía nada; \
             `smtp+plain://localhost[:25]`, sin cifrar, sólo en esta misma máquina. Usuario y contraseña van codificados \
             como en toda dirección (`@` es `%40`). Va en el archivo de configuración. Sin este ajuste no se escriben \
             cartas.",
        en: "The mail server that letters are handed to: `smtps://USER:PASSWORD@host[:465]`, encrypted from the beginning; \
             `smtp://…[:587]`, encrypted after STARTTLS, without which nothing is sent; `smtp+plain://localhost[:25]`, not \
             encrypted, on this same machine only. User and password are encoded as in any address (`@` is `%40`). It \
             belongs in the configuration file. Without it no letters are written.",
    },
    Setting {
        name: "mail_from",
        flag: None,
        example: "Datos de Ejemplo <datos@example.org>",
        es: "De quién son las cartas: una dirección, o un nombre y la dirección entre picos. Hace falta con `mail_url`.",
        en: "Whom letters are from: an address, or a name with the address in angle brackets. Needed with `mail_url`.",
    },
    Setting {
        name: "mail_authorities",
        flag: None,
        example: "/etc/vitrina/authorities.pem",
        es: "Un archivo PEM con los certificados de autoridades propias que pueden firmar el del servidor de correo, además \
             de las de la lista de Mozilla.",
        en: "A PEM file with the certificates of one's own authorities that may sign that of the mail server, beside those \
             of Mozilla's list.",
    },
    Setting {
        name: "site_title",
        flag: None,
        example: "Datos de Ejemplo",
        es: "Cómo se llama el sitio, en español.",
        en: "What the site is called, in Spanish.",
    },
    Setting {
        name: "site_title_en",
        flag: None,
        example: "Example Data",
        es: "Cómo se llama el sitio, en inglés.",
        en: "What the site is called, in English.",
    },
    Setting {
        name: "site_description",
        flag: None,
        example: "El catálogo del municipio de Ejemplo.",
        es: "Qué ofrece el sitio, en español.",
        en: "What the site offers, in Spanish.",
    },
    Setting {
        name: "site_description_en",
        flag: None,
        example: "The catalog of the municipality of Example.",
        es: "Qué ofrece el sitio, en inglés.",
        en: "What the site offers, in English.",
    },
    Setting {
        name: "site_publisher",
        flag: None,
        example: "Municipio de Ejemplo",
        es: "Quién responde por el sitio.",
        en: "Who runs the site.",
    },
    Setting {
        name: "language",
        flag: None,
        example: "en",
        es: "El idioma para quien no pide ninguno: `es` o `en`.",
        en: "The language for readers who ask for none: `es` or `en`.",
    },
    Setting {
        name: "log_level",
        flag: Some("--log-level"),
        example: "info,vitrina_store=debug",
        es: "Cuánto se registra: `error`, `warn`, `info`, `debug`, `trace`, o por partes. Por omisión `info` en \
             `serve` y `warn` en las demás órdenes.",
        en: "How much is logged: `error`, `warn`, `info`, `debug`, `trace`, or part by part. By default `info` for \
             `serve` and `warn` for the other commands.",
    },
    Setting {
        name: "log_format",
        flag: Some("--log-format"),
        example: "json",
        es: "La forma del registro: `text`, `json`, o `auto`, que es texto en una terminal y JSON fuera de ella.",
        en: "The form of the log: `text`, `json`, or `auto`, which is text on a terminal and JSON elsewhere.",
    },
];

/// The setting with this name, or the name most like it.
pub(super) fn known(name: &str) -> Result<&'static Setting, Option<String>> {
    find(name).ok_or_else(|| nearest(name))
}

/// The setting with this name.
pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

fn nearest(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    SETTINGS
        .iter()
        .map(|setting| (strsim::jaro_winkler(setting.name, &name), setting.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name.to_owned())
}

/// A variable's text as the type it looks like: the environment knows only text.
pub(super) fn typed(text: &str) -> Value {
    match text.parse::<u64>() {
        Ok(number) => Value::from(number),
        Err(_) => Value::from(text),
    }
}
