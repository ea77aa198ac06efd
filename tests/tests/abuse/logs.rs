//! The log as whoever reads it wants it: one line an event, whatever came in.

use serde_json::Value;

/// The first line that is no event, or that holds a control character.
pub(crate) fn broken_line(log: &[u8]) -> Option<String> {
    log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).find_map(|line| {
        let is_event = serde_json::from_slice::<Value>(line).is_ok_and(|event| event["level"].is_string());
        let is_clean = std::str::from_utf8(line).is_ok_and(|text| !text.chars().any(char::is_control));
        (!is_event || !is_clean)
            .then(|| format!("a broken line in the log: {:?}", String::from_utf8_lossy(line)))
    })
}

mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_events_are_seen() {
        assert_eq!(broken_line(b"{\"level\":\"INFO\"}\n{\"level\":\"WARN\",\"a\":\"x\\ny\"}\n"), None);
        for broken in [
            &b"forged\n"[..],
            b"{\"level\":\"INFO\",\"a\":\"x\ny\"}",
            b"{\"level\":\"INFO\",\"a\":\"\x1b[31m\"}",
            b"{}",
        ] {
            assert!(broken_line(broken).is_some(), "{broken:?}");
        }
    }
}
