//! What the use cases refuse, as problems.

use axum::http::header;
use vitrina_app::{
    AppError, Tombstone,
    auth::Denied,
    file::Quota,
    ports::{
        Reason,
        parser::{Refusal, RefusalReason},
    },
};
use vitrina_domain::{
    finding::{Bilingual, Locale},
    record::Unreadable,
};
use vitrina_formats::FileType;

use crate::{
    conditional::{EntityTag, revision_stem},
    problem::{Code, Problem, TombstoneBody, Violation},
};

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound(what) => not_found(what),
            AppError::Gone(tombstone) => gone(&tombstone),
            AppError::Denied(Denied::Unauthenticated) => Self::new(Code::TokenRequired),
            AppError::Denied(Denied::Missing(privilege)) => {
                let scope = privilege.as_str();
                Self::new(Code::Forbidden).with_detail(Bilingual::new(
                    format!("el token no tiene el alcance «{scope}» para este objeto"),
                    format!("the token lacks the scope \"{scope}\" for this object"),
                ))
            }
            AppError::Invalid(findings) => Self::new(Code::InvalidDocument).with_findings(findings),
            AppError::NothingToReplace | AppError::FileChanged => Self::new(Code::PreconditionFailed),
            AppError::PreconditionRequired => Self::new(Code::PreconditionRequired),
            AppError::PreconditionFailed { current } => {
                let tag = EntityTag::with_stem(&revision_stem(current), ["current"]);
                Self::new(Code::PreconditionFailed).with_header(header::ETAG, tag.header())
            }
            AppError::Taken(what) => Self::new(Code::Conflict).with_detail(Bilingual::new(
                format!("«{what}» ya está ocupado por otro registro"),
                format!("\"{what}\" is taken by another record"),
            )),
            AppError::Refused(refusal) => refused(refusal),
            AppError::Unreadable(cause) => unreadable(&cause.explain()),
            AppError::Stale { applied } => Self::new(Code::StaleFetch).with_detail(Bilingual::new(
                format!("la última lectura aplicada de esta fuente es del {applied}"),
                format!("the last fetch applied from this source is of {applied}"),
            )),
            AppError::FileType { found, allowed } => file_type(found, &allowed),
            AppError::NotInspected => Self::new(Code::NotInspected),
            AppError::DigestMismatch { found } => {
                Self::new(Code::DigestMismatch).with_detail(Bilingual::new(
                    format!("llegaron bytes con el SHA-256 {found}"),
                    format!("bytes with the SHA-256 {found} came"),
                ))
            }
            AppError::QuotaExceeded { quota, limit, used, length } => no_room(quota, limit, used, length),
            AppError::Parameter { name, problem } => Self::parameter(Code::InvalidParameter, name, problem),
            AppError::AddressRefused(reason) => address_refused(reason),
            AppError::TooManyWebhooks { most } => too_many_webhooks(most),
            AppError::CursorMismatch => Self::new(Code::CursorMismatch),
            AppError::KeyReused => Self::new(Code::IdempotencyMismatch),
            AppError::KeyBusy => Self::new(Code::IdempotencyInProgress).retry_after(1),
            AppError::AtNotSupported => Self::new(Code::AtNotSupported),
            AppError::JobState(state) => {
                let state = state.as_str();
                Self::new(Code::JobState).with_detail(Bilingual::new(
                    format!("el trabajo está en el estado «{state}»"),
                    format!("the job is {state}"),
                ))
            }
            AppError::NoSuch { parameter, value } => no_such(parameter, &value),
            error @ (AppError::Busy(_) | AppError::NoWorker(_)) => {
                Self::new(Code::Overloaded).retry_after(5).caused_by(error)
            }
            error @ AppError::Unavailable(_) => Self::new(Code::Unavailable).retry_after(5).caused_by(error),
            error => Self::internal(error),
        }
    }
}

impl From<Unreadable> for Problem {
    fn from(error: Unreadable) -> Self {
        Self::internal(error)
    }
}

fn address_refused(reason: Reason) -> Problem {
    let message = Bilingual::new(reason.message(Locale::Es), reason.message(Locale::En));
    let violation =
        Violation { pointer: "/address".to_owned(), code: reason.code().to_owned(), message, hint: None };
    Problem::new(Code::InvalidDocument).with_error(violation)
}

fn too_many_webhooks(most: u64) -> Problem {
    Problem::new(Code::TooManyWebhooks).with_detail(Bilingual::new(
        format!("cada token tiene a lo más {most}"),
        format!("each token has {most} at most"),
    ))
}

