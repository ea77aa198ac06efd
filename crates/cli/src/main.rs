//! The binary: see the library for everything.

use std::process::ExitCode;

/// Records are many small texts, on several threads: with the system's allocator a fifth of the work is allocation. It
/// takes the place of `malloc`, too, so that SQLite has it, which copies every column of every row.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vitrina_cli::run(std::env::args_os())
}
