//! The texts of a letter: both languages, for readers of plain text and of HTML.

use std::fmt::Write as _;

use vitrina_domain::{
    finding::{Bilingual, Locale},
    html::escape,
};

use super::{NewLetter, Part};

/// The longest subject, in characters; what is longer is cut.
const LONGEST_SUBJECT: usize = 150;

/// What stands between the languages.
const SEPARATOR: &str = "\n* * *\n\n";

/// What is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Writes the texts: the reader's language first, the other one below it.
///
/// Whatever a text holds, titles of datasets for example, it stays what it is: line breaks become spaces, and nothing of it
/// is read as HTML.
pub(super) fn compose(letter: &NewLetter, site: &Bilingual, unsubscribe: Option<&str>) -> Texts {
    let order = match letter.language {
        Locale::Es => [Locale::Es, Locale::En],
        Locale::En => [Locale::En, Locale::Es],
    };
    let mut body = letter.body.clone();
    if let Some(address) = unsubscribe {
        let label = Bilingual::new("Para no recibir más estos avisos", "To end these notices");
        body.push(Part::Link { label, address: address.to_owned() });
    }
    let subject = subject(&order.map(|locale| line(letter.subject.get(locale))));
    let text = order.map(|locale| plain(&body, site, locale)).join(SEPARATOR);
    let html = html(&subject, order.map(|locale| (locale, marked_up(&body, site, locale))));
    Texts { subject, text, html }
}

fn subject(both: &[String; 2]) -> String {
    let [first, second] = both;
    let whole = if first == second { first.clone() } else { format!("{first} · {second}") };
    whole.chars().take(LONGEST_SUBJECT).collect()
}

/// A text on one line: what could begin another one, or turn its direction around, is a space.
fn line(text: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.split(|c: char| is_odd(c) || c == ' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn plain(body: &[Part], site: &Bilingual, locale: Locale) -> String {
    let mut text = String::new();
    for part in body {
        // Writing to a string cannot fail.
        let _ = match part {
            Part::Paragraph(paragraph) => write!(text, "{}\n\n", line(paragraph.get(locale))),
            Part::Link { label, address } => {
                write!(text, "{}:\n{}\n\n", line(label.get(locale)), line(address))
            }
        };
    }
    let _ = writeln!(text, "{}", line(site.get(locale)));
    text
}

fn marked_up(body: &[Part], site: &Bilingual, locale: Locale) -> String {
    let mut html = String::new();
    for part in body {
        let _ = match part {
            Part::Paragraph(paragraph) => writeln!(html, "<p>{}</p>", escape(&line(paragraph.get(locale)))),
            Part::Link { label, address } => {
                let (label, address) = (escape(&line(label.get(locale))), line(address));
                let shown = escape(&address);
                if address.starts_with("https://") || address.starts_with("http://") {
                    writeln!(html, "<p>{label}:<br><a href=\"{shown}\">{shown}</a></p>")
                } else {
                    writeln!(html, "<p>{label}:<br>{shown}</p>")
                }
            }
        };
    }
    let _ = writeln!(html, "<p>{}</p>", escape(&line(site.get(locale))));
    html
}

fn html(subject: &str, both: [(Locale, String); 2]) -> String {
    let [(first, _), _] = &both;
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n",
        first.as_str(),
        escape(subject)
    );
    let sections =
        both.map(|(locale, section)| format!("<div lang=\"{}\">\n{section}</div>\n", locale.as_str()));
    html.push_str(&sections.join("<hr>\n"));
    html.push_str("</body>\n</html>\n");
    html
}

#[cfg(test)]
mod tests {
    use vitrina_domain::mail::Purpose;

    use super::*;

    fn letter(language: Locale) -> NewLetter {
        NewLetter {
            to: "ana@example.org".parse().unwrap(),
            purpose: Purpose::Transactional,
            language,
            subject: Bilingual::new("Hay un dato\r\nBcc: otra@example.org", "There is news"),
            body: vec![
                Part::Paragraph(Bilingual::new("Agua & <b>lodo</b>\n\n* * *", "Water")),
                Part::Link {
                    label: Bilingual::new("Verlo", "See it"),
                    address: "javascript:alert(1)".into(),
                },
            ],
        }
    }

    fn composed(language: Locale) -> Texts {
        let site = Bilingual::new("Datos de Ejemplo", "Example Data");
        compose(&letter(language), &site, Some("https://datos.example.org/baja?a=\"b\"&c"))
    }

    #[test]
    fn the_readers_language_comes_first_and_the_other_one_too() {
        let (spanish, english) = (composed(Locale::Es), composed(Locale::En));
        assert!(spanish.text.find("Agua") < spanish.text.find("Water"), "{}", spanish.text);
        assert!(english.text.find("Water") < english.text.find("Agua"), "{}", english.text);
        assert!(spanish.html.contains("<html lang=\"es\">") && english.html.contains("<html lang=\"en\">"));
        assert!(spanish.html.contains("<div lang=\"en\">\n<p>Water</p>"), "{}", spanish.html);
    }

    #[test]
    fn a_text_cannot_be_more_than_text() {
        let Texts { subject, text, html } = composed(Locale::Es);
        assert_eq!(subject, "Hay un dato Bcc: otra@example.org · There is news");
        assert!(text.starts_with("Agua & <b>lodo</b> * * *\n\nVerlo:\njavascript:alert(1)\n\n"), "{text}");
        assert!(html.contains("<p>Agua &amp; &lt;b&gt;lodo&lt;/b&gt; * * *</p>"), "{html}");
        assert!(!html.contains("href=\"javascript"), "{html}");
        assert!(html.contains("href=\"https://datos.example.org/baja?a=&quot;b&quot;&amp;c\""), "{html}");
    }

    #[test]
    fn what_turns_a_line_around_is_no_part_of_it() {
        assert_eq!(line("  a\u{202e}b\u{2028}c\t d\0 "), "a b c d");
        assert_eq!(subject(&["igual".to_owned(), "igual".to_owned()]), "igual");
        assert_eq!(subject(&["ñ".repeat(200), String::new()]).chars().count(), LONGEST_SUBJECT);
    }

    #[test]
    fn a_letter_that_nobody_subscribed_to_has_no_way_to_end_it() {
        let site = Bilingual::new("Datos", "Data");
        let texts = compose(&letter(Locale::Es), &site, None);
        assert!(!texts.text.contains("avisos") && !texts.html.contains("notices"));
    }
}
