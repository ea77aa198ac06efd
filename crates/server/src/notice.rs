//! What a reader should know of an answer that is no error.

use serde::Serialize;
use vitrina_app::{App, AppError, absent::Absent, auth::Actor};
use vitrina_domain::{finding::Bilingual, query::Query, record::Kind};

use crate::{locale::Reader, nearest::nearest};

/// Something a reader should know: a filter on a value that no record has matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Notice {
    /// What kind of notice it is: `value-not-present`.
    pub code: &'static str,
    /// The parameter, or the field in `q`, that it is about.
    pub parameter: &'static str,
    /// The value that was asked for.
    pub value: String,
    /// The same for people, in the reader's language.
    pub message: String,
    /// The value most like it that records do have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

impl Notice {
    /// Why a list came out empty, where a value in its filters is the reason; nothing for a list that did not.
    pub(crate) fn of_empty(
        app: &App,
        actor: &Actor,
        (kinds, query): (&[Kind], &Query),
        total: Option<u64>,
        reader: &Reader,
    ) -> Result<Vec<Self>, AppError> {
        if total != Some(0) {
            return Ok(Vec::new());
        }
        Ok(app.absent(actor, kinds, query)?.into_iter().map(|absent| Self::of(absent, reader)).collect())
    }

    fn of(Absent { field, value, present }: Absent, reader: &Reader) -> Self {
        let nearest = nearest(&value, present.iter().map(String::as_str)).map(str::to_owned);
        let parameter = field.as_str();
        let mut text = Bilingual::new(
            format!("ningún registro tiene «{value}» en {parameter}"),
            format!("no record has \"{value}\" as its {parameter}"),
        );
        if let Some(nearest) = &nearest {
            text = Bilingual::new(
                format!("{}; ¿quiso decir «{nearest}»?", text.es),
                format!("{}; did you mean \"{nearest}\"?", text.en),
            );
        }
        let message = text.get(reader.locale).to_owned();
        Self { code: "value-not-present", parameter, value, message, nearest }
    }
}
