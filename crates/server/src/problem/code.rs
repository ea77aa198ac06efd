//! The closed list of error codes: one table gives statuses, titles, the documentation page and its test.

use std::fmt::Write as _;

use axum::http::StatusCode;
use vitrina_domain::finding::Locale;

macro_rules! codes {
    ($($name:ident = $word:literal, $status:ident, $es:literal, $en:literal, $means_es:literal, $means_en:literal;)*) => {
        /// What went wrong, as programs tell errors apart. A code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $means_en] $name,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The short text for people; the same for every occurrence.
            pub const fn title(self, locale: Locale) -> &'static str {
                match (self, locale) { $((Self::$name, Locale::Es) => $es, (Self::$name, Locale::En) => $en,)* }
            }

            /// When it occurs and what to do, for the documentation.
            pub const fn meaning(self, locale: Locale) -> &'static str {
                match (self, locale) {
                    $((Self::$name, Locale::Es) => $means_es, (Self::$name, Locale::En) => $means_en,)*
                }
            }
        }
    };
}

codes! {
    BadRequest = "bad-request", BAD_REQUEST, "Petición incorrecta", "Bad request",
        "El servidor no entiende la petición.", "The server does not understand the request.";
    InvalidJson = "invalid-json", BAD_REQUEST, "JSON incorrecto", "Invalid JSON",
        "El cuerpo no es JSON; el detalle da la línea y la columna.", "The body is not JSON; the detail gives line and column.";
    TooDeep = "too-deep", BAD_REQUEST, "JSON demasiado anidado", "JSON nested too deep",
        "El cuerpo anida más niveles de los que se aceptan.", "The body nests more levels than are accepted.";
    UnknownParameter = "unknown-parameter", BAD_REQUEST, "Parámetro desconocido", "Unknown parameter",
        "La dirección lleva un parámetro que esta operación no tiene; `nearest` da el nombre más parecido.",
        "The address has a parameter that this operation does not take; `nearest` gives the closest name.";
    InvalidParameter = "invalid-parameter", BAD_REQUEST, "Valor de parámetro incorrecto", "Invalid parameter value",
        "Un parámetro tiene un valor que no se puede leer o no está en su lista.",
        "A parameter has a value that cannot be read or is not in its list.";
    RepeatedParameter = "repeated-parameter", BAD_REQUEST, "Parámetro repetido", "Repeated parameter",
        "Un parámetro que se da una sola vez aparece varias veces.", "A parameter that is given once appears several times.";
    InvalidEncoding = "invalid-encoding", BAD_REQUEST, "Codificación incorrecta", "Invalid encoding",
        "La dirección no es UTF-8 codificado con signos de porcentaje, o contiene un carácter nulo.",
        "The address is not percent-encoded UTF-8, or it holds a null character.";
    InvalidQuery = "invalid-query", BAD_REQUEST, "Consulta incorrecta", "Invalid query",
        "El texto de `q` no se puede leer; cada error señala el carácter y dice qué se esperaba.",
        "The text of `q` cannot be read; each error points at the character and says what was expected.";
    QueryTooComplex = "query-too-complex", BAD_REQUEST, "Consulta demasiado compleja", "Query too complex",
        "La consulta pasa el límite de caracteres, términos o niveles; los límites están en `/api/v1/limits`.",
        "The query is over the limit of characters, terms or levels; the limits are at `/api/v1/limits`.";
    CursorInvalid = "cursor-invalid", BAD_REQUEST, "Cursor dañado", "Damaged cursor",
        "El cursor no es uno que este servidor haya dado; hay que empezar desde la primera página.",
        "The cursor is none that this server gave; start again from the first page.";
    CursorMismatch = "cursor-mismatch", BAD_REQUEST, "Cursor de otra consulta", "Cursor of another query",
        "El cursor se dio para otros filtros u otro orden; use el enlace `next` sin cambiarlo.",
        "The cursor was given for other filters or another order; use the `next` link unchanged.";
    AtNotSupported = "at-not-supported", BAD_REQUEST, "Fecha pasada no disponible aquí", "Past states not available here",
        "`at` vale para un registro y para listas filtradas sólo por organización, catálogo o fuente; el error nombra el parámetro que sobra.",
        "`at` works for one record and for lists filtered by organization, catalog or source only; the error names the parameter that is too much.";
    TokenRequired = "token-required", UNAUTHORIZED, "Falta el token", "Token required",
        "Esta operación necesita la cabecera `Authorization: Bearer …`; leer nunca la necesita.",
        "This operation needs the header `Authorization: Bearer …`; reading never does.";
    TokenInvalid = "token-invalid", UNAUTHORIZED, "Token no válido", "Invalid token",
        "El token no existe, venció o fue revocado.", "The token does not exist, has expired or was revoked.";
    Forbidden = "forbidden", FORBIDDEN, "Sin permiso", "Forbidden",
        "El token no permite esta operación o no vale para esta organización.",
        "The token does not allow this operation, or not for this organization.";
    NotFound = "not-found", NOT_FOUND, "No encontrado", "Not found",
        "Aquí no hay ningún registro con ese identificador.", "There is no record with that identifier here.";
    NotInspected = "not-inspected", NOT_FOUND, "Archivo aún sin revisar", "File not inspected yet",
        "Un archivo se revisa en los segundos que siguen a su envío: pregunte otra vez. Si el trabajo falló, o el archivo es de antes de que se revisaran, enviar el mismo archivo otra vez pide su revisión.",
        "A file is looked into in the seconds after its upload: ask again. If the job failed, or the file is from before files were looked into, sending the same file again asks for it.";
    UnknownPath = "unknown-path", NOT_FOUND, "Ruta desconocida", "Unknown path",
        "Este servidor no tiene esa ruta; `nearest` da la más parecida.", "This server has no such path; `nearest` gives the closest one.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Método no permitido", "Method not allowed",
        "La ruta existe, pero no con ese método; `Allow` dice cuáles tiene.", "The path exists, but not with that method; `Allow` tells which it has.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "Representación no disponible", "Not acceptable",
        "Nada de lo que pide `Accept` está disponible; `allowed` da la lista.", "Nothing that `Accept` asks for is available; `allowed` gives the list.";
    BodyTooSlow = "body-too-slow", REQUEST_TIMEOUT, "Cuerpo demasiado lento", "Body too slow",
        "El cuerpo no llegó a tiempo, o llegó más despacio que el mínimo, y la conexión se cerró.", "The body did not come in time, or came slower than the minimum, and the connection was closed.";
    Conflict = "conflict", CONFLICT, "Conflicto", "Conflict",
        "Otra escritura llegó antes, o el nombre ya está ocupado.", "Another write came first, or the name is taken.";
    IdempotencyInProgress = "idempotency-in-progress", CONFLICT, "La primera petición sigue en curso", "First request still running",
        "La petición con la misma `Idempotency-Key` aún no termina; repítala después.",
        "The request with the same `Idempotency-Key` has not ended; repeat it later.";
    JobState = "job-state", CONFLICT, "El trabajo no está en ese punto", "The job is not at that point",
        "El trabajo ya terminó, o aún no; el detalle dice en qué estado está.",
        "The job has ended already, or has not yet; the detail tells its state.";
    TooManyWebhooks = "too-many-webhooks", CONFLICT, "Demasiados webhooks", "Too many webhooks",
        "El token ya tiene todos los webhooks que puede tener; borre uno antes de crear otro.",
        "The token has as many webhooks as it may have; delete one before making another.";
    Gone = "gone", GONE, "Retirado", "Gone",
        "El registro existió y fue retirado o borrado; la respuesta dice cuándo y por qué.",
        "The record was here and was withdrawn or deleted; the answer says when and why.";
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "La versión cambió", "Precondition failed",
        "`If-Match` no es la versión actual: lea el registro otra vez y repita el cambio.",
        "`If-Match` is not the current version: read the record again and repeat the change.";
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE, "Cuerpo demasiado grande", "Payload too large",
        "El cuerpo pasa el límite de la operación; los límites están en `/api/v1/limits`.",
        "The body is over the limit of the operation; the limits are at `/api/v1/limits`.";
    QuotaExceeded = "quota-exceeded", PAYLOAD_TOO_LARGE, "Cuota agotada", "Quota exceeded",
        "El archivo no cabe en la cuota de la organización o del sitio; `detail` da las cifras.",
        "The file does not fit into the quota of the organization or of the site; `detail` gives the figures.";
    RangeNotSatisfiable = "range-not-satisfiable", RANGE_NOT_SATISFIABLE, "Rango fuera del archivo", "Range not satisfiable",
        "El archivo termina antes del rango pedido; `Content-Range` dice cuánto mide.",
        "The file ends before the range that was asked for; `Content-Range` tells how long it is.";
    UriTooLong = "uri-too-long", URI_TOO_LONG, "Dirección demasiado larga", "URI too long",
        "La dirección pasa de 8 KiB.", "The address is longer than 8 KiB.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Tipo de contenido no aceptado", "Unsupported media type",
        "La operación no lee cuerpos de ese `Content-Type`; `allowed` da la lista.",
        "The operation does not read bodies of that `Content-Type`; `allowed` gives the list.";
    FileTypeRefused = "file-type-refused", UNSUPPORTED_MEDIA_TYPE, "Tipo de archivo no aceptado", "File type refused",
        "Los bytes no son de ningún tipo de archivo que este sitio acepte, se llame como se llame; `allowed` da la lista.",
        "The bytes are of no type of file that this site takes, whatever the file is called; `allowed` gives the list.";
    MisdirectedRequest = "misdirected-request", MISDIRECTED_REQUEST, "Servidor equivocado", "Misdirected request",
        "La cabecera `Host` no es la de este servidor.", "The `Host` header is not that of this server.";
    InvalidDocument = "invalid-document", UNPROCESSABLE_ENTITY, "Documento no aceptado", "Document not accepted",
        "El cuerpo es JSON, pero no el documento que la operación necesita; `errors` dice dónde y por qué.",
        "The body is JSON, but not the document the operation needs; `errors` says where and why.";
    UnreadableSource = "unreadable-source", UNPROCESSABLE_ENTITY, "Documento ilegible", "Unreadable document",
        "Los bytes no son de ningún formato conocido, están cortados o cifrados, o traen lo que su formato no debe traer.",
        "The bytes are in no known format, they are cut short or encrypted, or they hold what their format should not.";
    ResourceTooComplex = "resource-too-complex", UNPROCESSABLE_ENTITY, "Archivo demasiado complejo", "Resource too complex",
        "Leer el archivo toma más memoria, tiempo o espacio que lo permitido; `errors` dice dónde. Divídalo o simplifíquelo.",
        "Reading the file takes more memory, time or room than is allowed; `errors` says where. Split it or make it simpler.";
    DigestMismatch = "digest-mismatch", UNPROCESSABLE_ENTITY, "Otros bytes", "Digest mismatch",
        "Los bytes que llegaron no tienen el digesto anunciado; no se guardó nada.",
        "The bytes that came do not have the digest that was announced; nothing was kept.";
    StaleFetch = "stale-fetch", UNPROCESSABLE_ENTITY, "Lectura más vieja que la última", "Stale fetch",
        "La importación es más vieja que la última aplicada de esa fuente y se rechazó entera.",
        "The import is older than the last one applied from that source and was refused whole.";
    IdempotencyMismatch = "idempotency-mismatch", UNPROCESSABLE_ENTITY, "Clave usada con otra petición", "Key used with another request",
        "La `Idempotency-Key` ya se usó con otro cuerpo u otra ruta.", "The `Idempotency-Key` was used with another body or path.";
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "Falta If-Match", "Precondition required",
        "Cambiar un registro necesita `If-Match` con su `ETag`.", "Changing a record needs `If-Match` with its `ETag`.";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Demasiadas peticiones", "Too many requests",
        "Su dirección o token pasó el límite; `Retry-After` dice cuánto esperar.", "Your address or token is over the limit; `Retry-After` says how long to wait.";
    HeadersTooLarge = "headers-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "Cabeceras demasiado grandes", "Headers too large",
        "Las cabeceras pasan de 16 KiB o de 100 campos.", "The headers are over 16 KiB or 100 fields.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Error interno", "Internal error",
        "Falló el servidor; dé el `request_id` al operador.", "The server failed; give the `request_id` to the operator.";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "Servidor ocupado", "Overloaded",
        "Hay demasiadas peticiones caras a la vez; `Retry-After` dice cuánto esperar.",
        "There are too many expensive requests at once; `Retry-After` says how long to wait.";
    TimedOut = "timed-out", SERVICE_UNAVAILABLE, "Tiempo agotado", "Timed out",
        "La respuesta tardó más que el límite.", "The answer took longer than the limit.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "No disponible", "Unavailable",
        "La base de datos o el índice no responden, o el servidor está terminando.",
        "The database or the index does not answer, or the server is shutting down.";
}

