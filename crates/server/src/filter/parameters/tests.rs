use rstest::rstest;
use vitrina_domain::query::{Direction, FacetOrder, SortKey, Test};

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
    assert_eq!(month("modified__lte=2026-01").to.map(|b| (b.value, b.inclusive)), Some((february, false)));
    assert_eq!(month("modified__gt=2026-01").from.map(|b| (b.value, b.inclusive)), Some((february, true)));
}

#[rstest]
#[case::unknown("themes=a", Code::UnknownParameter, "themes", Some("theme"))]
#[case::operator("theme__gte=a", Code::UnknownParameter, "theme__gte", None)]
#[case::operator_slip("modified__get=2026", Code::UnknownParameter, "modified__get", Some("modified__gt"))]
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
fn another_query_string_keeps_everything_but_what_it_leaves_out() {
    let asked = parse("theme=a&theme=b+c&cursor=old&q=ni%C3%B1ez+%26+m%C3%A1s").unwrap();
    assert_eq!(asked.query_string(&["cursor"], None), "theme=a&theme=b+c&q=ni%C3%B1ez+%26+m%C3%A1s");
    assert_eq!(asked.query_string(&["q", "theme", "cursor"], Some(("cursor", "&="))), "cursor=%26%3D");
    assert_eq!(parse("").unwrap().query_string(&["cursor"], None), "");
}

#[test]
fn words_are_answered_by_relevance_and_everything_else_in_creation_order() {
    assert_eq!(parse("q=agua").unwrap().order(), Sort::RELEVANCE);
    assert_eq!(parse("theme=a").unwrap().order(), Sort::CREATED);
    let asked = parse("q=agua&sort=title").unwrap();
    assert_eq!(asked.order(), Sort { key: SortKey::Title, direction: Direction::Ascending });
}

#[test]
fn hundreds_of_filter_values_are_too_complex() {
    let many = "theme=a&".repeat(33);
    assert_eq!(parse(&many).unwrap_err().code(), Code::QueryTooComplex);
}
