//! What a reader asked, checked.

use std::collections::BTreeMap;

use vitrina_domain::{
    date::Date,
    finding::Bilingual,
    query::{Direction, FacetOrder, FacetRequest, Field, MAX_TERMS, Query, Sort, SortKey},
    record::Kind,
    time::Timestamp,
};

use super::{
    Operator, Parameter, Spec,
    field::{condition, truth},
    pairs::pairs,
    words,
};
use crate::{
    cursor::Binding,
    locale::Reader,
    nearest::nearest,
    problem::{Code, Problem},
};

/// How a list is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    /// Every match.
    #[default]
    Exact,
    /// As well as can be told at once.
    Estimate,
    /// Not at all.
    None,
}

/// The most facets of one request.
const MAX_FACETS: usize = 10;
/// The most values of one facet.
const MAX_BUCKETS: usize = 100;
/// The most members that `fields` names.
const MAX_FIELDS: usize = 50;

/// The parameters of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Free text and filters together.
    pub query: Query,
    /// How long the page is.
    pub limit: u64,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The order, when one was asked for.
    pub sort: Option<Sort>,
    /// How the list is counted.
    pub count: Count,
    /// The members to return, each as a path of names.
    pub fields: Option<Vec<Vec<String>>>,
    /// The references to follow.
    pub expand: Vec<String>,
    /// The facets to count.
    pub facets: Vec<FacetRequest>,
    /// The kinds of record; empty for every kind.
    pub kinds: Vec<Kind>,
    /// Names and values as they were given.
    pub pairs: Vec<(String, String)>,
    texts: BTreeMap<Parameter, String>,
}

/// Parameters that change how a page looks, not which items the list holds in which order.
const OF_THE_PAGE: &[Parameter] = &[
    Parameter::Limit,
    Parameter::Cursor,
    Parameter::Count,
    Parameter::Fields,
    Parameter::Expand,
    Parameter::Facets,
    Parameter::Lang,
    Parameter::F,
    Parameter::Bom,
];

impl Parameters {
    /// Reads a query string against a route's declaration.
    pub fn parse(spec: &Spec, query: &str) -> Result<Self, Problem> {
        let pairs = pairs(query)?;
        let mut texts: BTreeMap<Parameter, String> = BTreeMap::new();
        let mut filters: Vec<((Field, Operator), Vec<String>)> = Vec::new();
        for (name, value) in &pairs {
            if let Some(parameter) = spec.parameters.iter().copied().find(|known| known.name() == name) {
                take_once(&mut texts, parameter, value)?;
            } else if let Some(filter) = spec.filter(name) {
                match filters.iter_mut().find(|(known, _)| *known == filter) {
                    Some((_, values)) => values.push(value.clone()),
                    None => filters.push((filter, vec![value.clone()])),
                }
            } else {
                return Err(unknown(spec, name));
            }
        }
        let fields = texts.get(&Parameter::Fields).map(|text| fields(text)).transpose()?;
        let asked = Self {
            query: conditions(texts.get(&Parameter::Q).map(String::as_str), filters)?,
            limit: limit(spec, texts.get(&Parameter::Limit), fields.is_some())?,
            cursor: texts.get(&Parameter::Cursor).cloned(),
            sort: texts.get(&Parameter::Sort).map(|text| sort(spec, text)).transpose()?,
            count: texts.get(&Parameter::Count).map(|text| count(text)).transpose()?.unwrap_or_default(),
            fields,
            expand: texts
                .get(&Parameter::Expand)
                .map(|text| expand(spec, text))
                .transpose()?
                .unwrap_or_default(),
            facets: texts
                .get(&Parameter::Facets)
                .map(|text| facets(spec, text))
                .transpose()?
                .unwrap_or_default(),
            kinds: texts.get(&Parameter::Kind).map(|text| kinds(text)).transpose()?.unwrap_or_default(),
            pairs,
            texts,
        };
        asked.check_lone_values()?;
        Ok(asked)
    }

    /// The value of a parameter that has no shape of its own here.
    pub fn text(&self, parameter: Parameter) -> Option<&str> {
        self.texts.get(&parameter).map(String::as_str)
    }

    /// A yes-or-no parameter.
    pub fn flag(&self, parameter: Parameter) -> Option<bool> {
        self.text(parameter).and_then(|text| truth(text).ok())
    }

    /// The instant of a parameter; a date of less precision is its first instant.
    pub fn instant(&self, parameter: Parameter) -> Option<Timestamp> {
        self.text(parameter).and_then(|text| text.parse::<Date>().ok()).map(|date| date.start())
    }

