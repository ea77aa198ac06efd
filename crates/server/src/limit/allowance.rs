//! What each class of routes may take: rates, budgets, bodies, time.

use std::{collections::BTreeMap, num::NonZeroUsize, str::FromStr, time::Duration};

use serde::Serialize;

use super::{RouteClass, bucket::Rate};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The limits of one class.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Allowance {
    /// The class.
    pub class: RouteClass,
    /// The rate of one address (of one token for writes); absent means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// How many requests of one address run at once; absent means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_per_address: Option<usize>,
    /// How many requests of the class run and wait; more are answered 503. Absent means unlimited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// The longest body, in bytes.
    pub body_bytes: u64,
    /// How long an answer may take to begin, in seconds; absent means as long as it makes progress.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
}

/// How many requests of a class run and wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Budget {
    /// How many requests of the class run at once.
    pub concurrent: usize,
    /// How many more wait for their turn.
    pub queue: usize,
    /// The longest wait to expect, in milliseconds; whoever would wait longer is answered 503 at once.
    pub queue_milliseconds: u64,
}

impl Budget {
    pub(super) fn patience(&self) -> Duration {
        Duration::from_millis(self.queue_milliseconds)
    }
}

impl Allowance {
    /// How long an answer may take to begin.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_seconds.map(Duration::from_secs)
    }
}

/// An operator's own budget for a class: `search=8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnBudget {
    class: RouteClass,
    concurrent: NonZeroUsize,
}

/// A text that is no budget.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no budget: write class=number, where class is one of {}", budgeted().join(", "))]
pub struct InvalidBudget {
    /// The text.
    pub text: String,
}

/// The classes that have a budget.
fn budgeted() -> Vec<&'static str> {
    RouteClass::ALL.into_iter().filter(|class| *class != RouteClass::Health).map(RouteClass::as_str).collect()
}

impl FromStr for OwnBudget {
    type Err = InvalidBudget;

    fn from_str(text: &str) -> Result<Self, InvalidBudget> {
        let invalid = || InvalidBudget { text: text.to_owned() };
        let (class, concurrent) = text.split_once('=').ok_or_else(invalid)?;
        let class = RouteClass::ALL
            .into_iter()
            .find(|known| *known != RouteClass::Health && known.as_str() == class.trim())
            .ok_or_else(invalid)?;
        let concurrent: NonZeroUsize = concurrent.trim().parse().map_err(|_error| invalid())?;
        if concurrent.get() > Self::MOST {
            return Err(invalid());
        }
        Ok(Self { class, concurrent })
    }
}

impl std::fmt::Display for OwnBudget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.class.as_str(), self.concurrent)
    }
}

impl OwnBudget {
    /// The largest budget; more connections than that are never open.
    const MOST: usize = 1 << 16;
}

/// The limits of all classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Allowances {
    by_class: BTreeMap<RouteClass, Allowance>,
    cores: usize,
}

impl Allowances {
    /// The limits of a machine with so many cores, with the operator's own budgets in place of ours.
    pub fn new(cores: NonZeroUsize, own: &[OwnBudget]) -> Self {
        let cores = cores.get();
        let mut by_class: BTreeMap<RouteClass, Allowance> =
            RouteClass::ALL.into_iter().map(|class| (class, class.allowance(cores))).collect();
        for OwnBudget { class, concurrent } in own {
            let budget = by_class.get_mut(class).and_then(|allowance| allowance.budget.as_mut());
            if let Some(budget) = budget {
                *budget = budget.scaled(concurrent.get());
            }
        }
        Self { by_class, cores }
    }

    /// The same with another limit for the length of a file.
    #[must_use]
    pub fn with_longest_file(mut self, bytes: u64) -> Self {
        if let Some(upload) = self.by_class.get_mut(&RouteClass::Upload) {
            upload.body_bytes = bytes;
        }
        self
    }

    /// How many threads the handlers need so that no class waits for the threads of another: one for each request
    /// that computes without a pause, and one for each core for those that wait for the database.
    pub fn threads(&self) -> NonZeroUsize {
        const MOST: usize = 256;
        let computing: usize = [RouteClass::Search, RouteClass::Page]
            .iter()
            .filter_map(|class| self.by_class.get(class)?.budget)
            .map(|budget| budget.concurrent.min(8 * self.cores))
            .sum();
        NonZeroUsize::MIN.saturating_add((computing + self.cores).clamp(2, MOST) - 1)
    }
}

impl IntoIterator for Allowances {
    type Item = Allowance;
    type IntoIter = std::collections::btree_map::IntoValues<RouteClass, Allowance>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_class.into_values()
    }
}

