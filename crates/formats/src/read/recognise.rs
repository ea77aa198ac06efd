//! Recognising a document by its shape, never by its name or origin.

use serde_json::{Map, Value};
use vitrina_domain::finding::Bilingual;

use super::{
    InputFormat,
    refusal::{ReadError, no_catalog, unsupported},
    shape::{
        is_ckan_package, is_data_package, is_dataset, is_field_list, is_json_schema, is_own_record,
        list_members,
    },
    survey::{List, Place, Survey},
};

/// Where the records of a document stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Records {
    /// The elements of a list.
    List(Place),
    /// The value at a path.
    Single(&'static [&'static str]),
    /// The lines of the document.
    Lines,
}

type Recognised = Result<(InputFormat, Records), ReadError>;

/// Says what a JSON document is, and where its records are.
pub(super) fn recognise(survey: &Survey) -> Recognised {
    match (survey.first, survey.list(Place::Root)) {
        (b'[', Some(list)) => bare_list(list),
        (b'{', _) => object(survey),
        (first, _) => {
            let (es, en) = single_value(first);
            Err(no_catalog(es, en))
        }
    }
}

/// What a value that is neither list nor object is called, by its first byte.
const fn single_value(first: u8) -> (&'static str, &'static str) {
    match first {
        b'"' => ("un solo texto JSON", "a single JSON text"),
        b'n' => ("el valor JSON null", "the JSON value null"),
        b't' | b'f' => ("un solo valor lógico de JSON", "a single truth value of JSON"),
        _ => ("un solo número JSON", "a single JSON number"),
    }
}

fn objects(list: &List) -> impl Iterator<Item = &Map<String, Value>> {
    list.samples.iter().filter_map(Value::as_object)
}

fn bare_list(list: &List) -> Recognised {
    if list.count == 0 {
        return Err(no_catalog("una lista vacía", "an empty list"));
    }
    if objects(list).any(is_ckan_package) {
        return Ok((InputFormat::CkanPackageList, Records::List(Place::Root)));
    }
    if objects(list)
        .any(|object| object.keys().any(|name| name.starts_with("http://") || name.starts_with("https://")))
    {
        return Err(unsupported("RDF (JSON-LD expandido)", "RDF (expanded JSON-LD)"));
    }
    if objects(list).any(is_dataset) {
        return Err(unsupported(
            "Project Open Data 1.0 (una lista de conjuntos de datos sin catálogo)",
            "Project Open Data 1.0 (a bare list of datasets)",
        ));
    }
    let count = list.count;
    Err(match objects(list).next().map(list_members) {
        Some(Bilingual { es, en }) => no_catalog(
            format!("una lista de {count} objetos JSON con {es}"),
            format!("a list of {count} JSON objects with {en}"),
        ),
        None => {
            no_catalog(format!("una lista de {count} valores JSON"), format!("a list of {count} JSON values"))
        }
    })
}

fn object(survey: &Survey) -> Recognised {
    let members = &survey.members;
    // First, because a record of ours keeps the members that its source made up, whatever they look like.
    if is_own_record(members) && survey.lines <= 1 {
        return Ok((InputFormat::Ndjson, Records::Lines));
    }
    if let Some(version) = dcat_us_3(survey) {
        return Err(unsupported(version, version));
    }
    if let Some(list) = survey.list(Place::Dataset) {
        return Ok((dialect(members, list), Records::List(Place::Dataset)));
    }
    if is_json_schema(members) {
        return Err(no_catalog("un esquema JSON Schema", "a JSON Schema"));
    }
    if let Some(lone) = members.get("dataset") {
        return lone_dataset(members, lone);
    }
    if members.get("success").is_some_and(Value::is_boolean)
        && ["result", "error", "help"].iter().any(|name| members.contains_key(*name))
    {
        return envelope(survey);
    }
    if let Some(list) = survey.list(Place::Items)
        && (objects(list).any(is_own_record) || (list.count == 0 && members.contains_key("catalog")))
    {
        return Ok((InputFormat::VitrinaList, Records::List(Place::Items)));
    }
    if members.contains_key("@graph") {
        return Err(unsupported("RDF (JSON-LD con @graph)", "RDF (JSON-LD with @graph)"));
    }
    if is_ckan_package(members) {
        return Ok((InputFormat::CkanPackage, Records::Single(&[])));
    }
    if is_data_package(members) {
        return Err(unsupported("un Data Package (datapackage.json)", "a Data Package (datapackage.json)"));
    }
    lone_object(survey)
}

