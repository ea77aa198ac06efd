//! The least that can be done: what `just bench` measures the program against.

use std::convert::Infallible;

#[tokio::main]
async fn main() -> anyhow::Result<Infallible> {
    vitrina_tests::bench::yardstick().await
}