fn no_room(quota: Quota, limit: u64, used: u64, length: u64) -> Problem {
    let (es, en) = match quota {
        Quota::Organization => ("la organización", "the organization"),
        Quota::Site => ("el sitio", "the site"),
    };
    Problem::new(Code::QuotaExceeded).with_detail(Bilingual::new(
        format!("{es} tiene {limit} bytes, usa {used}, y el archivo mide {length}"),
        format!("{en} has {limit} bytes, uses {used}, and the file is {length} long"),
    ))
}

fn file_type(found: Option<FileType>, allowed: &[FileType]) -> Problem {
    let detail = match found {
        Some(kind) => Bilingual::new(
            format!("el archivo es «{kind}» ({})", kind.media_type()),
            format!("the file is \"{kind}\" ({})", kind.media_type()),
        ),
        None => Bilingual::new("los bytes no son de ningún tipo conocido", "the bytes are of no known type"),
    };
    Problem::new(Code::FileTypeRefused)
        .with_detail(detail)
        .with_allowed(allowed.iter().map(|kind| kind.as_str()))
}

/// A filter that can match nothing, because what it names is not here.
fn no_such(parameter: &'static str, value: &str) -> Problem {
    let shown: String = value.chars().take(60).collect();
    let text = Bilingual::new(
        format!("«{parameter}»: aquí no hay nada que se llame «{shown}»"),
        format!("\"{parameter}\": nothing here is called \"{shown}\""),
    );
    Problem::parameter(Code::InvalidParameter, parameter, text)
}

fn not_found(what: &'static str) -> Problem {
    let (es, en) = match what {
        "dataset" => ("este conjunto de datos", "this dataset"),
        "catalog" => ("este catálogo", "this catalog"),
        "organization" => ("esta organización", "this organization"),
        "data_service" => ("este servicio de datos", "this data service"),
        "dataset_series" => ("esta serie", "this series"),
        "distribution" => ("esta distribución", "this distribution"),
        "revision" => ("esta revisión", "this revision"),
        "file" => ("el archivo de esta distribución", "the file of this distribution"),
        "raw original" => ("el original de este registro", "the original of this record"),
        "run" => ("esta importación", "this import"),
        "job" => ("este trabajo", "this job"),
        "webhook" => ("este webhook", "this webhook"),
        "schedule" => ("este horario", "this schedule"),
        "suppression" => ("esta supresión", "this suppression"),
        "subscription" => ("esta suscripción", "this subscription"),
        "kind of job" => ("esta clase de trabajo", "this kind of job"),
        other => (other, other),
    };
    Problem::new(Code::NotFound)
        .with_detail(Bilingual::new(format!("aquí no hay {es}"), format!("{en} is not here")))
}

fn gone(tombstone: &Tombstone) -> Problem {
    let Tombstone { title, reason, deleted, .. } = tombstone;
    let (es, en) = if *deleted { ("se borró", "was deleted") } else { ("se retiró", "was withdrawn") };
    Problem::new(Code::Gone)
        .with_detail(Bilingual::new(
            format!("«{title}» {es}: {reason}"),
            format!("\"{title}\" {en}: {reason}"),
        ))
        .with_tombstone(TombstoneBody::from(tombstone))
}

impl From<&Tombstone> for TombstoneBody {
    fn from(tombstone: &Tombstone) -> Self {
        let Tombstone { kind: _, id, slug: _, title, at, reason, deleted } = tombstone;
        Self {
            id: id.to_string(),
            title: title.clone(),
            deleted_at: at.to_string(),
            reason: reason.clone(),
            is_final: *deleted,
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    let Refusal { reason, finding } = refusal;
    let code = match reason {
        RefusalReason::TooComplex => Code::ResourceTooComplex,
        RefusalReason::Unreadable => Code::UnreadableSource,
    };
    Problem::new(code).with_detail(finding.message.clone()).with_error(Violation::from(*finding))
}

fn unreadable(cause: &Bilingual) -> Problem {
    Problem::new(Code::UnreadableSource).with_detail(Bilingual::new(
        format!("el documento no se puede leer ({})", cause.es),
        format!("the document cannot be read ({})", cause.en),
    ))
}

#[cfg(test)]
mod tests {
    use axum::{http::StatusCode, response::IntoResponse as _};
    use rstest::rstest;
    use vitrina_app::StoreError;

    use super::*;

    #[rstest]
    #[case::waited_too_long(StoreError::Busy("locked".into()), Code::Overloaded)]
    #[case::not_there(StoreError::Unavailable("refused".into()), Code::Unavailable)]
    fn what_passes_is_worth_trying_again(#[case] error: StoreError, #[case] code: Code) {
        let problem = Problem::from(AppError::from(error));
        assert_eq!(problem.code(), code);
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }
}
