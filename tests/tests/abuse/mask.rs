//! What may differ between two servers, taken out of their answers: ids, times, digests, tokens.

/// Members and parameters whose value is an opaque token.
const TOKENS: [&str; 4] = ["cursor=", "from=", "\"token\":\"", "mxc_api_"];

/// An answer without what may differ.
pub(crate) fn masked(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut rest = text.as_str();
    let mut kept = String::with_capacity(text.len());
    while !rest.is_empty() {
        if let Some(token) = TOKENS.iter().find(|token| rest.starts_with(**token)) {
            let after = rest.strip_prefix(*token).unwrap_or_default();
            let value = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
            // What was sent as a token comes back as it was sent; only ours are long.
            let shown = if after.len() - value.len() > 20 { "<token>" } else { "" };
            kept.push_str(token);
            kept.push_str(shown);
            rest = if shown.is_empty() { after } else { value };
            continue;
        }
        let shape = SHAPES.iter().find(|(shape, _)| fits(rest, shape));
        let length = if let Some((shape, name)) = shape {
            kept.push_str(name);
            shape.len()
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            kept.push_str(rest.get(..length).unwrap_or_default());
            length
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    kept
}

/// `h` is a hexadecimal digit, `d` a decimal one, anything else itself.
const SHAPES: [(&str, &str); 5] = [
    ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "<digest>"),
    ("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "<id>"),
    ("dddd-dd-ddTdd:dd:dd.ddddddZ", "<time>"),
    ("dddd-dd-ddTdd:dd:ddZ", "<time>"),
    ("dddd-dd-ddTdd:dd:dd.dddZ", "<time>"),
];

fn fits(text: &str, shape: &str) -> bool {
    let mut bytes = text.bytes();
    shape.bytes().all(|wanted| {
        bytes.next().is_some_and(|byte| match wanted {
            b'h' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        })
    })
}

mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a 01a20848-060a-7520-a1b6-e45e7a1e1777!", "a <id>!")]
    #[case("{\"at\":\"2026-11-23T12:01:07.595081Z\"}", "{\"at\":\"<time>\"}")]
    #[case("x?cursor=AUv2mNN3xNZ3J-njaXsicCI6&a=b", "x?cursor=<token>&a=b")]
    #[case("/x/mxc_api_J7gDi94JcueuC6BfpOKNhI8lbKy5ls0b_1ndMpp\"", "/x/mxc_api_<token>\"")]
    #[case("x?cursor=abc", "x?cursor=abc")]
    #[case("2026-11-23 ñ cursor", "2026-11-23 ñ cursor")]
    fn only_what_may_differ_goes(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(masked(text.as_bytes()), expected);
    }
}
