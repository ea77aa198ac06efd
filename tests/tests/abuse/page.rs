//! Reads a page far enough to tell markup from text.

use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

/// A tag with its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

/// Every tag of a page, comments and declarations included as tags that are called like their first character.
pub(crate) fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let begins = after.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || "/!?".contains(c));
        rest = after;
        if begins {
            let (tag, behind) = tag(after);
            tags.push(tag);
            rest = behind;
        }
    }
    tags
}

fn tag(text: &str) -> (Tag, &str) {
    let name: String =
        text.chars().take_while(|c| !c.is_whitespace() && *c != '>' || *c == '\u{c}').collect();
    let mut rest = text.strip_prefix(name.as_str()).unwrap_or_default();
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return (Tag { name: name.to_ascii_lowercase(), attributes }, behind);
        }
        if rest.is_empty() {
            return (Tag { name, attributes }, rest);
        }
        let key: String = rest.chars().take_while(|c| !c.is_whitespace() && !"=>".contains(*c)).collect();
        rest = rest.strip_prefix(key.as_str()).unwrap_or_default();
        let Some(value) = rest.strip_prefix('=') else {
            if key.is_empty() {
                rest = rest.get(1..).unwrap_or_default();
            } else {
                attributes.push((key.to_ascii_lowercase(), String::new()));
            }
            continue;
        };
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.split_once(|c: char| c.is_whitespace() || c == '>').unwrap_or((value, "")),
        };
        attributes.push((key.to_ascii_lowercase(), unescaped(value)));
        rest = behind;
    }
}

/// A value without the references that templates write.
fn unescaped(text: &str) -> String {
    let named = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

/// The elements and attributes that our templates are made of.
fn ours() -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/server/templates");
    let mut written = String::from("<mark>");
    for entry in fs::read_dir(folder).unwrap() {
        written.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for (open, close) in [("{%", "%}"), ("{{", "}}"), ("{#", "#}")] {
        written = without(&written, open, close);
    }
    let tags = tags(&written);
    let names = tags.iter().map(|tag| tag.name.trim_start_matches('/').to_owned());
    let attributes = tags.iter().flat_map(|tag| tag.attributes.iter().map(|(name, _)| name.clone()));
    (names.collect(), attributes.collect())
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once(close).map_or("", |(_, after)| after))
}

/// What on a page is markup that no template of ours writes, or an address that runs something.
pub(crate) fn active(page: &str) -> Vec<String> {
    static OURS: LazyLock<(BTreeSet<String>, BTreeSet<String>)> = LazyLock::new(ours);
    let (elements, known) = &*OURS;
    let mut faults = Vec::new();
    for Tag { name, attributes } in tags(page) {
        if !elements.contains(name.trim_start_matches('/')) || name == "script" {
            faults.push(format!("the element <{name}>"));
        }
        for (attribute, value) in attributes {
            if !known.contains(&attribute) || attribute.starts_with("on") {
                faults.push(format!("the attribute {attribute} of <{name}>"));
            }
            let leads = matches!(attribute.as_str(), "href" | "src" | "action" | "formaction");
            if leads && !is_harmless(&value) {
                faults.push(format!("{attribute} leads to {value:?}"));
            }
        }
    }
    faults
}

/// Whether an address cannot run anything: a path of ours, or a page of somebody's.
fn is_harmless(address: &str) -> bool {
    // Browsers drop these before they look for a scheme.
    let seen: String =
        address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect::<String>().to_lowercase();
    let is_ours = seen.is_empty()
        || (seen.starts_with('/') && !seen.starts_with("//"))
        || seen.starts_with('#')
        || seen.starts_with('?');
    is_ours || ["http://", "https://", "mailto:"].iter().any(|scheme| seen.starts_with(scheme))
}

mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("<p class=\"prose\">a &lt;script&gt; 1 < 2</p>", true)]
    #[case("<a href=\"https://a.example/?x=%3Cscript%3E\" rel=\"noopener\">x</a>", true)]
    #[case("<p class=\"a > b\">x</p>", true)]
    #[case("<script>alert(1)</script>", false)]
    #[case("<svg/onload=alert(1)>", false)]
    #[case("<p onclick=\"x\">y</p>", false)]
    #[case("<p class=\"a\" onclick=x>y</p>", false)]
    #[case("<!--x", false)]
    #[case("<a href=\"javascript:alert(1)\">x</a>", false)]
    #[case("<a href=\" java\tscript:alert(1)\">x</a>", false)]
    #[case("<a href=\"&#39;\"><img src=x></a>", false)]
    #[case("<a href=\"//evil.example\">x</a>", false)]
    #[case("<a href=\"data:text/html,x\">x</a>", false)]
    fn active_markup_is_seen(#[case] page: &str, #[case] harmless: bool) {
        assert_eq!(active(page).is_empty(), harmless, "{:?}", active(page));
    }
}
