//! Statements grouped by subject, each once, in the order in which subjects were first named.

use std::collections::HashMap;

use oxrdf::{NamedNode, NamedNodeRef, Term, TermRef};

type Statements = Vec<(NamedNode, Term)>;

/// The statements about a record and its nodes.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<(NamedNode, Statements)>,
    index: HashMap<NamedNode, usize>,
}

impl Graph {
    /// Adds a statement, unless it is there.
    pub(super) fn add(&mut self, subject: &NamedNode, predicate: &str, object: impl Into<Term>) {
        let place = *self.index.entry(subject.clone()).or_insert_with(|| {
            self.nodes.push((subject.clone(), Statements::new()));
            self.nodes.len() - 1
        });
        let statement = (NamedNode::new_unchecked(predicate), object.into());
        if let Some((_, statements)) = self.nodes.get_mut(place)
            && !statements.contains(&statement)
        {
            statements.push(statement);
        }
    }

    /// Every statement; those with one subject, and those with one predicate, stand together.
    pub(super) fn iter(&self) -> impl Iterator<Item = (NamedNodeRef<'_>, NamedNodeRef<'_>, TermRef<'_>)> {
        self.nodes.iter().flat_map(|(subject, statements)| {
            let mut ordered: Vec<&(NamedNode, Term)> = statements.iter().collect();
            let first = |predicate: &NamedNode| statements.iter().position(|(other, _)| other == predicate);
            ordered.sort_by_key(|(predicate, _)| first(predicate));
            ordered
                .into_iter()
                .map(move |(predicate, object)| (subject.as_ref(), predicate.as_ref(), object.as_ref()))
        })
    }
}
