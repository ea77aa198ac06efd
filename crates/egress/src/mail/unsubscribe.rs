//! The address that ends a subscription with one click (RFC 8058).

use url::Url;

/// The longest address: a header line has at most 998 characters (RFC 5322 section 2.1.1).
const MAX: usize = 900;

/// The address in the form that a header may hold: `https`, visible ASCII, not too long.
pub(super) fn address(text: &str) -> Option<String> {
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https")?;
    let text = String::from(url);
    let fits = text.len() <= MAX && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>,".contains(&b));
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_https_address_fits_into_the_header() {
        assert_eq!(address("https://x.example/a?b=ñ").as_deref(), Some("https://x.example/a?b=%C3%B1"));
        for odd in ["http://x.example/", "https://x.example/ a", "https://x.example/a,b", "x"] {
            assert_eq!(address(odd), None, "{odd}");
        }
        assert_eq!(address(&format!("https://x.example/{}", "a".repeat(1_000))), None);
    }
}
