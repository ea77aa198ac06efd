//! Writes numbers into a bare database for ever, as careful as it is told, and says each one that is committed.

use std::io::Write as _;

use anyhow::{Context as _, anyhow};
use vitrina_store::testing::bare::{Care, count_up};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().context("the database")?;
    let care = arguments.next().context("the care")?;
    let care = Care::ALL.into_iter().find(|known| known.as_str() == care).context("such care")?;
    let mut said = std::io::stdout();
    count_up(path.as_ref(), care, |number| {
        writeln!(said, "{number}")?;
        said.flush()
    })
    .await
    .map_err(|error| anyhow!(error))
}
