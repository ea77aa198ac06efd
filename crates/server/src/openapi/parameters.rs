//! The declaration of a route as OpenAPI parameters.

use serde_json::json;
use utoipa::openapi::{
    RefOr, Required,
    path::{Parameter as Described, ParameterBuilder, ParameterIn, ParameterStyle},
    schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
};
use vitrina_domain::query::{Field, FieldType};

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
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let page = spec.page;
    let (description, schema) = match (parameter, parameter.shape()) {
        (Parameter::Limit, _) => {
            let schema = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1))
                .maximum(Some(i64::try_from(page.most_with_fields).unwrap_or(i64::MAX)))
                .default(Some(json!(page.default)));
            let longer = if page.most == page.most_with_fields {
                format!(" At most {}.", page.most)
            } else {
                format!(" At most {}; with `fields` at most {}.", page.most, page.most_with_fields)
            };
            (format!("{}{longer}", parameter.description()), schema)
        }
        (Parameter::Sort, _) => {
            let words =
                spec.sorts.iter().flat_map(|key| [key.as_str().to_owned(), format!("-{}", key.as_str())]);
            (parameter.description().to_owned(), text().enum_values(Some(words.collect::<Vec<_>>())))
        }
        (Parameter::Expand, _) => {
            (format!("{} Known: {}.", parameter.description(), spec.expansions.join(", ")), text())
        }
        (_, Shape::Text) => (parameter.description().to_owned(), text()),
        (_, Shape::Number) => {
            let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
            (parameter.description().to_owned(), schema)
        }
        (_, Shape::Truth) => {
            (parameter.description().to_owned(), ObjectBuilder::new().schema_type(Type::Boolean))
        }
        (_, Shape::Instant) => {
            let schema = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
            (parameter.description().to_owned(), schema)
        }
        (_, Shape::Words(words)) => {
            (parameter.description().to_owned(), text().enum_values(Some(words.to_vec())))
        }
    };
    described(parameter.name(), description, schema.build()).build()
}

fn of_filter(field: Field, operator: Operator) -> Described {
    let name = operator.parameter(field);
    let word = field.as_str();
    let kind = match (operator, field.field_type()) {
        (Operator::Exists, _) => Type::Boolean,
        (_, FieldType::Number) => Type::Integer,
        _ => Type::String,
    };
    let schema = ObjectBuilder::new().schema_type(kind).build();
    if !operator.may_repeat() {
        return described(&name, format!("`{word}`: {}.", operator.meaning()), schema).build();
    }
    let list = ArrayBuilder::new().items(schema).build();
    described(&name, format!("`{word}`: {}; repeated values mean any of them.", operator.meaning()), list)
        .style(Some(ParameterStyle::Form))
        .explode(Some(true))
        .build()
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
