//! The binary: see the library for everything.

use std::process::ExitCode;

fn main() -> ExitCode {
    vitrina_cli::run(std::env::args_os())
}
