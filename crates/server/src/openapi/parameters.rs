//! The declaration of a route as OpenAPI parameters.

use serde_json::json;
use utoipa::openapi::{
    RefOr, Required,
    path::{Parameter as Described, ParameterBuilder, ParameterIn, ParameterStyle},
    schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
};
use vitrina_domain::{
    import::Outcome,
    query::{Field, FieldType, MAX_QUERY_CHARS, MAX_TERMS},
    record::Kind,
};

use crate::filter::{Operator, Parameter, Shape, Spec};

/// What the route takes, for its documentation.
pub fn parameters(spec: &Spec) -> Vec<Described> {
    let own = spec.parameters.iter().map(|parameter| of_parameter(*parameter, spec));
    own.chain(spec.filters().map(|(field, operator)| of_filter(field, operator))).collect()
}

fn described(name: &str, description: String, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
}

fn of_parameter(parameter: Parameter, spec: &Spec) -> Described {
    let (note, schema) = match parameter {
        Parameter::Limit => limit(spec),
        Parameter::Sort => {
            let words = spec.sorts.iter().map(|key| key.as_str());
            (
                String::new(),
                text().enum_values(Some(
                    words.flat_map(|w| [w.to_owned(), format!("-{w}")]).collect::<Vec<_>>(),
                )),
            )
        }
        Parameter::Expand => {
            let words = spec.expansions.join("|");
            let note = format!(" Known: {}.", spec.expansions.join(", "));
            (note, text().pattern(Some(list_pattern(&format!("({words})"), 10))))
        }
        Parameter::Facets => {
            let words: Vec<&str> =
                spec.filters.iter().filter(|field| field.is_facet()).map(|field| field.as_str()).collect();
            let one = format!("({})(:([1-9][0-9]?|100)(:(count_desc|value_asc))?)?", words.join("|"));
            let note = format!(
                " Known: {}. At most 10 fields of at most 100 values; 10 without a number.",
                words.join(", ")
            );
            (note, text().pattern(Some(list_pattern(&one, 10))))
        }
        Parameter::Fields => {
            (" At most 50 names; `id` is always there.".to_owned(), text().pattern(Some(FIELDS)))
        }
        Parameter::Lang => (" For example `es` or `en`.".to_owned(), text().pattern(Some(LANGUAGE))),
        Parameter::Q => {
            let note = format!(" At most {MAX_QUERY_CHARS} characters and {MAX_TERMS} terms.");
            (note, text().max_length(Some(MAX_QUERY_CHARS)))
        }
        Parameter::Prefix => (String::new(), text().max_length(Some(MAX_QUERY_CHARS))),
        Parameter::Cursor => (" It never expires.".to_owned(), text().max_length(Some(2048))),
        Parameter::Outcome => (String::new(), text().enum_values(Some(Outcome::ALL.map(Outcome::as_str)))),
        Parameter::Kind => return kinds(parameter),
        // A comparison numbers revisions; the change log gives tokens.
        Parameter::From | Parameter::To if spec.takes(Parameter::To) => (" From 1.".to_owned(), number()),
        other => (String::new(), of_shape(other.shape())),
    };
    let description = format!("{}{note}", parameter.description());
    described(parameter.name(), description, schema.build()).build()
}

/// Names of members; dots reach into them.
const FIELDS: &str = r"^[^.,\s]+(\.[^.,\s]+){0,7}(,[^.,\s]+(\.[^.,\s]+){0,7}){0,49}$";

/// The shape of RFC 5646, as far as it is read.
const LANGUAGE: &str = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$";

/// A year, a month, a day or an instant.
const DATE: &str = "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-2]):[0-5][0-9]))?)?)?)?$";

fn list_pattern(one: &str, most: usize) -> String {
    format!("^{one}(,{one}){{0,{}}}$", most.saturating_sub(1))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
}

fn of_shape(shape: Shape) -> ObjectBuilder {
    match shape {
        Shape::Text => text(),
        Shape::Number => number(),
        Shape::Truth => ObjectBuilder::new().schema_type(Type::Boolean),
        Shape::Instant => text().pattern(Some(DATE)),
        Shape::Words(words) => text().enum_values(Some(words.to_vec())),
    }
}

fn limit(spec: &Spec) -> (String, ObjectBuilder) {
    let page = spec.page;
    let (most, note) = if spec.takes(Parameter::Fields) && page.most != page.most_with_fields {
        (
            page.most_with_fields,
            format!(" At most {}; with `fields` at most {}.", page.most, page.most_with_fields),
        )
    } else {
        (page.most, format!(" At most {}.", page.most))
    };
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    (note, number().maximum(Some(most)).default(Some(json!(page.default))))
}

fn kinds(parameter: Parameter) -> Described {
    let word = text().enum_values(Some(Kind::ALL.map(Kind::as_str)));
    let list = ArrayBuilder::new().items(word.build()).build();
    described(parameter.name(), parameter.description().to_owned(), list)
        .style(Some(ParameterStyle::Form))
        .explode(Some(true))
        .build()
}

fn of_filter(field: Field, operator: Operator) -> Described {
    let name = operator.parameter(field);
    let word = field.as_str();
    let (note, schema) = match (operator, field.field_type()) {
        (Operator::Exists, _) => ("", ObjectBuilder::new().schema_type(Type::Boolean)),
        (_, FieldType::Number) => {
            let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
            ("", ObjectBuilder::new().schema_type(Type::Integer).format(Some(format)))
        }
        (_, FieldType::Date) => (
            " Dates are `2026`, `2026-01`, `2026-01-31` or `2026-01-31T12:00:00Z`.",
            text().pattern(Some(DATE)),
        ),
        _ => ("", text().min_length(Some(1))),
    };
    let meaning = operator.meaning();
    if !operator.may_repeat() {
        return described(&name, format!("`{word}`: {meaning}.{note}"), schema.build()).build();
    }
    let list = ArrayBuilder::new().items(schema.build()).build();
    let description = format!("`{word}`: {meaning}; repeated values mean any of them.{note}");
    described(&name, description, list).style(Some(ParameterStyle::Form)).explode(Some(true)).build()
}

#[cfg(test)]
mod tests {
    use vitrina_domain::query::SortKey;

    use super::*;
    use crate::filter::PageSize;

    #[test]
    fn everything_a_route_takes_is_described() {
        let spec = Spec {
            parameters: &[Parameter::Limit, Parameter::Sort],
            filters: &[Field::Theme, Field::Modified],
            sorts: &[SortKey::Title],
            expansions: &[],
            page: PageSize::RECORDS,
        };
        let described = parameters(&spec);
        let names: Vec<&str> = described.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "limit",
                "sort",
                "theme",
                "theme__contains",
                "theme__startswith",
                "theme__exists",
                "modified",
                "modified__gte",
                "modified__gt",
                "modified__lte",
                "modified__lt",
                "modified__exists",
            ]
        );
        assert!(described.iter().all(|parameter| parameter.description.is_some()));
    }
}
