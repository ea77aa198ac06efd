//! Titles while someone types.

use rstest::rstest;
use vitrina_domain::scope::Scope;

use crate::shelf::{Item, Shelf};

#[rstest]
#[case("presu", &["Presupuesto", "Presupuesto 2024", "Ley de presupuesto"])]
#[case("PRESUPUESTO 20", &["Presupuesto 2024"])]
#[case("ley pre", &["Ley de presupuesto"])]
#[case("ley de pre", &["Ley de presupuesto"])]
#[case("ninos", &["Niños en la escuela"])]
#[case("niñ", &["Niños en la escuela"])]
#[case("índi", &["Indice de precios"])]
#[case("e", &["Escuelas"])]
#[case("p", &["Presupuesto", "Presupuesto 2024"])]
#[case("zz", &[])]
#[case("", &[])]
#[case("¿", &[])]
fn titles_are_offered(#[case] typed: &str, #[case] expected: &[&str]) {
    let titles = [
        "Ley de presupuesto",
        "Presupuesto 2024",
        "Presupuesto",
        "Presupuesto",
        "Niños en la escuela",
        "Escuelas",
        "Indice de precios",
    ];
    let shelf = Shelf::empty();
    for (number, title) in (1..).zip(titles) {
        shelf.put(&[Item::titled(number, title)], number.into());
    }
    let texts = |limit| -> Vec<String> {
        shelf
            .index
            .suggest(&Scope::Public, typed, limit)
            .unwrap()
            .into_iter()
            .map(|title| title.text)
            .collect()
    };
    assert_eq!(texts(10), expected);
    assert_eq!(texts(1), expected[..expected.len().min(1)]);
    assert!(texts(0).is_empty());
}
