//! The command line of Vitrina: the one program, its configuration, and the place where the parts meet.
//!
//! Only this crate reads the environment and writes to the terminal. It holds no rules of its own: a command
//! reads its arguments, calls a use case of `app`, and says what came of it.
//!
//! - To add a command: a variant in [`args`], a file in `command`.
//! - To add a setting: see [`config`].

use std::{ffi::OsString, io::Write as _, process::ExitCode};

use clap::Parser as _;

pub mod args;
pub mod config;
pub mod parse_worker;

mod authorities;
mod command;
mod demo;
mod failure;
mod files;
mod logging;
mod postman;
mod signals;
mod summary;
mod terminal;
mod wiring;

use failure::Exit;

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let environment: config::Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let cli = match args::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are asked for and go to standard output; what is wrong goes to standard error.
            let printed = message.print();
            let wrong = message.use_stderr() || printed.is_err();
            return if wrong { Exit::Usage } else { Exit::Done }.into();
        }
    };
    match command::run(&cli, &environment) {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_closed_pipe() => Exit::Done.into(),
        Err(failure) => {
            // Nowhere is left to say that standard error is gone.
            let _ = writeln!(std::io::stderr().lock(), "{failure}");
            failure.exit().into()
        }
    }
}