    /// A whole number.
    pub fn number<N: std::str::FromStr>(&self, parameter: Parameter) -> Result<Option<N>, Problem> {
        self.text(parameter)
            .map(|text| {
                text.parse().map_err(|_error| {
                    invalid(
                        parameter,
                        Bilingual::new("se esperaba un número entero", "a whole number was expected"),
                    )
                })
            })
            .transpose()
    }

    /// The reader, after `lang`.
    pub fn reader(&self, reader: Reader) -> Reader {
        match self.text(Parameter::Lang) {
            Some(tag) => reader.asking_for(tag),
            None => reader,
        }
    }

    /// What a cursor of this request belongs to: route, filters and order.
    pub fn binding(&self, route: &str) -> Binding {
        let mut lasting: Vec<String> = self
            .pairs
            .iter()
            .filter(|(name, _)| !OF_THE_PAGE.iter().any(|parameter| parameter.name() == name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        lasting.sort_unstable();
        Binding::of(std::iter::once(route).chain(lasting.iter().map(String::as_str)))
    }

    /// Values that only their route understands, as far as their shape goes.
    fn check_lone_values(&self) -> Result<(), Problem> {
        for (parameter, text) in &self.texts {
            match parameter.shape() {
                super::parameter::Shape::Truth => {
                    truth(text).map_err(|message| invalid(*parameter, message))?;
                }
                super::parameter::Shape::Instant => {
                    text.parse::<Date>().map_err(|_error| {
                        invalid(
                            *parameter,
                            Bilingual::new(
                                "se esperaba una fecha o un instante, por ejemplo 2026-03-01T00:00:00Z",
                                "a date or an instant was expected, for example 2026-03-01T00:00:00Z",
                            ),
                        )
                    })?;
                }
                _ if *parameter == Parameter::Lang => {
                    text.parse::<vitrina_domain::language::LanguageTag>().map_err(|_error| {
                        invalid(
                            *parameter,
                            Bilingual::new(
                                "se esperaba una lengua, por ejemplo es",
                                "a language was expected, for example en",
                            ),
                        )
                    })?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn invalid(parameter: Parameter, message: Bilingual) -> Problem {
    Problem::parameter(Code::InvalidParameter, parameter.name(), message)
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

fn unknown(spec: &Spec, name: &str) -> Problem {
    if name == Parameter::At.name() {
        return Problem::new(Code::AtNotSupported);
    }
    let names = spec.names();
    let text = Bilingual::new(
        format!("esta operación no tiene el parámetro «{}»", shown(name)),
        format!("this operation has no parameter \"{}\"", shown(name)),
    );
    Problem::parameter(Code::UnknownParameter, &shown(name), text)
        .with_nearest(nearest(name, names.iter().map(String::as_str)))
}

fn take_once(
    texts: &mut BTreeMap<Parameter, String>,
    parameter: Parameter,
    value: &str,
) -> Result<(), Problem> {
    match texts.entry(parameter) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value.to_owned());
            Ok(())
        }
        std::collections::btree_map::Entry::Occupied(mut entry) if parameter == Parameter::Kind => {
            let joined = format!("{},{value}", entry.get());
            entry.insert(joined);
            Ok(())
        }
        std::collections::btree_map::Entry::Occupied(_) => Err(Problem::parameter(
            Code::RepeatedParameter,
            parameter.name(),
            Bilingual::new("este parámetro se da una sola vez", "this parameter is given once"),
        )),
    }
}

fn conditions(q: Option<&str>, filters: Vec<((Field, Operator), Vec<String>)>) -> Result<Query, Problem> {
    let mut query = q.map(words::parse).transpose()?.unwrap_or(Query::All);
    for ((field, operator), values) in filters {
        let name = operator.parameter(field);
        if !operator.may_repeat() && values.len() > 1 {
            let text = Bilingual::new("este parámetro se da una sola vez", "this parameter is given once");
            return Err(Problem::parameter(Code::RepeatedParameter, &name, text));
        }
        let part = condition(field, operator, values)
            .map_err(|message| Problem::parameter(Code::InvalidParameter, &name, message))?;
        query = query.and(part);
    }
    if words::count_terms(&query) > MAX_TERMS {
        return Err(words::too_many_terms());
    }
    Ok(query)
}

fn limit(spec: &Spec, text: Option<&String>, has_fields: bool) -> Result<u64, Problem> {
    let most = if has_fields { spec.page.most_with_fields } else { spec.page.most };
    let Some(text) = text else { return Ok(spec.page.default) };
    text.parse::<u64>().ok().filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
        let text = Bilingual::new(
            format!("se esperaba un número entero de 1 a {most}"),
            format!("a whole number from 1 to {most} was expected"),
        );
        invalid(Parameter::Limit, text)
    })
}

fn sort(spec: &Spec, text: &str) -> Result<Sort, Problem> {
    if text.contains(',') {
        let text = Bilingual::new(
            "se ordena por una sola clave; los empates siguen siempre el orden de creación",
            "lists are ordered by one key; ties always follow the order of creation",
        );
        return Err(invalid(Parameter::Sort, text));
    }
    let (direction, word) = match text.strip_prefix('-') {
        Some(word) => (Direction::Descending, word),
        None => (Direction::Ascending, text),
    };
    let key = spec.sorts.iter().copied().find(|key| key.as_str() == word).ok_or_else(|| {
        let names = || spec.sorts.iter().map(|key| key.as_str());
        not_in_list(Parameter::Sort, word, names())
    })?;
    // The best answers come first, however the key was written.
    let direction = if key == SortKey::Relevance { Direction::Descending } else { direction };
    Ok(Sort { key, direction })
}

fn not_in_list(
    parameter: Parameter,
    word: &str,
    names: impl Iterator<Item = &'static str> + Clone,
) -> Problem {
    let text = Bilingual::new(
        format!("«{}» no está en la lista", shown(word)),
        format!("\"{}\" is not in the list", shown(word)),
    );
    invalid(parameter, text).with_nearest(nearest(word, names.clone())).with_allowed(names)
}

fn count(text: &str) -> Result<Count, Problem> {
    match text {
        "exact" => Ok(Count::Exact),
        "estimate" => Ok(Count::Estimate),
        "none" => Ok(Count::None),
        _ => Err(not_in_list(Parameter::Count, text, ["exact", "estimate", "none"].into_iter())),
    }
}

fn fields(text: &str) -> Result<Vec<Vec<String>>, Problem> {
    let wrong = || {
        let text = Bilingual::new(
            format!("se esperaban hasta {MAX_FIELDS} nombres separados por comas"),
            format!("up to {MAX_FIELDS} names separated by commas were expected"),
        );
        invalid(Parameter::Fields, text)
    };
    let paths: Vec<Vec<String>> = text
        .split(',')
        .take(MAX_FIELDS + 1)
        .map(|path| path.trim().split('.').map(str::to_owned).collect())
        .collect();
    let is_odd = |path: &Vec<String>| path.len() > 8 || path.iter().any(String::is_empty);
    if paths.len() > MAX_FIELDS || paths.iter().any(is_odd) {
        return Err(wrong());
    }
    Ok(paths)
}

fn expand(spec: &Spec, text: &str) -> Result<Vec<String>, Problem> {
    text.split(',')
        .map(|word| {
            let word = word.trim();
            if spec.expansions.contains(&word) {
                return Ok(word.to_owned());
            }
            Err(not_in_list(Parameter::Expand, word, spec.expansions.iter().copied()))
        })
        .collect()
}

fn kinds(text: &str) -> Result<Vec<Kind>, Problem> {
    text.split(',')
        .map(|word| {
            word.trim().parse().map_err(|_error| {
                not_in_list(Parameter::Kind, word, Kind::ALL.iter().map(|kind| kind.as_str()))
            })
        })
        .collect()
}

fn facets(spec: &Spec, text: &str) -> Result<Vec<FacetRequest>, Problem> {
    let requests: Vec<FacetRequest> =
        text.split(',').take(MAX_FACETS + 1).map(|one| facet(spec, one.trim())).collect::<Result<_, _>>()?;
    if requests.len() > MAX_FACETS {
        let text = Bilingual::new(
            format!("se cuentan hasta {MAX_FACETS} facetas a la vez"),
            format!("up to {MAX_FACETS} facets are counted at once"),
        );
        return Err(invalid(Parameter::Facets, text));
    }
    Ok(requests)
}

fn facet(spec: &Spec, text: &str) -> Result<FacetRequest, Problem> {
    let mut parts = text.split(':');
    let word = parts.next().unwrap_or_default();
    let known = || spec.filters.iter().copied().filter(|field| field.is_facet());
    let field = known()
        .find(|field| field.as_str() == word)
        .ok_or_else(|| not_in_list(Parameter::Facets, word, known().map(Field::as_str)))?;
    let limit = match parts.next() {
        None => 10,
        Some(number) => {
            number.parse().ok().filter(|limit| (1..=MAX_BUCKETS).contains(limit)).ok_or_else(|| {
                let text = Bilingual::new(
                    format!("el número de valores va de 1 a {MAX_BUCKETS}"),
                    format!("the number of values goes from 1 to {MAX_BUCKETS}"),
                );
                invalid(Parameter::Facets, text)
            })?
        }
    };
    let order = match parts.next() {
        None | Some("count_desc") => FacetOrder::CountDescending,
        Some("value_asc") => FacetOrder::ValueAscending,
        Some(other) => {
            return Err(not_in_list(Parameter::Facets, other, ["count_desc", "value_asc"].into_iter()));
        }
    };
    match parts.next() {
        None => Ok(FacetRequest { field, limit, order }),
        Some(rest) => Err(not_in_list(Parameter::Facets, rest, std::iter::empty())),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_domain::query::Test;

    use super::*;
    use crate::filter::PageSize;

    const SPEC: Spec = Spec {
        parameters: &[
            Parameter::Q,
            Parameter::Limit,
            Parameter::Cursor,
            Parameter::Sort,
            Parameter::Count,
            Parameter::Fields,
            Parameter::Expand,
            Parameter::Facets,
            Parameter::At,
            Parameter::Lang,
            Parameter::F,
            Parameter::Bom,
            Parameter::Kind,
        ],
        filters: Field::ALL,
        sorts: &[SortKey::Created, SortKey::Modified, SortKey::Title, SortKey::Relevance],
        expansions: &["publisher", "distributions"],
        page: PageSize::RECORDS,
    };

    fn parse(query: &str) -> Result<Parameters, Problem> {
        Parameters::parse(&SPEC, query)
    }

    #[test]
    fn repeats_are_or_and_names_are_and() {
        let asked = parse("theme=SOCI&format=CSV&theme=ECON").unwrap();
        let any = |field, values: &[&str]| {
            Query::Field(field, Test::AnyOf(values.iter().map(|v| (*v).to_owned()).collect()))
        };
        assert_eq!(asked.query, any(Field::Theme, &["SOCI", "ECON"]).and(any(Field::Format, &["CSV"])));
    }

    #[rstest]
    #[case("title__contains=agua", Query::Field(Field::Title, Test::Contains("agua".into())))]
    #[case("publisher__startswith=Sec", Query::Field(Field::Publisher, Test::StartsWith("Sec".into())))]
    #[case("license__exists=false", Query::Field(Field::License, Test::Exists(false)))]
    #[case("q=agua", Query::Word("agua".into()))]
    #[case("", Query::All)]
    fn operators(#[case] query: &str, #[case] tree: Query) {
        assert_eq!(parse(query).unwrap().query, tree);
    }

    #[test]
    fn a_past_state_is_refused_where_there_is_none() {
        assert_eq!(Parameters::parse(&Spec::NONE, "at=2026-01-01").unwrap_err().code(), Code::AtNotSupported);
    }

    #[test]
    fn a_month_is_covered_whole() {
        let month = |query: &str| match parse(query).unwrap().query {
            Query::Field(Field::Modified, Test::Range(range)) => range,
            other => panic!("{other:?}"),
        };
        let february = "2026-02-01T00:00:00Z".parse::<Timestamp>().unwrap().micros();
        assert_eq!(
            month("modified__lte=2026-01").to.map(|b| (b.value, b.inclusive)),
            Some((february, false))
        );
        assert_eq!(
            month("modified__gt=2026-01").from.map(|b| (b.value, b.inclusive)),
            Some((february, true))
        );
    }

    #[rstest]
    #[case::unknown("themes=a", Code::UnknownParameter, "themes", Some("theme"))]
    #[case::operator("theme__gte=a", Code::UnknownParameter, "theme__gte", None)]
    #[case::operator_slip(
        "modified__get=2026",
        Code::UnknownParameter,
        "modified__get",
        Some("modified__gt")
    )]
    #[case::array("theme[]=a", Code::UnknownParameter, "theme[]", Some("theme"))]
    #[case::repeated("limit=1&limit=2", Code::RepeatedParameter, "limit", None)]
    #[case::repeated_bound(
        "modified__gte=2025&modified__gte=2026",
        Code::RepeatedParameter,
        "modified__gte",
        None
    )]
    #[case::zero("limit=0", Code::InvalidParameter, "limit", None)]
    #[case::negative("limit=-1", Code::InvalidParameter, "limit", None)]
    #[case::over("limit=101", Code::InvalidParameter, "limit", None)]
    #[case::huge("limit=9223372036854775808", Code::InvalidParameter, "limit", None)]
    #[case::float("limit=1.5", Code::InvalidParameter, "limit", None)]
    #[case::exponent("limit=1e1", Code::InvalidParameter, "limit", None)]
    #[case::empty("theme=", Code::InvalidParameter, "theme", None)]
    #[case::date("modified__gte=ayer", Code::InvalidParameter, "modified__gte", None)]
    #[case::number("distributions__gt=muchas", Code::InvalidParameter, "distributions__gt", None)]
    #[case::truth("license__exists=si", Code::InvalidParameter, "license__exists", None)]
    #[case::sort("sort=titel", Code::InvalidParameter, "sort", Some("title"))]
    #[case::sorts("sort=title,-modified", Code::InvalidParameter, "sort", None)]
    #[case::count("count=exac", Code::InvalidParameter, "count", Some("exact"))]
    #[case::expand("expand=publishr", Code::InvalidParameter, "expand", Some("publisher"))]
    #[case::facet("facets=themes", Code::InvalidParameter, "facets", Some("theme"))]
    #[case::facet_text("facets=description", Code::InvalidParameter, "facets", None)]
    #[case::facet_limit("facets=theme:0", Code::InvalidParameter, "facets", None)]
    #[case::facet_order("facets=theme:5:up", Code::InvalidParameter, "facets", None)]
    #[case::facet_rest("facets=theme:5:count_desc:x", Code::InvalidParameter, "facets", None)]
    #[case::fields("fields=a,,b", Code::InvalidParameter, "fields", None)]
    #[case::at("at=now", Code::InvalidParameter, "at", None)]
    #[case::lang("lang=español", Code::InvalidParameter, "lang", None)]
    #[case::bom("bom=yes", Code::InvalidParameter, "bom", None)]
    #[case::kind("kind=datasets", Code::InvalidParameter, "kind", Some("dataset"))]
    fn refuses(#[case] query: &str, #[case] code: Code, #[case] name: &str, #[case] near: Option<&str>) {
        let problem = parse(query).unwrap_err();
        assert_eq!(problem.code(), code);
        assert_eq!(problem.errors()[0].pointer, format!("?{name}"));
        if near.is_some() {
            assert_eq!(problem.nearest(), near);
        }
    }

