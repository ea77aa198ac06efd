//! `vitrina validate`: what would be found in documents, without storing them.

use std::io::Write as _;

use vitrina_app::{
    AppError,
    validate::{ItemReport, Limits, Reporter},
};
use vitrina_domain::{finding::Severity, import::Item};

use super::Context;
use crate::{
    args::{ReportFormat, Validate},
    failure::{Exit, Failure},
    files::{self, Input},
    summary::Summary,
    wiring::Catalog,
};

pub(super) async fn run(context: Context, validate: &Validate) -> Result<Exit, Failure> {
    let inputs = files::inputs(&validate.paths)?;
    let (folder, catalog) = Catalog::scratch(&context.settings).await?;
    let mut exit = Exit::Done;
    for input in &inputs {
        let summary = check(&catalog, input, &validate.profile).await?;
        if summary.has_refusals() || summary.findings.count(Severity::Error) > 0 {
            exit = Exit::Findings;
        }
        let mut out = std::io::stdout().lock();
        match validate.format {
            ReportFormat::Text => summary.write_text(&mut out, context.locale)?,
            ReportFormat::Json => {
                serde_json::to_writer(&mut out, &summary).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
        }
    }
    catalog.close().await;
    folder.close().map_err(|error| Failure::because("cannot remove the scratch folder", error))?;
    Ok(exit)
}

async fn check(catalog: &Catalog, input: &Input, profiles: &[String]) -> Result<Summary, Failure> {
    let bytes = input.open()?;
    let app = catalog.app.clone();
    let spooled = tokio::task::spawn_blocking(move || app.spool_all(bytes))
        .await
        .map_err(|error| Failure::because("reading broke off", error))?
        .map_err(|error| Failure::because(format!("cannot read {}", input.name()), error))?;
    let summary = Summary::of(input.name());
    match catalog.app.validate(spooled, profiles.to_vec(), Limits::default(), summary).await {
        Ok((report, mut summary)) => {
            summary.format = Some(report.format.as_str().to_owned());
            for finding in report.findings {
                summary.findings.add(finding);
            }
            Ok(summary)
        }
        Err(AppError::Unreadable(error)) => {
            Ok(Summary { error: Some(error.explain()), ..Summary::of(input.name()) })
        }
        Err(AppError::Parameter { problem, .. }) => Err(Failure::usage(problem.en)),
        Err(error) => Err(Failure::because(format!("cannot check {}", input.name()), error)),
    }
}

impl Reporter for Summary {
    fn take(&mut self, item: ItemReport) {
        let ItemReport { position, pointer, identifier, title, outcome, findings } = item;
        self.add(&Item { position, pointer, identifier, title, outcome, record_id: None, findings });
    }
}
