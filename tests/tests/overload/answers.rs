//! What was promised, and whether the answers kept it.

use std::{fmt::Write as _, time::Duration};

use hyper::StatusCode;

use crate::{
    drive::{Load, Operation, Outcome},
    machine::stretched,
    proved,
};

/// How late the client itself may be.
const IN_TIME: Duration = Duration::from_millis(250);

/// Figures are proved on a machine that does nothing else, or nearly.
const ALONE_ENOUGH: f64 = 1.25;

/// When more than this part of what is asked succeeds, it is not too much.
const OVERLOAD: f64 = 0.7;

/// What must hold.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// Ninety-nine in a hundred refusals come within this time.
    shed: Duration,
    /// Likewise for `/health/live`.
    health: Duration,
    /// Likewise for what was let in, where that is proved.
    admitted: Option<Duration>,
    /// The least that succeeds in a second, where that is proved.
    goodput: Option<f64>,
    /// The most memory, in bytes.
    memory: u64,
    /// How long after the load everything is as before.
    recovery: Duration,
}

impl Bounds {
    /// What holds on any machine, whatever else it does.
    pub(crate) fn invariants() -> Self {
        Self {
            shed: Duration::from_millis(250),
            health: Duration::from_millis(500),
            admitted: None,
            goodput: None,
            memory: 1 << 30,
            recovery: Duration::from_secs(10),
        }
    }

    /// The same on a machine that others make slower.
    pub(crate) fn stretched(self, slower: f64) -> Self {
        Self {
            shed: stretched(self.shed, slower),
            health: stretched(self.health, slower),
            recovery: stretched(self.recovery, slower),
            ..self
        }
    }

    /// What holds on a machine that does nothing else.
    pub(crate) fn proved(capacity: f64) -> Self {
        Self {
            shed: Duration::from_millis(50),
            health: Duration::from_millis(100),
            admitted: Some(Duration::from_secs(1)),
            goodput: Some(0.9 * capacity),
            ..Self::invariants()
        }
    }
}

/// The answers of a run, by what became of the requests.
#[derive(Debug)]
pub(crate) struct Answers<'a> {
    load: &'a Load,
}

fn is_shed(outcome: &Outcome) -> bool {
    matches!(outcome.status, Ok(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS))
}

fn is_good(outcome: &Outcome) -> bool {
    outcome.status.as_ref().is_ok_and(StatusCode::is_success)
}

/// The time within which ninety-nine in a hundred came.
fn p99(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    let rank = (times.len() * 99).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

impl<'a> Answers<'a> {
    pub(crate) fn of(load: &'a Load) -> Self {
        Self { load }
    }

    fn all(&self) -> impl Iterator<Item = &'a Outcome> {
        self.load.outcomes.iter()
    }

    pub(crate) fn shed(&self) -> usize {
        self.all().filter(|outcome| is_shed(outcome)).count()
    }

    fn goodput(&self) -> f64 {
        let good = u32::try_from(self.all().filter(|outcome| is_good(outcome)).count()).unwrap_or(u32::MAX);
        f64::from(good) / self.load.lasted.as_secs_f64()
    }

    fn p99_shed(&self) -> Duration {
        p99(self.all().filter(|outcome| is_shed(outcome)).map(|outcome| outcome.took))
    }

    /// The client's own delay: on a machine that does other things too, an answer is read late by as much.
    fn p99_late(&self) -> Duration {
        p99(self.all().map(|outcome| outcome.late))
    }

    /// Why nothing can be learnt from the run, when that is so.
    pub(crate) fn void(&self, slower: f64) -> Option<String> {
        if proved().is_some() && slower > ALONE_ENOUGH {
            return Some(format!("others made the machine {slower:.1} times slower"));
        }
        let late = self.p99_late();
        if late > stretched(IN_TIME, slower) {
            // A client that does not keep its schedule measures itself.
            return Some(format!("the client was {late:?} late"));
        }
        let all = u32::try_from(self.all().count()).unwrap_or(u32::MAX);
        let asked = f64::from(all) / self.load.lasted.as_secs_f64();
        // The machine had less time for us while capacity was measured.
        (self.goodput() > OVERLOAD * asked).then(|| format!("{asked:.0} a second were no overload"))
    }

    fn p99_good(&self) -> Duration {
        p99(self.all().filter(|outcome| is_good(outcome)).map(|outcome| outcome.took))
    }

    /// The figures for people.
    pub(crate) fn table(&self, capacity: f64, recovery: Option<Duration>, memory: u64) -> String {
        let mut text = format!(
            "capacity {capacity:.0}/s, goodput {:.0}/s, refused in {:?}, let in {:?}, health {:?}, client late {:?}, \
             back after {recovery:?}, memory {} MiB\n",
            self.goodput(),
            self.p99_shed(),
            self.p99_good(),
            p99(self.load.health.iter().map(|outcome| outcome.took)),
            self.p99_late(),
            memory >> 20,
        );
        for operation in [Operation::Search, Operation::Get, Operation::Export, Operation::Write] {
            let of = || self.all().filter(move |outcome| outcome.operation == operation);
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{operation:?}: {} asked, {} good in {:?}, {} refused in {:?}",
                of().count(),
                of().filter(|outcome| is_good(outcome)).count(),
                p99(of().filter(|outcome| is_good(outcome)).map(|outcome| outcome.took)),
                of().filter(|outcome| is_shed(outcome)).count(),
                p99(of().filter(|outcome| is_shed(outcome)).map(|outcome| outcome.took)),
            );
        }
        text
    }
}

/// Every promise that was broken.
pub(crate) fn violations(
    load: &Load,
    recovery: Option<Duration>,
    memory: u64,
    bounds: &Bounds,
) -> Vec<String> {
    let answers = Answers::of(load);
    let mut found = Vec::new();
    let mut must = |holds: bool, broken: String| {
        if !holds {
            found.push(broken);
        }
    };
    let unanswered: Vec<&String> =
        answers.all().filter_map(|outcome| outcome.status.as_ref().err()).collect();
    must(unanswered.is_empty(), format!("{} without a status: {:?}", unanswered.len(), unanswered.first()));
    let odd: Vec<&Outcome> = answers
        .all()
        .filter(|outcome| outcome.status.is_ok() && !is_good(outcome) && !is_shed(outcome))
        .collect();
    must(odd.is_empty(), format!("{} of another status: {:?}", odd.len(), odd.first()));
    let silent = answers.all().filter(|outcome| is_shed(outcome) && !outcome.says_when).count();
    must(silent == 0, format!("{silent} refused without Retry-After"));
    let late = answers.p99_late();
    must(
        answers.p99_shed() <= bounds.shed + late,
        format!("refused late: {:?}, and the client {late:?}", answers.p99_shed()),
    );
    let ill = load.health.iter().filter(|outcome| !is_good(outcome)).count();
    must(!load.health.is_empty() && ill == 0, format!("{ill} of {} not healthy", load.health.len()));
    let health = p99(load.health.iter().map(|outcome| outcome.took));
    must(health <= bounds.health + late, format!("health late: {health:?}, and the client {late:?}"));
    must(memory <= bounds.memory, format!("{memory} bytes of memory"));
    must(recovery.is_some_and(|took| took <= bounds.recovery), format!("back after {recovery:?}"));
    if let Some(most) = bounds.admitted {
        must(answers.p99_good() <= most, format!("let in and late: {:?}", answers.p99_good()));
    }
    if let Some(least) = bounds.goodput {
        must(answers.goodput() >= least, format!("{} good a second, not {least}", answers.goodput()));
    }
    found
}
