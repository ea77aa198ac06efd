//! Lists of an instant: what they can be narrowed by.

use vitrina_domain::{finding::Bilingual, query::SortKey, time::Timestamp};

use crate::{
    filter::{Parameter, Parameters},
    problem::{Answer, Code, Problem},
};

/// The filters that every revision carries, so that a list of the past can hold to them.
const FILTERS: [&str; 3] = ["organization", "catalog", "source"];

/// Parameters that change neither which records the list holds nor their order.
const OF_THE_PAGE: [Parameter; 8] = [
    Parameter::At,
    Parameter::Limit,
    Parameter::Cursor,
    Parameter::Count,
    Parameter::Fields,
    Parameter::Lang,
    Parameter::F,
    Parameter::Bom,
];

/// The instant that a list is asked for, once nothing else is asked that only the present can answer.
pub(super) fn instant(asked: &Parameters) -> Answer<Option<Timestamp>> {
    let Some(at) = asked.instant(Parameter::At) else { return Ok(None) };
    let mut filters: Vec<&str> = Vec::new();
    for (name, _) in &asked.pairs {
        let is_filter = FILTERS.contains(&name.as_str());
        if is_filter && filters.contains(&name.as_str()) {
            let text = Bilingual::new(
                format!("con `at`, «{name}» se da una sola vez"),
                format!("with `at`, \"{name}\" is given once"),
            );
            return Err(Problem::parameter(Code::AtNotSupported, name, text));
        }
        let is_order =
            name == Parameter::Sort.name() && asked.sort.is_none_or(|sort| sort.key == SortKey::Created);
        if is_filter {
            filters.push(name);
        } else if !is_order && OF_THE_PAGE.iter().all(|parameter| parameter.name() != name) {
            return Err(refused(name));
        }
    }
    Ok(Some(at))
}

fn refused(name: &str) -> Problem {
    let text = if name == Parameter::Sort.name() {
        Bilingual::new(
            "con `at`, la lista va por orden de creación: `sort=created` o `sort=-created`",
            "with `at`, the list is in creation order: `sort=created` or `sort=-created`",
        )
    } else {
        Bilingual::new(
            format!(
                "«{name}» no se puede combinar con `at`: el pasado se filtra sólo por organización, catálogo o fuente"
            ),
            format!(
                "\"{name}\" cannot be combined with `at`: the past is filtered by organization, catalog or source only"
            ),
        )
    };
    Problem::parameter(Code::AtNotSupported, name, text).with_allowed(
        FILTERS.into_iter().chain(OF_THE_PAGE.map(Parameter::name)).chain([Parameter::Sort.name()]),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{filter::Asks as _, routes::record::asks::ListAsks};

    fn asked(query: &str) -> Parameters {
        Parameters::parse(&ListAsks::SPEC, query).unwrap()
    }

    #[rstest]
    #[case("")]
    #[case("organization=ssp&catalog=estado&source=portal")]
    #[case("sort=created&limit=5&count=none&fields=id&lang=en&f=csv&bom=true")]
    #[case("sort=-created")]
    fn what_the_past_answers(#[case] rest: &str) {
        let at = instant(&asked(&format!("at=2026-03-01T00:00:00Z&{rest}"))).unwrap();
        assert_eq!(at, "2026-03-01T00:00:00Z".parse().ok());
        assert_eq!(instant(&asked(rest)).unwrap(), None);
    }

    #[rstest]
    #[case("q=agua", "q")]
    #[case("theme=SOCI", "theme")]
    #[case("sort=title", "sort")]
    #[case("organization__contains=agua", "organization__contains")]
    #[case("organization__exists=true", "organization__exists")]
    #[case("organization=a&organization=b", "organization")]
    #[case("source=a&modified__gte=2026", "modified__gte")]
    fn what_only_the_present_answers_is_named(#[case] rest: &str, #[case] name: &str) {
        let refused = instant(&asked(&format!("{rest}&at=2026-03-01"))).unwrap_err();
        assert_eq!(refused.code(), Code::AtNotSupported);
        let pointers: Vec<&str> = refused.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, [format!("?{name}")]);
    }
}
