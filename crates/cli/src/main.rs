//! The binary: see the library for everything.

use std::process::ExitCode;

/// Records are many small texts, on several threads: with the system's allocator a fifth of the work is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vitrina_cli::run(std::env::args_os())
}
