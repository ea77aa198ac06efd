//! Slugs: the readable names in page addresses.

use std::{fmt, str::FromStr};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use uuid::Uuid;

/// A name of 2 to 100 characters `a-z`, `0-9` and `-`, which is no UUID and no reserved word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// A text that is no slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a slug: {0:?}")]
pub struct InvalidSlug(pub String);

/// Words that mean something else in the same place of a path.
pub const RESERVED: &[&str] = &["new", "edit", "activity", "groups", "changes"];

const LONGEST: usize = 100;

impl Slug {
    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug for a title, folded to ASCII; `fallback` where the title has no letter to offer.
    ///
    /// The fallback is a fixed word of the program, for example the kind of record.
    pub fn from_title(title: &str, fallback: &str) -> Self {
        let mut slug = fold(title);
        if slug.len() > LONGEST {
            // Cut at a word, unless the first word alone is too long.
            let cut = slug.bytes().take(LONGEST + 1).collect::<Vec<_>>();
            let end = cut.iter().rposition(|b| *b == b'-').filter(|end| *end >= 2).unwrap_or(LONGEST);
            slug.truncate(end);
        }
        if slug.len() < 2 || RESERVED.contains(&slug.as_str()) || Uuid::try_parse(&slug).is_ok() {
            slug = if slug.is_empty() {
                fallback.replace('_', "-")
            } else {
                format!("{}-{slug}", fallback.replace('_', "-"))
            };
            slug.truncate(LONGEST);
        }
        Self(slug)
    }

    /// The slug with a number at its end, for the second record of the same title and later ones.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let stem: String = self.0.chars().take(LONGEST - suffix.len()).collect();
        Self(format!("{}{suffix}", stem.trim_end_matches('-')))
    }
}

/// Lower-case ASCII words joined by hyphens: accents dropped, everything else a separator.
fn fold(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for c in title.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => slug.push_str("ss"),
            'æ' | 'Æ' => slug.push_str("ae"),
            'ø' | 'Ø' => slug.push('o'),
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            '\'' | '’' => {}
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        let fits = (2..=LONGEST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !RESERVED.contains(&text)
            && Uuid::try_parse(text).is_err();
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidSlug(text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Presupuesto de egresos 2026: Niñez y educación", "presupuesto-de-egresos-2026-ninez-y-educacion")]
    #[case("  ¿Qué se gastó?  ", "que-se-gasto")]
    #[case("new", "dataset-new")]
    #[case("ñ", "dataset-n")]
    #[case("统计", "dataset")]
    #[case("0190b6a5-7e2a-7c3e-8f10-000000000001", "dataset-0190b6a5-7e2a-7c3e-8f10-000000000001")]
    fn folds(#[case] title: &str, #[case] slug: &str) {
        assert_eq!(Slug::from_title(title, "dataset").as_str(), slug);
    }

    #[test]
    fn numbers_stay_within_the_limit() {
        let long = Slug::from_title(&"palabra ".repeat(30), "dataset");
        assert!(long.as_str().len() <= 100 && !long.as_str().ends_with('-'));
        assert!(long.numbered(1234).as_str().len() <= 100);
        assert_eq!(Slug::from_title("Agua", "dataset").numbered(2).as_str(), "agua-2");
    }

    proptest! {
        #[test]
        fn every_title_gives_a_slug(title in ".{0,300}", number in 2..u32::MAX) {
            let slug = Slug::from_title(&title, "dataset_series");
            prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug.clone()));
            let numbered = slug.numbered(number);
            prop_assert_eq!(numbered.as_str().parse::<Slug>(), Ok(numbered.clone()));
        }
    }
}