impl Code {
    /// The code for a response of the framework that only has a status.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::UnknownPath,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::REQUEST_TIMEOUT => Self::BodyTooSlow,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::URI_TOO_LONG => Self::UriTooLong,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidDocument,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeadersTooLarge,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// The documentation page of the codes, as `docs/errors.md` holds it.
pub fn documentation() -> String {
    let mut page = String::from(
        "# Errores · Errors\n\n\
         <!-- Written from crates/server/src/problem/code.rs: run `just bless` after a change there. -->\n\n\
         Todo error es `application/problem+json` (RFC 9457). El miembro `code` es uno de esta lista cerrada y nunca cambia \
         de significado; `title` y `detail` siguen `Accept-Language`.\n\n\
         Every error is `application/problem+json` (RFC 9457). The member `code` is one of this closed list and never \
         changes its meaning; `title` and `detail` follow `Accept-Language`.\n",
    );
    for code in Code::ALL {
        let (word, status) = (code.as_str(), code.status().as_u16());
        let _infallible = write!(page, "\n## {word}\n\n`{status}`\n\n");
        for locale in [Locale::Es, Locale::En] {
            let (title, meaning) = (code.title(locale), code.meaning(locale));
            let _infallible = writeln!(page, "- {}: **{title}.** {meaning}", locale.as_str());
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs, path::Path};

    use super::*;

    #[test]
    fn codes_are_kebab_case_and_distinct() {
        let words: HashSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for word in words {
            assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{word}");
        }
    }

    #[test]
    fn every_code_is_documented_as_it_is() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, documentation()).unwrap();
        }
        let page = fs::read_to_string(&path).unwrap();
        assert_eq!(page, documentation(), "docs/errors.md is out of date: run `just bless`");
    }

    #[test]
    fn framework_statuses_find_a_code_of_the_same_status() {
        for status in [400, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Code::of_status(status).status(), status);
        }
    }
}
