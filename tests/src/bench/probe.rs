//! A thing that is measured several times, in turn with others, so that a busy minute hits all of them.

use std::time::Duration;

use super::{
    load::{Ask, CONNECTIONS, Driven, MANY_CONNECTIONS, drive},
    machine::Work,
    report::{Row, median, percentiles, rate},
};
use crate::Program;

/// How often each record is asked for until all connections of the database have its pages.
const ROUNDS: usize = 16;

/// Requests of one sort, with what they took so far.
#[derive(Debug)]
pub(super) struct Probe {
    name: &'static str,
    asks: Vec<Ask>,
    count: usize,
    connections: usize,
    answers: Answers,
    driven: Vec<Driven>,
    cpu: Vec<Duration>,
}

/// Where the answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// From wherever the server has them.
    Any,
    /// Made anew: no request was made before in the same languages.
    New,
}

impl Probe {
    /// Requests to the server.
    pub(super) fn new(name: &'static str, count: usize, asks: Vec<Ask>) -> Self {
        let (driven, cpu) = (Vec::new(), Vec::new());
        Self { name, asks, count, connections: CONNECTIONS, answers: Answers::Any, driven, cpu }
    }

    /// Requests that take so little that many are under way at once: with two, what is measured is how soon threads
    /// fall asleep between them.
    pub(super) fn small(name: &'static str, count: usize, asks: Vec<Ask>) -> Self {
        Self { connections: MANY_CONNECTIONS, ..Self::new(name, count, asks) }
    }

    /// Small requests that no answer is kept for.
    pub(super) fn of_new(name: &'static str, count: usize, asks: Vec<Ask>) -> Self {
        Self { answers: Answers::New, ..Self::small(name, count, asks) }
    }

    /// Asks everything once, so that what is measured is warm and known to be answered.
    pub(super) async fn warm(&self, program: &Program) -> anyhow::Result<()> {
        self.drive(program, &self.asks, self.asks.len()).await.map(drop)
    }

    /// Measures once more.
    pub(super) async fn run(&mut self, program: &Program) -> anyhow::Result<()> {
        let asks = match self.answers {
            Answers::Any => self.asks.clone(),
            Answers::New => {
                // What else was measured has taken the pages of these records out of the database's memory. Each of its
                // connections has pages of its own: they are there again once every connection was asked for each.
                let count = self.asks.len() * ROUNDS;
                self.drive(program, &self.made_anew("w", count), count).await?;
                self.made_anew("x", self.count)
            }
        };
        let before = Work::of(program.id())?;
        let driven = self.drive(program, &asks, self.count).await?;
        let worked = Work::of(program.id())?.since(&before);
        self.cpu.push(worked / u32::try_from(self.count.max(1))?);
        self.driven.push(driven);
        Ok(())
    }

    async fn drive(&self, program: &Program, asks: &[Ask], count: usize) -> anyhow::Result<Driven> {
        drive(program.address(), asks, count, self.connections).await
    }

    /// Requests in languages that nobody asked in before.
    fn made_anew(&self, prefix: &str, count: usize) -> Vec<Ask> {
        let run = self.driven.len();
        let asks = self.asks.iter().cycle().take(count).enumerate();
        asks.map(|(number, ask)| ask.clone().spoken(&format!("x-{prefix}{run}-{number}"))).collect()
    }

    /// Processor time of one request: the median of the runs.
    pub(super) fn cpu(&self) -> Duration {
        median(self.cpu.clone()).unwrap_or_default()
    }

    /// The line of the table.
    pub(super) fn row(&self) -> Row {
        let latencies = self.driven.iter().flat_map(|driven| &driven.latencies).copied().collect();
        let wall = median(self.driven.iter().map(|driven| driven.wall).collect()).unwrap_or_default();
        let requests = self.driven.iter().map(|driven| driven.latencies.len()).sum::<usize>();
        let bytes: u64 = self.driven.iter().map(|driven| driven.bytes).sum();
        let mean = bytes / u64::try_from(requests.max(1)).unwrap_or(1);
        let figure = format!("{:.0} requests/s of {mean} bytes", rate(self.count, wall));
        let latency = Some(percentiles(latencies));
        Row { cpu: Some(self.cpu()), latency, ..Row::new(self.name, figure) }
    }
}
