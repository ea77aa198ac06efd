//! Percent-decoding that refuses what it cannot read instead of guessing.

use vitrina_domain::finding::Bilingual;

use crate::problem::{Code, Problem};

/// The most parameters of one address.
const MAX_PAIRS: usize = 200;

/// The names and values of a query string, in order.
pub fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let mut pairs = Vec::new();
    for part in parts {
        if pairs.len() == MAX_PAIRS {
            let text = Bilingual::new(
                format!("hay más de {MAX_PAIRS} parámetros"),
                format!("there are more than {MAX_PAIRS} parameters"),
            );
            return Err(Problem::new(Code::QueryTooComplex).with_detail(text));
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decode(name, Plus::IsBlank).ok_or_else(|| Problem::new(Code::InvalidEncoding))?;
        let value = decode(value, Plus::IsBlank).ok_or_else(|| {
            let text = Bilingual::new(
                "el valor no es UTF-8 codificado con signos de porcentaje, o contiene un carácter nulo",
                "the value is not percent-encoded UTF-8, or it holds a null character",
            );
            Problem::parameter(Code::InvalidEncoding, &name, text)
        })?;
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// A path as text, if it is percent-encoded UTF-8 without null characters.
pub fn decode_path(path: &str) -> Option<String> {
    decode(path, Plus::IsPlus)
}

#[derive(Clone, Copy)]
enum Plus {
    IsBlank,
    IsPlus,
}

fn decode(text: &str, plus: Plus) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match (byte, plus) {
            (b'%', _) => {
                let digit = |b: Option<u8>| char::from(b?).to_digit(16).and_then(|d| u8::try_from(d).ok());
                let high = digit(rest.next())?;
                high * 16 + digit(rest.next())?
            }
            (b'+', Plus::IsBlank) => b' ',
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a=1&b=2", &[("a", "1"), ("b", "2")])]
    #[case("q=ni%C3%B1ez+%2B+m%c3%a1s", &[("q", "niñez + más")])]
    #[case("&&a&=x&a=b=c", &[("a", ""), ("", "x"), ("a", "b=c")])]
    fn decodes(#[case] query: &str, #[case] expected: &[(&str, &str)]) {
        let pairs = pairs(query).unwrap();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, expected);
    }

    #[rstest]
    #[case("a=%")]
    #[case("a=%4")]
    #[case("a=%GG")]
    #[case("a=%F1")]
    #[case("a=%ED%A0%80")]
    #[case("a=%C0%80")]
    #[case("a=x%00y")]
    #[case("%00=x")]
    fn refuses_what_is_no_text(#[case] query: &str) {
        assert_eq!(pairs(query).unwrap_err().code(), Code::InvalidEncoding);
    }

    #[test]
    fn refuses_thousands_of_parameters() {
        assert_eq!(pairs(&"a=1&".repeat(10_000)).unwrap_err().code(), Code::QueryTooComplex);
    }
}
