//! Fields, facets and who may see what.

use rstest::rstest;
use serde_json::json;
use vitrina_domain::{
    date::Date,
    query::{Bound, FacetOrder, FacetRequest, Field, Query, Range, Test},
    record::{Kind, Visibility},
    scope::Scope,
};

use crate::shelf::{Ask, Item, Shelf, id, is, numbers, words};

fn full() -> Item {
    let document = json!({
        "@id": "https://datos.example/ds/1",
        "identifier": "Clave-1",
        "title": "Calidad del aire",
        "description": "Mediciones horarias de ozono",
        "keyword": ["Aire", "Contaminación"],
        "theme": ["http://publications.europa.eu/resource/authority/data-theme/ENVI", "Astrología"],
        "publisher": {"name": "Secretaría de Medio Ambiente", "identifier": "sma"},
        "issued": "2024-02-10", "modified": "2025-06",
        "accrualPeriodicity": "R/P1M", "language": ["es"], "license": "libre-uso-mx", "accessRights": "abierto",
        "govType": "estado", "spatial": ["Abasolo, N.L."],
        "applicableLegislation": [{"@id": "https://leyes.example/lgtaip", "title": "Ley General", "article": "65-XLVI"}],
        "inSeries": [{"@id": "https://datos.example/serie/9", "title": "Serie de aire"}],
        "distribution": [
            {"title": "Datos", "format": "csv", "mediaType": "text/csv", "license": "CC_BY",
             "field": [{"title": "pm10", "description": "Partículas suspendidas"}]},
            {"title": "Tabla", "mediaType": "application/json"}
        ]
    });
    Item::dataset(1, document).owner(90, "sma", "Secretaría de Medio Ambiente").catalog(91, "catalogo-nl")
}

fn shelf() -> Shelf {
    Shelf::with(&[full(), Item::titled(2, "Otra cosa")])
}

#[rstest]
#[case(Field::Keyword, "contaminacion")]
#[case(Field::Keyword, "AIRE")]
#[case(Field::Theme, "ENVI")]
#[case(Field::Theme, "http://publications.europa.eu/resource/authority/data-theme/ENVI")]
#[case(Field::Theme, "astrología")]
#[case(Field::Publisher, "secretaria de medio ambiente")]
#[case(Field::Publisher, "sma")]
#[case(Field::Organization, "sma")]
#[case(Field::Organization, "0190b6a5-7e2a-7c3e-8f10-00000000005a")]
#[case(Field::Catalog, "catalogo-nl")]
#[case(Field::Catalog, "0190b6a5-7e2a-7c3e-8f10-00000000005b")]
#[case(Field::Format, "CSV")]
#[case(Field::Format, "json")]
#[case(Field::MediaType, "TEXT/CSV; charset=utf-8")]
#[case(Field::License, "LIBRE_USO_MX")]
#[case(Field::License, "Libre Uso MX")]
#[case(Field::License, "cc_by")]
#[case(Field::Language, "SPA")]
#[case(Field::Language, "es")]
#[case(Field::Frequency, "MONTHLY")]
#[case(Field::Frequency, "R/P1M")]
#[case(Field::AccessRights, "PUBLIC")]
#[case(Field::GovType, "state")]
#[case(Field::Spatial, "19001")]
#[case(Field::Spatial, "Abasolo, N.L.")]
#[case(Field::Legislation, "https://leyes.example/lgtaip")]
#[case(Field::Legislation, "65-xlvi")]
#[case(Field::Series, "serie de aire")]
#[case(Field::Identifier, "CLAVE-1")]
#[case(Field::Identifier, "https://datos.example/ds/1")]
#[case(Field::Title, "aire calidad")]
#[case(Field::Description, "medicion ozono")]
#[case(Field::Column, "particulas")]
#[case(Field::Issued, "2024-02")]
#[case(Field::Modified, "2025")]
#[case(Field::Created, "1970-01-01T00:00:01Z")]
#[case(Field::Updated, "1970-01-01T00:00:02Z")]
#[case(Field::Distributions, "2")]
fn a_field_is_found_by_every_spelling_of_its_value(#[case] field: Field, #[case] value: &str) {
    assert_eq!(shelf().found(is(field, value)), [1], "{field:?}");
}

