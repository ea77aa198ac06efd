//! The table.

use std::{fmt::Write as _, time::Duration};

/// A line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was done.
    pub what: String,
    /// How much, how fast or how large, in words.
    pub figure: String,
    /// Processor time of the server for one request.
    pub cpu: Option<Duration>,
    /// Times until the answer was there: half, 95 and 99 of a hundred were faster.
    pub latency: Option<[Duration; 3]>,
    /// What is wanted, and whether it is so.
    pub target: Option<(String, bool)>,
}

impl Row {
    pub(super) fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into(), cpu: None, latency: None, target: None }
    }

    pub(super) fn wanted(mut self, wanted: impl Into<String>, is_met: bool) -> Self {
        self.target = Some((wanted.into(), is_met));
        self
    }
}

/// Everything measured on one catalog.
#[derive(Debug)]
pub struct Report {
    /// How many datasets the catalog has.
    pub datasets: usize,
    /// The machine, its load, the date and the commit.
    pub machine: String,
    /// How hit counts were compared, in a sentence.
    pub verified: String,
    /// The lines.
    pub rows: Vec<Row>,
}

impl Report {
    /// The table in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {} datasets\n\n", grouped(self.datasets));
        let _ = writeln!(text, "{}\n\n{}\n", self.machine, self.verified);
        text.push_str(
            "| What | Figure | CPU-s per 1,000 | p50 ms | p95 ms | p99 ms | Target | Met |\n\
             |---|---|---:|---:|---:|---:|---|---|\n",
        );
        for row in &self.rows {
            let cpu = row.cpu.map(|cpu| format!("{:.3}", cpu.as_secs_f64() * 1e3)).unwrap_or_default();
            let times = row.latency.map(|times| times.map(|time| format!("{:.2}", time.as_secs_f64() * 1e3)));
            let [half, most, nearly] = times.unwrap_or_default();
            let (wanted, met) = row.target.as_ref().map_or(("", ""), |(wanted, is_met)| {
                (wanted.as_str(), if *is_met { "yes" } else { "**no**" })
            });
            let _ = writeln!(
                text,
                "| {} | {} | {cpu} | {half} | {most} | {nearly} | {wanted} | {met} |",
                row.what, row.figure
            );
        }
        text
    }
}

/// The one in the middle.
pub(super) fn median<T: Ord + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// The times that half, 95 and 99 of a hundred stay below.
pub(super) fn percentiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort_unstable();
    [50, 95, 99].map(|percent| times.get(times.len() * percent / 100).copied().unwrap_or_default())
}

/// How many in a second.
pub(super) fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64().max(1e-9)
}

/// How many times the other.
pub(super) fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}

/// A number with its thousands apart.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes for people.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_ordered() {
        assert_eq!([7, 1_000, 1_234_567].map(grouped), ["7", "1,000", "1,234,567"]);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        let times = (0..100).map(Duration::from_millis).collect();
        assert_eq!(percentiles(times), [50, 95, 99].map(Duration::from_millis));
    }

    #[test]
    fn a_line_says_whether_its_target_is_met() {
        let rows = vec![Row::new("a", "1").wanted("< 2", true), Row::new("b", "3").wanted("< 2", false)];
        let report = Report { datasets: 10, machine: String::new(), verified: String::new(), rows };
        let text = report.markdown();
        assert!(text.contains("| a | 1 |  |  |  |  | < 2 | yes |"), "{text}");
        assert!(text.contains("| < 2 | **no** |"), "{text}");
    }
}