/// A lone record, a catalog without records, or something else altogether.
fn lone_object(survey: &Survey) -> Recognised {
    let members = &survey.members;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let schema_org =
        members.get("@context").is_some_and(|context| context.to_string().contains("schema.org"));
    if schema_org {
        return Err(unsupported(
            "una descripción para buscadores (schema.org, JSON-LD)",
            "a description for search engines (schema.org, JSON-LD)",
        ));
    }
    let is_header =
        ["themeTaxonomy", "superThemeTaxonomy", "homepage"].iter().any(|name| members.contains_key(*name))
            || matches!(text("@type"), "dcat:Catalog" | "Catalog");
    if is_header && !members.contains_key("distribution") {
        return Err(no_catalog(
            "la descripción de un catálogo, sin el miembro `dataset`",
            "the description of a catalog, without the member `dataset`",
        ));
    }
    if is_own_record(members) || is_dataset(members) {
        if survey.lines <= 1 {
            return Ok((InputFormat::Ndjson, Records::Lines));
        }
        return Err(no_catalog(
            "un solo conjunto de datos; para importarlo, póngalo en un catálogo como {\"dataset\": [ … ]}, o en un solo \
             renglón de un archivo NDJSON",
            "a single dataset; to import it, put it in a catalog as {\"dataset\": [ … ]}, or in one line of a file \
             of NDJSON",
        ));
    }
    Err(match text("type") {
        "FeatureCollection" | "Feature" | "Topology" => {
            no_catalog("datos geográficos (GeoJSON o TopoJSON)", "geographic data (GeoJSON or TopoJSON)")
        }
        _ if members.contains_key("openapi") || members.contains_key("swagger") => {
            no_catalog("la descripción de una API (OpenAPI)", "the description of an API (OpenAPI)")
        }
        _ if members.contains_key("@context") => unsupported("RDF (JSON-LD)", "RDF (JSON-LD)"),
        _ => {
            let Bilingual { es, en } = list_members(members);
            no_catalog(format!("un objeto JSON con {es}"), format!("a JSON object with {en}"))
        }
    })
}

/// What names version 3 of DCAT-US, if the document does.
fn dcat_us_3(survey: &Survey) -> Option<&'static str> {
    const NAME: &str = "DCAT-US 3";
    let members = &survey.members;
    let conforms =
        members.get("conformsTo").map(|value| value.to_string().to_lowercase()).unwrap_or_default();
    let named =
        conforms.contains("dcat-us 3") || conforms.contains("dcat-us/3") || conforms.contains("dcat-us-3");
    let bare = |value: Option<&Value>, name: &str| value.and_then(Value::as_str) == Some(name);
    let typed = bare(members.get("@type"), "Catalog")
        && !conforms.contains("v1.1")
        && (["service", "datasetSeries", "record"].iter().any(|name| members.contains_key(*name))
            || survey
                .list(Place::Dataset)
                .is_some_and(|list| objects(list).any(|dataset| bare(dataset.get("@type"), "Dataset"))));
    (named || typed).then_some(NAME)
}

/// The dialect of a `data.json`, by members that only one of them has.
fn dialect(members: &Map<String, Value>, list: &List) -> InputFormat {
    let any = |test: &dyn Fn(&Map<String, Value>) -> bool| objects(list).any(test);
    let files = |dataset: &Map<String, Value>, name: &str| {
        dataset
            .get("distribution")
            .and_then(Value::as_array)
            .is_some_and(|files| files.iter().any(|file| file.get(name).is_some()))
    };
    let adela = |dataset: &Map<String, Value>| {
        ["openessRating", "opennessRating", "govType", "publishDate"]
            .iter()
            .any(|name| dataset.contains_key(*name))
            || ["publishDate", "codelist", "codelist_link"].iter().any(|name| files(dataset, name))
    };
    let argentina =
        |dataset: &Map<String, Value>| dataset.contains_key("superTheme") || files(dataset, "field");
    if any(&adela) {
        InputFormat::DataJsonAdela
    } else if members.contains_key("superThemeTaxonomy")
        || members.get("themeTaxonomy").is_some_and(Value::is_array)
        || any(&argentina)
    {
        InputFormat::DataJsonArgentina
    } else {
        InputFormat::DataJson
    }
}