impl Budget {
    /// The same proportion of waiting to running, for another number of running.
    fn scaled(self, concurrent: usize) -> Self {
        let queue = self.queue.saturating_mul(concurrent) / self.concurrent.max(1);
        Self { concurrent, queue, ..self }
    }
}

impl RouteClass {
    /// The limits of a public server with so many cores.
    ///
    /// What computes gets few places, because more of them only make each one slower; search is shed first. What
    /// waits for the database gets many, and records are shed last.
    pub fn allowance(self, cores: usize) -> Allowance {
        let budget =
            |concurrent, queue, queue_milliseconds| Some(Budget { concurrent, queue, queue_milliseconds });
        let base = Allowance {
            class: self,
            rate: None,
            concurrent_per_address: None,
            budget: None,
            body_bytes: 64 * KIB,
            timeout_seconds: Some(10),
        };
        match self {
            Self::Health => base,
            Self::Read => Allowance { budget: budget(64 * cores, 512 * cores, 2_000), ..base },
            Self::Search => Allowance {
                rate: Some(Rate { per_second: 5, burst: 50 }),
                budget: budget(2 * cores, 64 * cores, 500),
                ..base
            },
            Self::Page => Allowance { budget: budget(2 * cores, 64 * cores, 1_000), ..base },
            Self::Export => Allowance {
                concurrent_per_address: Some(2),
                budget: budget(4 * cores, 8 * cores, 500),
                timeout_seconds: None,
                ..base
            },
            Self::Write => Allowance {
                rate: Some(Rate { per_second: 2, burst: 20 }),
                budget: budget(8, 128, 2_000),
                body_bytes: MIB,
                ..base
            },
            Self::Validate => Allowance {
                rate: Some(Rate { per_second: 1, burst: 10 }),
                concurrent_per_address: Some(2),
                budget: budget(2 * cores, 4 * cores, 1_000),
                body_bytes: 64 * MIB,
                timeout_seconds: None,
                ..base
            },
            Self::Import => Allowance {
                budget: budget(4, 4, 1_000),
                body_bytes: 1024 * MIB,
                timeout_seconds: None,
                ..base
            },
            Self::Upload => Allowance {
                budget: budget(8, 8, 1_000),
                body_bytes: 1024 * MIB,
                timeout_seconds: None,
                ..base
            },
            // Programs that fetch in parts open several connections.
            Self::Download => Allowance {
                concurrent_per_address: Some(8),
                budget: budget(64 * cores, 64 * cores, 1_000),
                timeout_seconds: None,
                ..base
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn allowances(cores: usize, own: &[&str]) -> Allowances {
        let own: Vec<OwnBudget> = own.iter().map(|text| text.parse().unwrap()).collect();
        Allowances::new(cores.try_into().unwrap(), &own)
    }

    fn budget(allowances: &Allowances, class: RouteClass) -> Budget {
        allowances.by_class[&class].budget.unwrap()
    }

    #[test]
    fn budgets_grow_with_the_machine_and_yield_to_the_operator() {
        let [small, large] = [1, 16].map(|cores| budget(&allowances(cores, &[]), RouteClass::Search));
        assert_eq!(large.concurrent, 16 * small.concurrent);
        let own = allowances(2, &["search=40"]);
        assert_eq!(
            budget(&own, RouteClass::Search),
            Budget { concurrent: 40, queue: 1280, queue_milliseconds: 500 }
        );
        assert_eq!(budget(&own, RouteClass::Read), budget(&allowances(2, &[]), RouteClass::Read));
    }

    #[test]
    fn search_is_shed_before_records() {
        let all = allowances(2, &[]);
        let room = |class| budget(&all, class).concurrent + budget(&all, class).queue;
        assert!(room(RouteClass::Search) < room(RouteClass::Read));
        assert!(
            budget(&all, RouteClass::Search).queue_milliseconds
                < budget(&all, RouteClass::Read).queue_milliseconds
        );
        assert_eq!(all.by_class[&RouteClass::Health].budget, None);
    }

    #[rstest]
    #[case(1, &[], 5)]
    #[case(2, &[], 10)]
    #[case(2, &["search=60000"], 22)]
    #[case(128, &[], 256)]
    fn threads_suffice_for_what_computes(#[case] cores: usize, #[case] own: &[&str], #[case] threads: usize) {
        assert_eq!(allowances(cores, own).threads().get(), threads);
    }

    #[rstest]
    #[case("search")]
    #[case("search=0")]
    #[case("search=many")]
    #[case("search=65537")]
    #[case("health=8")]
    #[case("sarch=8")]
    fn odd_budgets_are_refused_with_the_classes(#[case] text: &str) {
        let error = text.parse::<OwnBudget>().unwrap_err().to_string();
        assert!(error.contains(text) && error.contains("search, export"), "{error}");
    }
}
