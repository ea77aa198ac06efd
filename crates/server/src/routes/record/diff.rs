//! What changed between two revisions.

use axum::response::Response;
use vitrina_app::record::{Extent, Reference};
use vitrina_domain::{
    finding::Bilingual,
    record::{Kind, Record, Stored},
};

use super::{
    body::{DiffBody, DifferenceBody},
    found::found,
    validators,
};
use crate::{
    filter::{Parameter, Parameters},
    inquiry::{Inquiry, Reply},
    instead::Instead,
    problem::{Answer, Code, Problem},
};

/// The members in which two revisions differ.
pub(crate) async fn diff(kind: Kind, key: &str, inquiry: &Inquiry) -> Result<Response, Instead> {
    let record = found(kind, key, "/diff", Extent::HEAD, inquiry).await?;
    let (from, to) = compared(&record, &inquiry.asked)?;
    let validators = validators(&record, "diff", &[&format!("{from}-{to}")]);
    let make = async || {
        let Inquiry { state, actor, .. } = inquiry;
        let differences = state.app.diff(actor, kind, &Reference::Id(record.id), from, to).await?;
        let differences = differences
            .into_iter()
            .map(|difference| DifferenceBody {
                pointer: difference.pointer,
                from: difference.from,
                to: difference.to,
            })
            .collect();
        Ok(Reply { body: DiffBody { from, to, differences }, next: None })
    };
    Ok(inquiry.reply(&validators, make).await?)
}

/// The revisions to compare: without `to` the current one is meant, without `from` the one before.
fn compared(record: &Record<Stored>, asked: &Parameters) -> Answer<(u32, u32)> {
    let to = asked.number::<u32>(Parameter::To)?.unwrap_or(record.revision);
    let from = asked.number::<u32>(Parameter::From)?.unwrap_or_else(|| to.saturating_sub(1));
    if from == 0 || from >= to {
        let text =
            Bilingual::new("«from» es una revisión anterior a «to»", "\"from\" is a revision before \"to\"");
        return Err(Problem::parameter(Code::InvalidParameter, Parameter::From.name(), text));
    }
    Ok((from, to))
}
