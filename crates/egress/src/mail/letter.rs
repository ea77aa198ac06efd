//! A letter as a message of RFC 5322.

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use vitrina_app::ports::{Letter, MailError, MailRule};

use super::unsubscribe;
use crate::http::instant;

/// Writes a letter. Line breaks in its head are refused: they could begin a header that nobody wrote.
pub(super) fn write(letter: Letter, from: &Mailbox) -> Result<Message, MailError> {
    let Letter { id, written, to, subject, text, html, unsubscribe } = letter;
    let to: Mailbox = to.to_string().parse().map_err(|_error| malformed("recipient"))?;
    if subject.chars().any(char::is_control) {
        return Err(malformed("subject"));
    }
    let mut builder = Message::builder()
        .from(from.clone())
        .to(to)
        .subject(subject)
        .date(instant(written))
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        // Answering machines leave such letters alone (RFC 3834).
        .raw_header(plain("Auto-Submitted", "auto-generated".to_owned()));
    if let Some(address) = unsubscribe {
        let address = unsubscribe::address(&address).ok_or_else(|| malformed("unsubscribe address"))?;
        builder = builder
            .raw_header(plain("List-Unsubscribe", format!("<{address}>")))
            .raw_header(plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    builder.multipart(MultiPart::alternative_plain_html(text, html)).map_err(|_error| malformed("head"))
}

fn malformed(part: &'static str) -> MailError {
    MailError::new(MailRule::Malformed, format!("the {part} is malformed"))
}

/// A header whose value is visible ASCII and must not be folded: an address that is cut is none.
fn plain(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;
    use vitrina_domain::id::LetterId;

    use super::*;

    fn letter() -> Letter {
        Letter {
            id: LetterId::new(Uuid::from_u128(7)),
            written: "2026-03-01T12:00:00Z".parse().unwrap(),
            to: "ana@example.org".parse().unwrap(),
            subject: "Tu búsqueda «agua» tiene un dato nuevo".into(),
            text: "Hay un dato nuevo.".into(),
            html: "<p>Hay un dato nuevo.</p>".into(),
            unsubscribe: Some("https://datos.example.org/baja/abc".into()),
        }
    }

    fn written(letter: Letter) -> Result<String, MailError> {
        let from = "Datos <datos@example.org>".parse().unwrap();
        write(letter, &from).map(|message| String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_letter_has_both_texts_and_a_way_to_end_it() {
        let text = written(letter()).unwrap();
        for line in [
            "From: Datos <datos@example.org>",
            "To: ana@example.org",
            "Date: Sun, 01 Mar 2026 12:00:00 +0000",
            "Message-ID: <00000000-0000-0000-0000-000000000007@example.org>",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://datos.example.org/baja/abc>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(text.contains("multipart/alternative"));
    }

    #[test]
    fn an_answer_to_an_action_cannot_be_unsubscribed_from() {
        let text = written(Letter { unsubscribe: None, ..letter() }).unwrap();
        assert!(!text.contains("List-Unsubscribe"));
    }

    #[rstest]
    #[case::subject(Letter { subject: "Hola\r\nBcc: otra@example.org".into(), ..letter() })]
    #[case::address(Letter { unsubscribe: Some("https://x.example/\r\nBcc: otra@example.org".into()), ..letter() })]
    #[case::insecure(Letter { unsubscribe: Some("http://x.example/".into()), ..letter() })]
    #[case::bracket(Letter { unsubscribe: Some("mailto:x@example.org".into()), ..letter() })]
    fn a_head_holds_only_what_we_wrote(#[case] letter: Letter) {
        assert_eq!(written(letter).unwrap_err().rule, MailRule::Malformed);
    }
}
