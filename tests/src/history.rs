//! Whether what clients of a register saw could have happened one operation after the other.
//!
//! The search is that of Wing and Gong with Lowe's memory: an operation that began before every remaining one ended
//! may come next; what was tried once (these operations done, this value) is not tried again.

use std::collections::HashSet;

/// What a client asked of the register, and what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It read this.
    Read(u64),
    /// It wrote this, whatever was there.
    Write(u64),
    /// It wrote `new`, because there was `old`.
    Swapped {
        /// What was there.
        old: u64,
        /// What is there now.
        new: u64,
    },
    /// It would have written if there had been `old`, and was refused.
    Refused {
        /// What was not there.
        old: u64,
    },
    /// It wrote `new` if there was `old`, and was not told: it may have happened, now or later, or never.
    MaySwap {
        /// What had to be there.
        old: u64,
        /// What is there afterwards.
        new: u64,
    },
}

/// A call with the instants between which it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When it was sent.
    pub sent: u64,
    /// When it was answered; a call without an answer never is.
    pub answered: u64,
    /// The call.
    pub call: Call,
}

impl Call {
    /// The value after the call, if the call can happen at this value.
    fn apply(self, value: u64) -> Option<u64> {
        match self {
            Self::Read(read) => (read == value).then_some(value),
            Self::Write(new) => Some(new),
            Self::Swapped { old, new } => (old == value).then_some(new),
            Self::Refused { old } => (old != value).then_some(value),
            Self::MaySwap { old, new } => Some(if old == value { new } else { value }),
        }
    }
}

/// Whether the events of one register, which held `first` before them, are linearizable.
pub fn is_linearizable(first: u64, events: &[Event]) -> bool {
    let mut events = events.to_vec();
    events.sort_unstable_by_key(|event| (event.sent, event.answered));
    let mut tried: HashSet<(Vec<u64>, u64)> = HashSet::new();
    let mut states = vec![(Done::none(events.len()), first)];
    while let Some((done, value)) = states.pop() {
        if done.is_all(&events) {
            return true;
        }
        if !tried.insert((done.0.clone(), value)) {
            continue;
        }
        for index in done.next(&events) {
            let after = events.get(index).and_then(|event| event.call.apply(value));
            if let Some(after) = after {
                states.push((done.with(index), after));
            }
        }
    }
    false
}

/// The operations that have their place, one bit each.
#[derive(Debug, Clone)]
struct Done(Vec<u64>);

impl Done {
    fn none(operations: usize) -> Self {
        Self(vec![0; operations.div_ceil(64)])
    }

    fn has(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    fn with(&self, index: usize) -> Self {
        let mut more = self.clone();
        if let Some(word) = more.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
        more
    }

    /// What never was answered need not have happened.
    fn is_all(&self, events: &[Event]) -> bool {
        events.iter().enumerate().all(|(index, event)| event.answered == u64::MAX || self.has(index))
    }

    /// Those that may come next: sent before the first of the remaining answers.
    fn next(&self, events: &[Event]) -> Vec<usize> {
        let mut first_answer = u64::MAX;
        let mut next = Vec::new();
        for (index, event) in events.iter().enumerate().filter(|(index, _)| !self.has(*index)) {
            if event.sent > first_answer {
                break;
            }
            first_answer = first_answer.min(event.answered);
            next.push(index);
        }
        next.retain(|index| events.get(*index).is_some_and(|event| event.sent <= first_answer));
        next
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn events(calls: &[(u64, u64, Call)]) -> Vec<Event> {
        calls
            .iter()
            .map(|(sent, answered, call)| Event { sent: *sent, answered: *answered, call: *call })
            .collect()
    }

    #[rstest]
    #[case::empty(&[], true)]
    #[case::in_turn(&[(0, 1, Call::Write(5)), (2, 3, Call::Read(5))], true)]
    #[case::stale_read(&[(0, 1, Call::Write(5)), (2, 3, Call::Read(0))], false)]
    #[case::read_during_a_write_sees_either(&[(0, 9, Call::Write(5)), (1, 2, Call::Read(0)), (3, 4, Call::Read(5))], true)]
    #[case::back_in_time(&[(0, 9, Call::Write(5)), (1, 2, Call::Read(5)), (3, 4, Call::Read(0))], false)]
    #[case::lost_update(&[(0, 5, Call::Swapped { old: 0, new: 1 }), (0, 5, Call::Swapped { old: 0, new: 2 })], false)]
    #[case::one_wins(&[(0, 5, Call::Swapped { old: 0, new: 1 }), (0, 5, Call::Refused { old: 0 })], true)]
    #[case::refused_without_reason(&[(0, 5, Call::Refused { old: 0 })], false)]
    #[case::dirty_read(&[(0, 1, Call::Read(7))], false)]
    #[case::never_read_back(&[(0, 1, Call::Swapped { old: 0, new: 1 }), (2, 3, Call::Read(0))], false)]
    #[case::unknown_happened(&[(0, u64::MAX, Call::MaySwap { old: 0, new: 1 }), (2, 3, Call::Read(1))], true)]
    #[case::unknown_did_not(&[(0, u64::MAX, Call::MaySwap { old: 0, new: 1 }), (2, 3, Call::Read(0))], true)]
    #[case::unknown_is_not_undone(
        &[(0, u64::MAX, Call::MaySwap { old: 0, new: 1 }), (2, 3, Call::Read(1)), (4, 5, Call::Read(0))], false
    )]
    fn verdicts(#[case] calls: &[(u64, u64, Call)], #[case] expected: bool) {
        assert_eq!(is_linearizable(0, &events(calls)), expected);
    }

    /// A history of a true register is accepted, and with one read of it falsified it is not.
    #[test]
    fn a_long_history_is_judged() {
        let mut random = crate::Random::new(11);
        let (mut calls, mut value, mut clock) = (Vec::new(), 0, 0);
        for number in 1..=400 {
            clock += 10;
            let call = match random.below(3) {
                0 => Call::Read(value),
                1 => Call::Swapped { old: value, new: number },
                _ => Call::Refused { old: value + 1_000_000 },
            };
            value = call.apply(value).unwrap();
            // They overlap, but each happens at its own instant in between.
            let (early, late) = (random.below(60), random.below(60));
            let (early, late) = (u64::try_from(early).unwrap(), u64::try_from(late).unwrap());
            calls.push(Event { sent: (clock + 100) - early, answered: clock + 100 + late, call });
        }
        assert!(is_linearizable(0, &calls));
        calls.push(Event { sent: clock + 1_000, answered: clock + 1_001, call: Call::Read(value + 1) });
        assert!(!is_linearizable(0, &calls));
    }
}
