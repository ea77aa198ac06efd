//! What a reader asked, checked.

use std::collections::BTreeMap;

use url::form_urlencoded;
use vitrina_domain::{
    date::Date,
    finding::Bilingual,
    query::{FacetRequest, Field, MAX_TERMS, Query, Sort},
    record::Kind,
    time::Timestamp,
};

use super::{
    Operator, Parameter, Shape, Spec,
    facet::facets,
    field::{condition, truth},
    page::{Count, count, expand, fields, limit, sort},
    pairs::pairs,
    refusal::{invalid, not_in_list, unknown},
    words,
};
use crate::{
    cursor::Binding,
    locale::Reader,
    problem::{Code, Problem},
};

/// The parameters of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Free text and filters together.
    pub query: Query,
    /// How long the page is.
    pub limit: u64,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The order, when one was asked for.
    pub sort: Option<Sort>,
    /// How the list is counted.
    pub count: Count,
    /// The members to return, each as a path of names.
    pub fields: Option<Vec<Vec<String>>>,
    /// The references to follow.
    pub expand: Vec<String>,
    /// The facets to count.
    pub facets: Vec<FacetRequest>,
    /// The kinds of record; empty for every kind.
    pub kinds: Vec<Kind>,
    /// Names and values as they were given.
    pub pairs: Vec<(String, String)>,
    texts: BTreeMap<Parameter, String>,
}

/// Parameters that change how a page looks, not which items the list holds in which order.
const OF_THE_PAGE: &[Parameter] = &[
    Parameter::Limit,
    Parameter::Cursor,
    Parameter::Count,
    Parameter::Fields,
    Parameter::Expand,
    Parameter::Facets,
    Parameter::Lang,
    Parameter::F,
    Parameter::Bom,
];

impl Parameters {
    /// Reads a query string against a route's declaration.
    pub fn parse(spec: &Spec, query: &str) -> Result<Self, Problem> {
        let pairs = pairs(query)?;
        let mut texts: BTreeMap<Parameter, String> = BTreeMap::new();
        let mut filters: Vec<((Field, Operator), Vec<String>)> = Vec::new();
        for (name, value) in &pairs {
            if let Some(parameter) = spec.parameters.iter().copied().find(|known| known.name() == name) {
                take_once(&mut texts, parameter, value)?;
            } else if let Some(filter) = spec.filter(name) {
                match filters.iter_mut().find(|(known, _)| *known == filter) {
                    Some((_, values)) => values.push(value.clone()),
                    None => filters.push((filter, vec![value.clone()])),
                }
            } else {
                return Err(unknown(spec, name));
            }
        }
        let fields = texts.get(&Parameter::Fields).map(|text| fields(text)).transpose()?;
        let asked = Self {
            query: conditions(texts.get(&Parameter::Q).map(String::as_str), filters)?,
            limit: limit(spec, texts.get(&Parameter::Limit), fields.is_some())?,
            cursor: texts.get(&Parameter::Cursor).cloned(),
            sort: texts.get(&Parameter::Sort).map(|text| sort(spec, text)).transpose()?,
            count: texts.get(&Parameter::Count).map(|text| count(text)).transpose()?.unwrap_or_default(),
            fields,
            expand: texts
                .get(&Parameter::Expand)
                .map(|text| expand(spec, text))
                .transpose()?
                .unwrap_or_default(),
            facets: texts
                .get(&Parameter::Facets)
                .map(|text| facets(spec, text))
                .transpose()?
                .unwrap_or_default(),
            kinds: texts.get(&Parameter::Kind).map(|text| kinds(text)).transpose()?.unwrap_or_default(),
            pairs,
            texts,
        };
        asked.check_lone_values()?;
        Ok(asked)
    }

    /// The value of a parameter that has no shape of its own here.
    pub fn text(&self, parameter: Parameter) -> Option<&str> {
        self.texts.get(&parameter).map(String::as_str)
    }

    /// A yes-or-no parameter.
    pub fn flag(&self, parameter: Parameter) -> Option<bool> {
        self.text(parameter).and_then(|text| truth(text).ok())
    }

    /// The instant of a parameter; a date of less precision is its first instant.
    pub fn instant(&self, parameter: Parameter) -> Option<Timestamp> {
        self.text(parameter).and_then(|text| text.parse::<Date>().ok()).map(|date| date.start())
    }

