//! Where a JSON value ends: found byte by byte, without building the value and without recursion.
//!
//! Strings, escapes and brackets are all that is looked at. Whether the inside is JSON to the letter is
//! left to the JSON reader, record by record, so that one broken record does not take the others with it.

/// What became of the bytes that were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// All belong to the value and it goes on.
    Unfinished,
    /// The value ends after this many bytes.
    Ends(usize),
}

/// Why the bytes cannot be a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A bracket closes what another kind of bracket opened.
    Mismatch,
    /// Nested deeper than allowed.
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Text,
    Escape,
    Word,
}

/// Whether a record has more values than this, as its commas outside of strings tell.
pub(super) fn has_more_values(json: &[u8], limit: usize) -> bool {
    // A value and its comma take two bytes at least.
    if json.len() / 2 <= limit {
        return false;
    }
    let (mut in_text, mut escaped, mut commas) = (false, false, 0_usize);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b',') => commas += 1,
            _ => {}
        }
    }
    commas >= limit
}

/// Follows one value from its first byte to its last.
#[derive(Debug)]
pub(super) struct Extent {
    closers: Vec<u8>,
    state: State,
    depth: usize,
    first_control: Option<u64>,
    seen: u64,
}

impl Extent {
    /// For a value that may nest `depth` levels, its own included.
    pub(super) fn new(depth: usize) -> Self {
        Self { closers: Vec::new(), state: State::Between, depth, first_control: None, seen: 0 }
    }

    /// How many bytes into the value a raw control character stands in a string, if one does.
    ///
    /// It is the usual sign that a quotation mark is missing before it.
    pub(super) fn first_control(&self) -> Option<u64> {
        self.first_control
    }

    /// Whether the value would be whole if the document ended here.
    pub(super) fn may_end(&self) -> bool {
        self.closers.is_empty() && self.state == State::Word
    }

    /// Whether the last byte stood inside a string.
    pub(super) fn is_in_text(&self) -> bool {
        matches!(self.state, State::Text | State::Escape)
    }

    /// Looks at the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Progress, (usize, Flaw)> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match self.state {
                State::Escape => {
                    self.state = State::Text;
                    at += 1;
                }
                State::Text => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let Some(stop) = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)) else {
                        break;
                    };
                    at += stop;
                    if self.text_stop(bytes.get(at).copied(), at) {
                        return Ok(Progress::Ends(at + 1));
                    }
                    at += 1;
                }
                State::Word if matches!(byte, b',' | b']' | b'}' | b'"' | b' ' | b'\t' | b'\r' | b'\n') => {
                    if self.closers.is_empty() {
                        return Ok(Progress::Ends(at));
                    }
                    self.state = State::Between;
                }
                State::Word => at += 1,
                State::Between => {
                    if self.between(*byte).map_err(|flaw| (at, flaw))? {
                        return Ok(Progress::Ends(at + 1));
                    }
                    at += 1;
                }
            }
        }
        self.seen = self.seen.saturating_add(super::position::length_of(bytes.len()));
        Ok(Progress::Unfinished)
    }

    /// A byte of meaning inside a string; whether the value ends with it.
    fn text_stop(&mut self, byte: Option<u8>, at: usize) -> bool {
        match byte {
            Some(b'"') => {
                self.state = State::Between;
                self.closers.is_empty()
            }
            Some(b'\\') => {
                self.state = State::Escape;
                false
            }
            _ => {
                let place = self.seen.saturating_add(super::position::length_of(at));
                self.first_control.get_or_insert(place);
                false
            }
        }
    }

    /// A byte outside strings and words; whether the value ends with it.
    fn between(&mut self, byte: u8) -> Result<bool, Flaw> {
        match byte {
            b'"' => self.state = State::Text,
            b'{' | b'[' => {
                if self.closers.len() >= self.depth {
                    return Err(Flaw::TooDeep);
                }
                self.closers.push(if byte == b'{' { b'}' } else { b']' });
            }
            b'}' | b']' => {
                if self.closers.pop() != Some(byte) {
                    return Err(Flaw::Mismatch);
                }
                return Ok(self.closers.is_empty());
            }
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {}
            _ => self.state = State::Word,
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"{"a": [1, "]}"]} , rest"#, Ok(Progress::Ends(16)))]
    #[case(r#""a\"b\\" ,"#, Ok(Progress::Ends(8)))]
    #[case("12.5e3]", Ok(Progress::Ends(6)))]
    #[case("[1,2", Ok(Progress::Unfinished))]
    #[case("[[[]]]", Ok(Progress::Ends(6)))]
    #[case("[[[[]]]]", Err((3, Flaw::TooDeep)))]
    #[case(r#"{"a": 1]"#, Err((7, Flaw::Mismatch)))]
    fn ends_are_found(#[case] json: &str, #[case] expected: Result<Progress, (usize, Flaw)>) {
        assert_eq!(Extent::new(3).feed(json.as_bytes()), expected);
    }

    #[test]
    fn one_byte_at_a_time_gives_the_same_end() {
        let json = br#"{"k\u0022":[{"s":"\\\"]"},null,-1.5]}"#;
        let mut extent = Extent::new(8);
        let ends: Vec<usize> =
            (0..json.len()).filter(|at| extent.feed(&json[*at..=*at]) == Ok(Progress::Ends(1))).collect();
        assert_eq!(ends, [json.len() - 1]);
    }

    #[test]
    fn a_line_break_in_a_string_is_remembered() {
        let mut extent = Extent::new(8);
        assert_eq!(extent.feed(b"{\"a\": \"one\n"), Ok(Progress::Unfinished));
        assert_eq!((extent.first_control(), extent.is_in_text()), (Some(10), true));
    }
}
