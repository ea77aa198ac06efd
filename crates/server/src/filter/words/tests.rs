use rstest::rstest;

use super::*;

/// A tree in one line: `&(…)`, `|(…)`, `!…`, words as they are, phrases in quotes.
fn show(query: &Query) -> String {
    let list = |sign: &str, parts: &[Query]| {
        format!("{sign}({})", parts.iter().map(show).collect::<Vec<_>>().join(" "))
    };
    match query {
        Query::All => "all".to_owned(),
        Query::And(parts) => list("&", parts),
        Query::Or(parts) => list("|", parts),
        Query::Not(inner) => format!("!{}", show(inner)),
        Query::Word(word) => word.clone(),
        Query::Phrase(text) => format!("{text:?}"),
        Query::Prefix(stem) => format!("{stem}*"),
        Query::Field(field, Test::AnyOf(values)) => format!("{}={}", field.as_str(), values.join(",")),
        Query::Field(field, Test::Contains(text)) => format!("{}~{text}", field.as_str()),
        Query::Field(field, Test::StartsWith(stem)) => format!("{}^{stem}", field.as_str()),
        Query::Field(field, Test::Exists(exists)) => format!("{}?{exists}", field.as_str()),
        Query::Field(field, Test::Range(range)) => {
            let bound =
                |b: Option<vitrina_domain::query::Bound>| b.map(|b| b.value.to_string()).unwrap_or_default();
            format!("{}:{}..{}", field.as_str(), bound(range.from), bound(range.to))
        }
    }
}

#[rstest]
#[case("", "all")]
#[case("   ", "all")]
#[case("()", "all")]
#[case("*", "all")]
#[case("a", "a")]
#[case("agua potable", "&(agua potable)")]
#[case("agua AND potable", "&(agua potable)")]
#[case("\"agua potable\" agu*", "&(\"agua potable\" agu*)")]
#[case("«agua potable» “gasto público”", "&(\"agua potable\" \"gasto público\")")]
#[case("agua -drenaje", "&(agua !drenaje)")]
#[case("NOT drenaje", "!drenaje")]
#[case("--agua", "agua")]
#[case("covid-19", "covid-19")]
#[case("agua - drenaje", "&(agua - drenaje)")]
#[case("a OR b c", "|(a &(b c))")]
#[case("(a OR b) c", "&(|(a b) c)")]
#[case("-(a b) c", "&(!&(a b) c)")]
#[case("((((((((a))))))))", "a")]
#[case("theme:SOCI", "theme=SOCI")]
#[case("-theme:SOCI", "!theme=SOCI")]
#[case("publisher:\"Secretaría de Salud\"", "publisher=Secretaría de Salud")]
#[case("title:agua", "title~agua")]
#[case("title:agu*", "title^agu")]
#[case("license:*", "license?true")]
#[case("distributions:>=3", "distributions:3..")]
#[case("distributions:[2 TO 5]", "distributions:2..5")]
#[case("issued:[* TO 1970-01-02]", "issued:..172800000000")]
#[case("issued:1970", "issued:0..31536000000000")]
#[case("https://example.org/x", "https://example.org/x")]
#[case("Nota: gasto", "&(Nota: gasto)")]
#[case("12:30", "12:30")]
#[case("or and not", "&(or and not)")]
#[case("'; DROP TABLE x; --", "&('; DROP TABLE x; !-)")]
fn reads(#[case] text: &str, #[case] tree: &str) {
    assert_eq!(show(&parse(text).unwrap()), tree);
}

#[rstest]
#[case("agua \"potable", 6, "no se cierran")]
#[case("(agua", 1, "no se cierra")]
#[case("agua)", 5, "no se abrió")]
#[case("OR agua", 1, "antes de OR")]
#[case("agua OR", 6, "después de OR")]
#[case("(a OR)", 4, "después de OR")]
#[case("a OR OR b", 6, "antes de OR")]
#[case("NOT", 1, "después de la negación")]
#[case("(a NOT)", 4, "después de la negación")]
#[case("a*b", 1, "asterisco")]
#[case("ñu themes:SOCI", 4, "«theme»")]
#[case("theme:(a)", 7, "un valor")]
#[case("issued:ayer", 8, "una fecha")]
#[case("distributions:1.5", 15, "número entero")]
#[case("distributions:99999999999999999999", 15, "número entero")]
#[case("title:>a", 7, "se comparan")]
#[case("issued:[2024 2025]", 8, "intervalo")]
#[case("theme:[a TO b]", 7, "intervalos")]
fn points_at_the_mistake(#[case] text: &str, #[case] at: usize, #[case] says: &str) {
    let problem = parse(text).unwrap_err();
    assert_eq!(problem.code(), Code::InvalidQuery);
    let detail = problem.detail().unwrap();
    assert!(detail.es.starts_with(&format!("carácter {at}: ")), "{}", detail.es);
    assert!(detail.es.contains(says), "{}", detail.es);
    assert_eq!(problem.errors()[0].pointer, "?q");
}

#[rstest]
#[case::parentheses("(".repeat(800))]
#[case::nine("(((((((((a)))))))))".to_owned())]
#[case::eleven_kilobytes("(a AND ".repeat(1_600))]
#[case::long("a".repeat(64 * 1024))]
#[case::one_over("a".repeat(513))]
#[case::negations("- ".repeat(250))]
fn limits_hold_before_anything_is_parsed(#[case] text: String) {
    assert_eq!(parse(&text).unwrap_err().code(), Code::QueryTooComplex);
}

#[test]
fn thirty_two_terms_pass_and_thirty_three_do_not() {
    assert!(parse(&"a ".repeat(32)).is_ok());
    assert!(parse(&"a ".repeat(33)).is_err());
    assert_eq!(count_terms(&parse("a \"b c\" -(d OR theme:x)").unwrap()), 4);
}

#[test]
fn five_hundred_and_twelve_characters_pass() {
    assert!(parse(&"ñ".repeat(512)).is_ok());
}