/// `dataset` that is no list.
fn lone_dataset(members: &Map<String, Value>, lone: &Value) -> Recognised {
    match lone {
        Value::Object(dataset) if is_field_list(dataset) => Err(no_catalog(
            "una lista de los campos de un catálogo, sin valores",
            "a list of the fields of a catalog, without values",
        )),
        Value::Object(dataset) if is_dataset(dataset) => {
            let one = List { count: 1, samples: vec![lone.clone()] };
            Ok((dialect(members, &one), Records::Single(&["dataset"])))
        }
        Value::Null => Err(no_catalog(
            "un catálogo cuyo miembro `dataset` es null",
            "a catalog whose member `dataset` is null",
        )),
        _ => Err(no_catalog(
            "un objeto JSON cuyo miembro `dataset` no es una lista de conjuntos de datos",
            "a JSON object whose member `dataset` is no list of datasets",
        )),
    }
}

/// Actions of CKAN that answer with packages.
const READ_ACTIONS: &[&str] = &[
    "package_show",
    "dataset_show",
    "package_search",
    "dataset_search",
    "group_package_show",
    "organization_show",
    "group_show",
    "current_package_list_with_resources",
    "package_relationships_list",
    "recently_changed_packages",
];

/// The name of the action that an answer comes from, where `help` is an address that ends in it.
fn action(members: &Map<String, Value>) -> Option<&str> {
    let help = members.get("help")?.as_str()?;
    let (_, name) = help.rsplit_once("name=")?;
    Some(name.split(['&', '#']).next().unwrap_or_default())
}

/// The answer of an action of CKAN's API.
fn envelope(survey: &Survey) -> Recognised {
    let members = &survey.members;
    let named = action(members);
    let answer = named.map_or_else(
        || Bilingual::new("una respuesta de CKAN", "an answer of CKAN"),
        |name| {
            Bilingual::new(format!("la respuesta de {name} de CKAN"), format!("the answer of CKAN's {name}"))
        },
    );
    let which =
        |es: &str, en: &str| no_catalog(format!("{}, {es}", answer.es), format!("{}, {en}", answer.en));
    if members.get("success") == Some(&Value::Bool(false)) {
        let said =
            |name: &str| members.get("error").and_then(|error| error.get(name)).and_then(Value::as_str);
        let words: Vec<&str> = [said("__type"), said("message")].into_iter().flatten().collect();
        if words.is_empty() {
            return Err(which("que falló sin decir por qué", "which failed without a reason"));
        }
        let error = words.join(": ");
        return Err(which(&format!("que falló: {error}"), &format!("which failed: {error}")));
    }
    if named.is_some_and(|name| !READ_ACTIONS.contains(&name)) {
        return Err(which("que no trae conjuntos de datos", "which lists no datasets"));
    }
    if let Some(list) = survey.list(Place::Results)
        && (named.is_some() || list.count == 0 || objects(list).any(is_ckan_package))
    {
        return Ok((InputFormat::CkanSearch, Records::List(Place::Results)));
    }
    if survey.list(Place::Packages).is_some() {
        return Ok((InputFormat::CkanPackageList, Records::List(Place::Packages)));
    }
    if let Some(list) = survey.list(Place::Result) {
        let shows_one =
            named.is_some_and(|name| name.ends_with("package_show") && !name.starts_with("group"));
        if objects(list).any(is_ckan_package) || (list.count == 0 && named.is_some()) {
            let format = if shows_one && list.count == 1 {
                InputFormat::CkanPackage
            } else {
                InputFormat::CkanPackageList
            };
            return Ok((format, Records::List(Place::Result)));
        }
        return Err(which(
            &format!("una lista de {} valores que no son paquetes", list.count),
            &format!("a list of {} values that are no packages", list.count),
        ));
    }
    if is_ckan_package(&survey.result) {
        let is_organization =
            survey.result.contains_key("is_organization") || survey.result.contains_key("package_count");
        if !is_organization {
            return Ok((InputFormat::CkanPackage, Records::Single(&["result"])));
        }
    }
    Err(which("que no trae conjuntos de datos", "which lists no datasets"))
}
