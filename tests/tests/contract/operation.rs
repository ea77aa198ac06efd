//! The operations of the contract, as far as the tests need them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde_json::Value;

/// The contract as it is checked in.
pub(crate) fn contract() -> anyhow::Result<Value> {
    Ok(serde_json::from_str(include_str!("../../../openapi/openapi.json"))?)
}

/// An operation of the contract.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) codes: BTreeSet<String>,
    /// By status, the headers that its answer is told to have.
    pub(crate) statuses: BTreeMap<String, Vec<String>>,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) body: Option<(String, Value)>,
    pub(crate) needs_token: bool,
}

impl Operation {
    /// Every operation.
    pub(crate) fn all() -> anyhow::Result<Vec<Self>> {
        let contract = contract()?;
        let mut all = Vec::new();
        for (path, methods) in contract["paths"].as_object().context("no paths")? {
            for (method, operation) in methods.as_object().context("no methods")? {
                all.push(Self::read(&contract, path, method, operation)?);
            }
        }
        Ok(all)
    }

    fn read(contract: &Value, path: &str, method: &str, operation: &Value) -> anyhow::Result<Self> {
        let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| {
            let parameter = followed(contract, parameter);
            (text(&parameter["in"]), text(&parameter["name"]))
        });
        let content = operation["requestBody"]["content"].as_object();
        let codes = operation["x-problem-codes"].as_array().context("no codes")?;
        let statuses = operation["responses"].as_object().context("no responses")?;
        Ok(Self {
            method: method.to_uppercase(),
            path: path.to_owned(),
            id: text(&operation["operationId"]),
            codes: codes.iter().map(text).collect(),
            statuses: statuses
                .iter()
                .map(|(status, response)| (status.clone(), headers(followed(contract, response))))
                .collect(),
            parameters: parameters.collect(),
            body: content.and_then(|content| {
                let (media_type, media) = content.iter().next()?;
                Some((media_type.clone(), media["example"].clone()))
            }),
            needs_token: operation.get("security").is_some(),
        })
    }

    pub(crate) fn takes(&self, place: &str, name: &str) -> bool {
        self.parameters.iter().any(|(known, is)| known == place && is == name)
    }

    pub(crate) fn collection(&self) -> &str {
        self.path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default()
    }
}

/// What a value is, or what it refers to.
fn followed<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| contract.pointer(pointer)).unwrap_or(value)
}

fn headers(response: &Value) -> Vec<String> {
    response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