    /// A whole number.
    pub fn number<N: std::str::FromStr>(&self, parameter: Parameter) -> Result<Option<N>, Problem> {
        self.text(parameter)
            .map(|text| {
                text.parse().map_err(|_error| {
                    invalid(
                        parameter,
                        Bilingual::new("se esperaba un número entero", "a whole number was expected"),
                    )
                })
            })
            .transpose()
    }

    /// The order that was asked for; without one the best answers to words come first, else the oldest.
    pub fn order(&self) -> Sort {
        self.sort.unwrap_or(if self.query.has_words() { Sort::RELEVANCE } else { Sort::CREATED })
    }

    /// The reader, after `lang`.
    pub fn reader(&self, reader: Reader) -> Reader {
        match self.text(Parameter::Lang) {
            Some(tag) => reader.asking_for(tag),
            None => reader,
        }
    }

    /// The query string of the same request with some parameters left out, and one given at the end.
    pub fn query_string(&self, left_out: &[&str], given: Option<(&str, &str)>) -> String {
        let pairs = self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs.filter(|(name, _)| !left_out.contains(name)).chain(given));
        query.finish()
    }

    /// What a cursor of this request belongs to: route, filters and order.
    pub fn binding(&self, route: &str) -> Binding {
        let mut lasting: Vec<String> = self
            .pairs
            .iter()
            .filter(|(name, _)| !OF_THE_PAGE.iter().any(|parameter| parameter.name() == name))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        lasting.sort_unstable();
        Binding::of(std::iter::once(route).chain(lasting.iter().map(String::as_str)))
    }

    /// Values that only their route understands, as far as their shape goes.
    fn check_lone_values(&self) -> Result<(), Problem> {
        for (parameter, text) in &self.texts {
            match parameter.shape() {
                Shape::Truth => {
                    truth(text).map_err(|message| invalid(*parameter, message))?;
                }
                Shape::Instant => {
                    text.parse::<Date>().map_err(|_error| {
                        invalid(
                            *parameter,
                            Bilingual::new(
                                "se esperaba una fecha o un instante, por ejemplo 2026-03-01T00:00:00Z",
                                "a date or an instant was expected, for example 2026-03-01T00:00:00Z",
                            ),
                        )
                    })?;
                }
                _ if *parameter == Parameter::Lang => {
                    text.parse::<vitrina_domain::language::LanguageTag>().map_err(|_error| {
                        invalid(
                            *parameter,
                            Bilingual::new(
                                "se esperaba una lengua, por ejemplo es",
                                "a language was expected, for example en",
                            ),
                        )
                    })?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn take_once(
    texts: &mut BTreeMap<Parameter, String>,
    parameter: Parameter,
    value: &str,
) -> Result<(), Problem> {
    match texts.entry(parameter) {
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value.to_owned());
            Ok(())
        }
        std::collections::btree_map::Entry::Occupied(mut entry) if parameter == Parameter::Kind => {
            let joined = format!("{},{value}", entry.get());
            entry.insert(joined);
            Ok(())
        }
        std::collections::btree_map::Entry::Occupied(_) => Err(Problem::parameter(
            Code::RepeatedParameter,
            parameter.name(),
            Bilingual::new("este parámetro se da una sola vez", "this parameter is given once"),
        )),
    }
}

fn conditions(q: Option<&str>, filters: Vec<((Field, Operator), Vec<String>)>) -> Result<Query, Problem> {
    let mut query = q.map(words::parse).transpose()?.unwrap_or(Query::All);
    for ((field, operator), values) in filters {
        let name = operator.parameter(field);
        if !operator.may_repeat() && values.len() > 1 {
            let text = Bilingual::new("este parámetro se da una sola vez", "this parameter is given once");
            return Err(Problem::parameter(Code::RepeatedParameter, &name, text));
        }
        let part = condition(field, operator, values)
            .map_err(|message| Problem::parameter(Code::InvalidParameter, &name, message))?;
        query = query.and(part);
    }
    if words::count_terms(&query) > MAX_TERMS {
        return Err(words::too_many_terms());
    }
    Ok(query)
}

fn kinds(text: &str) -> Result<Vec<Kind>, Problem> {
    text.split(',')
        .map(|word| {
            word.trim().parse().map_err(|_error| {
                not_in_list(Parameter::Kind, word, Kind::ALL.iter().map(|kind| kind.as_str()))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
