//! How the program ends, and how it says why.

use std::{error::Error, fmt, io, process::ExitCode};

use crate::terminal;

/// What the exit code tells a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done,
    /// Done, but something was found or refused: the output tells what.
    Findings,
    /// The command was not used as it is meant to be; nothing was done.
    Usage,
    /// Something failed.
    Failure,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Failure => 3,
        })
    }
}

/// A failure as its reader needs it: one sentence, the causes below it, and what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    sentence: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
    help: Option<String>,
}

impl Failure {
    /// The command cannot be carried out as it was given.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, sentence: sentence.into(), cause: None, help: None }
    }

    /// Something failed, for the reason given.
    pub(crate) fn because(
        sentence: impl Into<String>,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { exit: Exit::Failure, sentence: sentence.into(), cause: Some(cause.into()), help: None }
    }

    /// Something failed that has no cause but itself.
    pub(crate) fn failed(sentence: impl Into<String>) -> Self {
        Self { exit: Exit::Failure, sentence: sentence.into(), cause: None, help: None }
    }

    /// The same failure, with advice.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// How the program ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether the reader of our output went away (`vitrina export | head`): no failure of ours.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        let mut cause: Option<&(dyn Error + 'static)> = self.cause.as_deref().map(|cause| cause as _);
        while let Some(error) = cause {
            if error.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", terminal::clean(&self.sentence))?;
        let mut cause: Option<&(dyn Error + 'static)> = self.cause.as_deref().map(|cause| cause as _);
        let mut said = self.sentence.clone();
        while let Some(error) = cause {
            let text = error.to_string();
            // Some libraries repeat their source's text in their own.
            if !said.contains(&text) {
                write!(f, "\n  cause: {}", terminal::clean(&text))?;
            }
            said = text;
            cause = error.source();
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", terminal::clean(help).replace('\n', "\n        "))?;
        }
        Ok(())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::because("cannot write the output", error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the database is not available")]
    struct Outer(#[source] io::Error);

    #[test]
    fn says_the_sentence_then_the_causes_then_what_to_do() {
        let failure = Failure::because("cannot open the catalog", Outer(io::Error::other("disk full")))
            .help("free some space");
        assert_eq!(
            failure.to_string(),
            "error: cannot open the catalog\n  cause: the database is not available\n  cause: disk full\n  \
             help: free some space"
        );
        assert_eq!(failure.exit(), Exit::Failure);
    }

    #[test]
    fn a_cause_that_only_repeats_is_left_out() {
        let failure = Failure::because("cannot listen: address in use", io::Error::other("address in use"));
        assert_eq!(failure.to_string(), "error: cannot listen: address in use");
    }

    #[test]
    fn hostile_text_cannot_move_the_cursor() {
        let failure = Failure::usage("no such file: \u{1b}[2Jx");
        assert!(!failure.to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_reader_that_went_away_is_recognised_at_any_depth() {
        let gone = Failure::because("cannot export", Outer(io::ErrorKind::BrokenPipe.into()));
        assert!(gone.is_closed_pipe());
        assert!(!Failure::failed("cannot export").is_closed_pipe());
    }
}