#[rstest]
#[case(Field::Publisher, Test::Contains("medio secretaria".into()), &[1])]
#[case(Field::Publisher, Test::Contains("medio salud".into()), &[])]
#[case(Field::Publisher, Test::StartsWith("Secretaría de M".into()), &[1])]
#[case(Field::Publisher, Test::StartsWith("de medio".into()), &[])]
#[case(Field::Publisher, Test::AnyOf(vec!["otra".into(), "SMA".into()]), &[1])]
#[case(Field::Publisher, Test::AnyOf(vec![]), &[])]
#[case(Field::Publisher, Test::Range(Range::default()), &[])]
#[case(Field::Title, Test::StartsWith("calidad d".into()), &[1])]
#[case(Field::Title, Test::StartsWith("aire".into()), &[])]
#[case(Field::Description, Test::StartsWith("mediciones horarias".into()), &[1])]
#[case(Field::Column, Test::StartsWith("pm".into()), &[1])]
#[case(Field::Title, Test::Contains("ozono".into()), &[])]
#[case(Field::Title, Test::AnyOf(vec!["bosque".into(), "otras cosas".into()]), &[2])]
#[case(Field::Distributions, Test::AnyOf(vec!["muchas".into()]), &[])]
#[case(Field::Issued, Test::Contains("2024-02-10".into()), &[1])]
#[case(Field::Issued, Test::AnyOf(vec!["2023".into()]), &[])]
fn tests_of_fields(#[case] field: Field, #[case] test: Test, #[case] expected: &[i64]) {
    assert_eq!(shelf().found_sorted(Query::Field(field, test)), expected);
}

#[test]
fn every_field_knows_whether_it_has_a_value() {
    let shelf = shelf();
    let always = [Field::Title, Field::Source, Field::Identifier, Field::Created, Field::Updated];
    for field in Field::ALL.iter().copied().filter(|field| !always.contains(field)) {
        assert_eq!(shelf.found(Query::Field(field, Test::Exists(true))), [1], "{field:?}");
        assert_eq!(shelf.found(Query::Field(field, Test::Exists(false))), [2], "{field:?}");
    }
    for field in always {
        assert_eq!(shelf.found_sorted(Query::Field(field, Test::Exists(true))), [1, 2], "{field:?}");
    }
}

#[test]
fn the_source_is_a_field() {
    let mut other = Item::titled(2, "Otra");
    other.source = "Carga manual".to_owned();
    let shelf = Shelf::with(&[Item::titled(1, "Una"), other]);
    assert_eq!(shelf.found(is(Field::Source, "carga MANUAL")), [2]);
    assert_eq!(shelf.found(is(Field::Source, "portal")), [1]);
}

#[test]
fn ranges_keep_their_bounds() {
    let days = ["2024-01-01", "2024-06-01", "2025-01-01"];
    let dated =
        (1..).zip(days).map(|(number, day)| Item::dataset(number, json!({"title": "x", "issued": day})));
    let shelf = Shelf::with(&dated.chain([Item::titled(4, "x")]).collect::<Vec<_>>());
    let bound = |day: &str, inclusive| Some(Bound::at(&day.parse::<Date>().unwrap(), inclusive));
    let found = |from, to| shelf.found_sorted(Query::Field(Field::Issued, Test::Range(Range { from, to })));
    assert_eq!(found(bound("2024-06-01", true), None), [2, 3]);
    assert_eq!(found(bound("2024-06-01", false), None), [3]);
    assert_eq!(found(None, bound("2024-06-01", true)), [1, 2]);
    assert_eq!(found(bound("2024-01-01", false), bound("2025-01-01", false)), [2]);
    assert_eq!(found(None, None), [1, 2, 3]);
}

#[test]
fn facets_show_codes_and_ignore_their_own_filter_only() {
    let dataset = |number, theme: &str, format: &str| {
        let distribution = json!([{"format": format}, {"format": format}]);
        Item::dataset(number, json!({"title": "Datos", "theme": [theme], "distribution": distribution}))
    };
    let shelf = Shelf::with(&[
        dataset(1, "ENVI", "csv"),
        dataset(2, "ENVI", "JSON"),
        dataset(3, "http://publications.europa.eu/resource/authority/data-theme/HEAL", "CSV"),
        dataset(4, "Rareza", "csv"),
    ]);
    let mut ask = Ask::of(Query::And(vec![is(Field::Theme, "ENVI"), words("dato")]));
    ask.facets = [Field::Theme, Field::Format].map(facet).to_vec();
    let answer = shelf.ask(&ask);
    assert_eq!((answer.total, numbers(&answer).len()), (Some(2), 2));
    let buckets =
        |values: &[(&str, u64)]| values.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(answer.facets[0].buckets, buckets(&[("ENVI", 2), ("HEAL", 1), ("Rareza", 1)]));
    assert_eq!(answer.facets[1].buckets, buckets(&[("CSV", 1), ("JSON", 1)]));
    assert!(!answer.timed_out);

    ask.facets[0].limit = 1;
    ask.facets[1].order = FacetOrder::ValueAscending;
    ask.limit = 0;
    let answer = shelf.ask(&ask);
    assert!(answer.hits.is_empty() && answer.more);
    assert_eq!(answer.facets[0].buckets, buckets(&[("ENVI", 2)]));
}

fn facet(field: Field) -> FacetRequest {
    FacetRequest { field, limit: 10, order: FacetOrder::CountDescending }
}

