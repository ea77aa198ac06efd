//! The parse worker: what it gives up, shown by trying it with and without, and what its employer bears.

#![cfg(test)]
#![cfg(target_os = "linux")]

mod confinement;
mod employer;
