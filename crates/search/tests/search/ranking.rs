//! Words in Spanish: what is found, and what stands first.

use rstest::rstest;
use serde_json::json;
use vitrina_domain::query::Query;

use crate::shelf::{Ask, Item, Shelf, phrase, words};

#[rstest]
#[case::plural("presupuestos", &[1])]
#[case::singular("contrato", &[2, 3])]
#[case::without_accent("contratacion", &[2, 3])]
#[case::upper_case("CONTRATACIÓN", &[2, 3])]
#[case::plural_of_cion("contrataciones", &[2, 3])]
#[case::tilde_typed("niño", &[4])]
#[case::tilde_not_typed("nino", &[4])]
#[case::decomposed("nin\u{303}os", &[4])]
#[case::year("año", &[5])]
#[case::either("ano", &[5, 6])]
#[case::state_is_no_stop_word("estado", &[7])]
#[case::stop_words_ask_for_nothing("presupuesto de la", &[1])]
#[case::unaccented_stop_word("agua tambien", &[8])]
#[case::all_words("agua presupuesto", &[])]
#[case::compound("covid-19", &[9])]
fn words_find_their_forms(#[case] typed: &str, #[case] expected: &[i64]) {
    let titles = [
        "Presupuesto de egresos",
        "Contratos menores",
        "Contratación pública",
        "Niños vacunados",
        "Año fiscal",
        "Prolapso de ano",
        "Estados financieros",
        "Agua potable, también residual",
        "Casos de COVID-19",
    ];
    let items: Vec<_> = (1..).zip(titles).map(|(number, title)| Item::titled(number, title)).collect();
    assert_eq!(Shelf::with(&items).found_sorted(words(typed)), expected);
}

#[test]
fn every_kind_of_text_is_found_and_the_telling_parts_stand_first() {
    let shelf = Shelf::with(&[
        Item::dataset(1, json!({"title": "Uno", "distribution": [{"title": "Luminarias"}]})),
        Item::dataset(2, json!({"title": "Dos", "description": "Luminarias"})),
        Item::dataset(3, json!({"title": "Tres", "publisher": {"name": "Luminarias"}})),
        Item::dataset(4, json!({"title": "Cuatro", "keyword": ["luminarias"]})),
        Item::dataset(5, json!({"title": "Luminarias"})),
        Item::dataset(6, json!({"title": "Seis", "distribution": [{"field": [{"title": "luminarias"}]}]})),
        Item::titled(7, "Siete").owner(90, "alumbrado", "Dirección de luminarias"),
        Item::titled(8, "Ocho"),
    ]);
    let found = shelf.found(words("luminaria"));
    assert_eq!(found.first(), Some(&5));
    let place = |number: i64| found.iter().position(|found| *found == number).unwrap();
    assert!(
        place(4) < place(3) && place(3) < place(2) && place(2) < place(1) && place(2) < place(6),
        "{found:?}"
    );
    assert_eq!(found.len(), 7);
}

#[test]
fn the_title_that_is_the_query_comes_first_then_its_phrase_then_its_words() {
    let many = "calidad aire calidad aire calidad del aire y más calidad del aire";
    let shelf = Shelf::with(&[
        Item::dataset(
            1,
            json!({"title": "Aire y calidad", "description": many, "keyword": ["calidad", "aire"]}),
        ),
        Item::dataset(2, json!({"title": "Informe de calidad del aire en estaciones", "description": "x"})),
        Item::dataset(3, json!({"title": "Calidad del aire"})),
        Item::dataset(4, json!({"title": "Otros", "description": many})),
    ]);
    assert_eq!(shelf.found(words("calidad del aire")), [3, 2, 1, 4]);
    assert_eq!(shelf.found(phrase("calidad del aire")).first(), Some(&3));
}

#[test]
fn exact_forms_stand_before_other_forms() {
    let shelf = Shelf::with(&[
        Item::titled(1, "Informe de los becarios mexicos"),
        Item::titled(2, "Informe de los becarios México"),
        Item::titled(3, "Informe de los becarios mexico"),
    ]);
    assert_eq!(shelf.found(words("méxico")).first(), Some(&2));
    assert_eq!(shelf.found(words("mexicos")).first(), Some(&1));
}

#[rstest]
#[case::in_order("calidad del agua", &[1])]
#[case::other_stop_word("calidad de agua", &[2])]
#[case::without_accents("extraccion de agua", &[3])]
#[case::not_across_values("plomo cadmio", &[])]
#[case::one_word("agua", &[1, 2, 3])]
#[case::not_stemmed("calidades del agua", &[])]
#[case::only_stop_words("de los", &[4])]
fn phrases_keep_their_stop_words(#[case] typed: &str, #[case] expected: &[i64]) {
    let shelf = Shelf::with(&[
        Item::titled(1, "Calidad del agua"),
        Item::titled(2, "Calidad de agua"),
        Item::titled(3, "Extracción de agua"),
        Item::dataset(4, json!({"title": "Análisis de los ríos", "keyword": ["plomo", "cadmio"]})),
    ]);
    assert_eq!(shelf.found_sorted(phrase(typed)), expected);
}

