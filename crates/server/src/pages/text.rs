//! Every text of the pages, Spanish and English side by side.

use vitrina_domain::finding::Locale;

macro_rules! texts {
    ($($name:ident: $es:literal, $en:literal;)*) => {
        /// The texts of the pages in one language.
        #[derive(Debug)]
        pub(crate) struct Texts { $(pub(crate) $name: &'static str,)* }

        static ES: Texts = Texts { $($name: $es,)* };
        static EN: Texts = Texts { $($name: $en,)* };
    };
}

texts! {
    skip: "Ir al contenido", "Skip to content";
    tagline: "Información de interés público, a la vista de todas las personas", "Information of public interest, in plain view";
    other_language: "English", "Español";
    search_label: "Buscar en el catálogo", "Search the catalog";
    search_hint: "Por ejemplo: presupuesto, agua, nómina, calidad del aire", "For example: budget, water, payroll, air quality";
    search_button: "Buscar", "Search";
    newest: "Lo más reciente", "Newest";
    nothing_yet: "Todavía no hay conjuntos de datos. Impórtelos con «vitrina import» o arranque con «--demo».", "There are no datasets yet. Import some with \"vitrina import\" or start with \"--demo\".";
    dataset: "conjunto de datos", "dataset";
    datasets: "conjuntos de datos", "datasets";
    organization: "organización", "organization";
    organizations: "organizaciones", "organizations";
    catalog: "catálogo", "catalog";
    catalogs: "catálogos", "catalogs";
    in_catalog: "Catálogo", "Catalog";
    in_catalogs: "Catálogos", "Catalogs";
    remarks: "Observaciones", "Remarks";
    themes: "Temas", "Themes";
    formats: "Formatos", "Formats";
    results: "resultados", "results";
    no_results: "Nada coincide con la búsqueda. Pruebe con menos palabras o sin filtros.", "Nothing matches the search. Try fewer words or no filters.";
    next_page: "Siguientes", "Next";
    all_datasets: "Todos los conjuntos de datos", "All datasets";
    home: "Inicio", "Home";
    error_codes: "Códigos de error", "Error codes";
    api: "API para desarrollar", "API for developers";
    publisher: "Publica", "Publisher";
    modified: "Actualizado", "Modified";
    issued: "Publicado", "Issued";
    frequency: "Frecuencia", "Frequency";
    license: "Licencia", "Licence";
    spatial: "Cobertura geográfica", "Spatial coverage";
    temporal: "Periodo", "Period";
    language: "Idioma", "Language";
    keywords: "Palabras clave", "Keywords";
    contact: "Contacto", "Contact";
    legislation: "Fundamento legal", "Legal basis";
    identifier: "Identificador", "Identifier";
    dictionary: "Diccionario de datos", "Data dictionary";
    landing_page: "Página de origen", "Original page";
    files: "Archivos y servicios", "Files and services";
    no_files: "Este conjunto de datos no trae archivos.", "This dataset comes without files.";
    more_files: "más en la API", "more in the API";
    download: "Descargar", "Download";
    unsubscribe_title: "Dejar de recibir avisos", "End notices";
    unsubscribe_question: "¿Quiere dejar de recibir los avisos de esta lista?", "Do you want to end the notices of this list?";
    unsubscribe_button: "Sí, dejar de recibirlos", "Yes, end them";
    unsubscribe_done: "Listo: ya no recibirá los avisos de esta lista.", "Done: you will get no more notices of this list.";
    unsubscribe_still: "Lo que tenga que ver con una cuenta o con la ley se le seguirá enviando.", "What has to do with an account or with the law will still be sent to you.";
    open: "Abrir", "Open";
    revision: "Revisión", "Revision";
    history: "Historial", "History";
    original: "Original tal como llegó", "Original as it came";
    other_formats: "Este registro en otros formatos", "This record in other formats";
    permanent: "Enlace permanente", "Permanent link";
    gone_title: "Este registro ya no está publicado", "This record is no longer published";
    gone_since: "Desde", "Since";
    gone_reason: "Motivo", "Reason";
    missing_at_source: "la fuente ya no lo incluye", "its source no longer has it";
    gone_history: "Su historial y esta constancia permanecen.", "Its history and this notice remain.";
    open_source: "Vitrina es software libre.", "Vitrina is free software.";
}

/// The texts in a language.
pub(crate) fn texts(locale: Locale) -> &'static Texts {
    match locale {
        Locale::Es => &ES,
        Locale::En => &EN,
    }
}