#[test]
fn spellings_that_match_alike_are_counted_together_across_segments() {
    let shelf = Shelf::empty();
    for (number, word) in (1..).zip(["agua", "Agua", "AGUA", "suelo"]) {
        shelf.put(&[Item::dataset(number, json!({"title": "x", "keyword": [word, word]}))], number.into());
    }
    let mut ask = Ask::of(Query::All);
    ask.facets = vec![facet(Field::Keyword)];
    let buckets = shelf.ask(&ask).facets.remove(0).buckets;
    let counts: Vec<_> = buckets.iter().map(|(value, count)| (value.to_lowercase(), *count)).collect();
    assert_eq!(counts, [("agua".to_owned(), 3), ("suelo".to_owned(), 1)]);
    assert_eq!(shelf.found_sorted(is(Field::Keyword, &buckets[0].0)), [1, 2, 3]);
}

#[test]
fn a_facet_of_a_field_that_cannot_be_counted_is_empty() {
    let mut ask = Ask::of(Query::All);
    ask.facets = vec![facet(Field::Identifier), facet(Field::Title), facet(Field::Issued)];
    assert!(shelf().ask(&ask).facets.iter().all(|facet| facet.buckets.is_empty()));
}

#[test]
fn the_full_record_shows_the_code_of_each_facet() {
    let shelf = shelf();
    let mut ask = Ask::of(is(Field::Identifier, "Clave-1"));
    ask.facets = Field::ALL.iter().copied().filter(|field| field.is_facet()).map(facet).collect();
    let answer = shelf.ask(&ask);
    let shown: Vec<(Field, Vec<&str>)> = answer
        .facets
        .iter()
        .map(|facet| (facet.field, facet.buckets.iter().map(|(value, _)| value.as_str()).collect()))
        .collect();
    let expected: Vec<(Field, Vec<&str>)> = vec![
        (Field::Keyword, vec!["Aire", "Contaminación"]),
        (Field::Theme, vec!["Astrología", "ENVI"]),
        (Field::Publisher, vec!["Secretaría de Medio Ambiente"]),
        (Field::Organization, vec!["sma"]),
        (Field::Catalog, vec!["catalogo-nl"]),
        (Field::Source, vec!["portal"]),
        (Field::Format, vec!["CSV", "JSON"]),
        (Field::MediaType, vec!["application/json", "text/csv"]),
        (Field::License, vec!["CC_BY", "LIBRE_USO_MX"]),
        (Field::Language, vec!["SPA"]),
        (Field::Frequency, vec!["MONTHLY"]),
        (Field::AccessRights, vec!["PUBLIC"]),
        (Field::GovType, vec!["state"]),
        (Field::Spatial, vec!["19001"]),
        (Field::Legislation, vec!["https://leyes.example/lgtaip"]),
    ];
    assert_eq!(shown, expected);
}

#[rstest]
#[case(Scope::Public, &[1])]
#[case(Scope::Organizations(vec![id(90)]), &[1, 2])]
#[case(Scope::Organizations(vec![id(91)]), &[1, 3])]
#[case(Scope::Organizations(vec![]), &[1])]
#[case(Scope::All, &[1, 2, 3, 4])]
fn a_scope_bounds_hits_totals_facets_and_suggestions(#[case] scope: Scope, #[case] expected: &[i64]) {
    let held = || Visibility::Held { reason: "datos personales".to_owned() };
    let shelf = Shelf::with(&[
        Item::titled(1, "Agua uno").owner(92, "tres", "Tres"),
        Item::titled(2, "Agua dos").owner(90, "uno", "Uno").visibility(Visibility::Draft),
        Item::titled(3, "Agua tres").owner(91, "dos", "Dos").visibility(held()),
        Item::titled(4, "Agua cuatro").visibility(Visibility::Draft),
    ]);
    for query in [Query::All, words("agua"), Query::Or(vec![words("agua"), Query::All])] {
        let mut ask = Ask::of(query);
        ask.scope = scope.clone();
        ask.facets = vec![facet(Field::Source)];
        let answer = shelf.ask(&ask);
        let mut found = numbers(&answer);
        found.sort_unstable();
        assert_eq!(found, expected);
        let count = u64::try_from(expected.len()).unwrap();
        assert_eq!((answer.total, answer.facets[0].buckets[0].1), (Some(count), count));
    }
    assert_eq!(shelf.index.suggest(&scope, "agu", 10).unwrap().len(), expected.len());
}

#[test]
fn records_of_every_kind_are_found_and_told_apart() {
    let items: Vec<_> = (1..)
        .zip(Kind::ALL)
        .map(|(number, kind)| {
            let name = if kind == Kind::Organization { "name" } else { "title" };
            Item::of(kind, number, json!({name: "Agua", "description": "Agua clara"}))
        })
        .collect();
    let shelf = Shelf::with(&items);
    assert_eq!(shelf.found(words("agua")).len(), 5);
    for kind in Kind::ALL {
        let mut ask = Ask::of(words("agua"));
        ask.selection.kinds = vec![kind];
        let answer = shelf.ask(&ask);
        assert_eq!(answer.hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), [kind]);
    }
}
