//! How deep JSON nests, told without a parser: a parser that recurses could end the process before it tells.

/// The deepest nesting of a body.
pub const MAX_DEPTH: usize = 64;

/// Whether brackets outside of strings nest deeper than `most`. The bytes need not be valid JSON.
pub fn exceeds_depth(bytes: &[u8], most: usize) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("[".repeat(64), false)]
    #[case("[".repeat(65), true)]
    #[case("{\"a\":".repeat(1_000_000), true)]
    #[case("[]".repeat(10_000), false)]
    #[case(format!("\"{}\"", "[".repeat(100)), false)]
    #[case(format!("\"\\\"{}", "[".repeat(100)), false)]
    #[case(format!("\"\\\\\"{}", "[".repeat(100)), true)]
    fn counts_brackets_outside_of_strings(#[case] text: String, #[case] exceeds: bool) {
        assert_eq!(exceeds_depth(text.as_bytes(), MAX_DEPTH), exceeds);
    }
}