#[rstest]
#[case("agu", &[1, 2])]
#[case("AGU", &[1, 2])]
#[case("extracc", &[3])]
#[case("EXTRACCIÓ", &[3])]
#[case("nin", &[4])]
#[case("niñ", &[4])]
#[case("extracción de mi", &[3])]
#[case("zzz", &[])]
fn beginnings_of_words_are_found(#[case] typed: &str, #[case] expected: &[i64]) {
    let shelf = Shelf::with(&[
        Item::titled(1, "Agua potable"),
        Item::dataset(2, json!({"title": "Pozos", "description": "Aguas profundas"})),
        Item::titled(3, "Extracción de minerales"),
        Item::titled(4, "Niños"),
    ]);
    assert_eq!(shelf.found_sorted(Query::Prefix(typed.to_owned())), expected);
}

#[test]
fn each_language_has_its_stems() {
    let shelf = Shelf::with(&[
        Item::dataset(1, json!({"title": {"en": "Open budgets", "es": "Presupuestos abiertos"}})),
        Item::dataset(2, json!({"title": "The budgets", "language": ["en"]})),
        Item::dataset(3, json!({"title": {"nah": "Altepetl tlahtolli"}})),
        Item::dataset(4, json!({"title": {"fr": "Les données budgétaires"}})),
    ]);
    assert_eq!(shelf.found_sorted(words("budget")), [1, 2]);
    assert_eq!(shelf.found_sorted(words("presupuesto")), [1]);
    assert_eq!(shelf.found_sorted(words("tlahtolli")), [3]);
    assert_eq!(shelf.found_sorted(words("donnees")), [4]);
}

#[test]
fn conditions_combine() {
    let shelf = Shelf::with(&[
        Item::titled(1, "Agua y suelo"),
        Item::titled(2, "Agua y aire"),
        Item::titled(3, "Aire"),
        Item::titled(4, "Bosques"),
    ]);
    let word = |text: &str| Query::Word(text.to_owned());
    let not = |text: &str| Query::Not(Box::new(word(text)));
    assert_eq!(shelf.found_sorted(Query::And(vec![word("agua"), not("aire")])), [1]);
    assert_eq!(shelf.found_sorted(Query::Or(vec![word("suelo"), word("bosque")])), [1, 4]);
    assert_eq!(shelf.found_sorted(Query::And(vec![not("agua"), not("aire")])), [4]);
    assert_eq!(shelf.found_sorted(not("agua")), [3, 4]);
    assert_eq!(shelf.found_sorted(Query::Not(Box::new(Query::All))), [] as [i64; 0]);
    assert_eq!(shelf.found_sorted(Query::And(Vec::new())), [1, 2, 3, 4]);
    assert_eq!(shelf.found_sorted(Query::Or(Vec::new())), [] as [i64; 0]);
    let nested =
        Query::And(vec![Query::Or(vec![word("agua"), word("bosque")]), Query::Not(Box::new(not("aire")))]);
    assert_eq!(shelf.found_sorted(nested), [2]);
}

#[test]
fn a_phrase_is_excluded_wherever_it_first_stands() {
    let titles = ["Aire", "Potable el agua", "Agua potable", "Agua", "Red de agua potable"];
    let items: Vec<_> = (1..).zip(titles).map(|(number, title)| Item::titled(number, title)).collect();
    let shelf = Shelf::with(&items);
    let not_drinkable = Query::Not(Box::new(phrase("agua potable")));
    assert_eq!(shelf.found_sorted(not_drinkable.clone()), [1, 2, 4]);
    assert_eq!(shelf.found_sorted(Query::And(vec![words("agua"), not_drinkable])), [2, 4]);
}

#[test]
fn found_words_are_marked_in_title_and_snippet() {
    let shelf = Shelf::with(&[Item::dataset(
        1,
        json!({"title": "Niños & <escuelas>", "description": "Matrícula de niños por escuela."}),
    )]);
    let mut ask = Ask::of(words("nino escuela"));
    ask.highlight = true;
    let answer = shelf.ask(&ask);
    assert_eq!(
        answer.hits[0].title_highlight.as_deref(),
        Some("<mark>Niños</mark> &amp; &lt;<mark>escuelas</mark>&gt;")
    );
    let snippet = "Matrícula de <mark>niños</mark> por <mark>escuela</mark>.";
    assert_eq!(answer.hits[0].snippet.as_deref(), Some(snippet));
    assert!(answer.hits[0].score > 0.0);
    ask.highlight = false;
    let plain = shelf.ask(&ask);
    assert_eq!((&plain.hits[0].title_highlight, &plain.hits[0].snippet), (&None, &None));
}