    #[rstest]
    #[case("theme=' OR '1'='1")]
    #[case("theme=1;DROP TABLE datasets--")]
    #[case("theme=%25_%25")]
    #[case("publisher=../../etc/passwd")]
    fn hostile_values_are_values(#[case] query: &str) {
        assert!(matches!(parse(query).unwrap().query, Query::Field(_, Test::AnyOf(_))));
    }

    #[test]
    fn long_pages_need_fields() {
        assert_eq!(parse("").unwrap().limit, 20);
        assert_eq!(parse("limit=1000&fields=id,title").unwrap().limit, 1000);
        let fields = parse("fields=id,publisher.name").unwrap().fields.unwrap();
        assert_eq!(fields, [vec!["id".to_owned()], vec!["publisher".to_owned(), "name".to_owned()]]);
    }

    #[test]
    fn sorts_and_facets_are_read() {
        let asked = parse("sort=-modified&facets=theme:20:count_desc,publisher,format:5:value_asc").unwrap();
        assert_eq!(asked.sort, Some(Sort { key: SortKey::Modified, direction: Direction::Descending }));
        let facets: Vec<_> = asked.facets.iter().map(|f| (f.field, f.limit, f.order)).collect();
        assert_eq!(
            facets,
            [
                (Field::Theme, 20, FacetOrder::CountDescending),
                (Field::Publisher, 10, FacetOrder::CountDescending),
                (Field::Format, 5, FacetOrder::ValueAscending),
            ]
        );
    }

    #[test]
    fn a_cursor_is_bound_to_filters_and_order_but_not_to_the_look_of_pages() {
        let binding = |query: &str| parse(query).unwrap().binding("/api/v1/datasets");
        let base = binding("theme=a&sort=title");
        assert_eq!(base, binding("sort=title&theme=a&limit=5&f=csv&count=none&fields=id&cursor=x"));
        assert_ne!(base, binding("theme=b&sort=title"));
        assert_ne!(base, binding("theme=a&sort=-title"));
        assert_ne!(base, parse("theme=a&sort=title").unwrap().binding("/api/v1/catalogs"));
    }

    #[test]
    fn hundreds_of_filter_values_are_too_complex() {
        let many = "theme=a&".repeat(33);
        assert_eq!(parse(&many).unwrap_err().code(), Code::QueryTooComplex);
    }
}
