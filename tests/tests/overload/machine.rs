//! How much of the machine others took while something was measured.

use std::{fs, time::Duration};

use anyhow::Context as _;
use vitrina_tests::Program;

/// Processor time until now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    /// Of all cores, idle or not, in ticks of a hundredth of a second.
    all: f64,
    /// Of all processes.
    busy: f64,
    /// Of server and client.
    ours: f64,
}

impl Machine {
    pub(crate) fn now(server: &Program) -> anyhow::Result<Self> {
        let stat = fs::read_to_string("/proc/stat")?;
        let fields = stat.lines().next().context("no processors")?.split_whitespace().skip(1).take(8);
        let ticks: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>()?;
        let all: f64 = ticks.iter().sum();
        let idle: f64 = ticks.iter().skip(3).take(2).sum();
        let own = fs::read_to_string("/proc/self/stat")?;
        let (_, own) = own.rsplit_once(')').context("no name")?;
        let own: Vec<f64> =
            own.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        let ours = own.iter().sum::<f64>() + server.cpu()?.as_secs_f64() * 100.0;
        Ok(Self { all, busy: all - idle, ours })
    }

    /// How much slower the machine was for us than alone, from `self` until `end`: twice when others took half of it.
    pub(crate) fn slower(self, end: Self) -> f64 {
        let others = (end.busy - self.busy) - (end.ours - self.ours);
        let share = 1.0 - (others / (end.all - self.all).max(1.0)).clamp(0.0, 0.95);
        1.0 / share
    }
}

/// What takes so long on the machine alone takes so long beside the others.
pub(crate) fn stretched(time: Duration, slower: f64) -> Duration {
    time.mul_f64(slower.max(1.0))
}
