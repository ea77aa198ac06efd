//! What the operations on records take.

use vitrina_domain::query::{Field, SortKey};

use crate::{
    filter::{PageSize, Parameter, Spec},
    routes::asks::asks,
};

asks! {
    /// What lists of records take.
    ListAsks = Spec {
        parameters: &[
            Parameter::Q, Parameter::At, Parameter::Limit, Parameter::Cursor, Parameter::Sort, Parameter::Count,
            Parameter::Fields, Parameter::Lang, Parameter::F, Parameter::Bom,
        ],
        filters: Field::ALL,
        sorts: &[SortKey::Relevance, SortKey::Created, SortKey::Updated, SortKey::Issued, SortKey::Modified, SortKey::Title],
        expansions: &[],
        page: PageSize::RECORDS,
    };
    /// What one record takes.
    GetAsks = Spec {
        parameters: &[Parameter::Fields, Parameter::Expand, Parameter::At, Parameter::Lang, Parameter::F],
        filters: &[],
        sorts: &[],
        expansions: &["organization", "catalog"],
        page: PageSize::RECORDS,
    };
    /// What a new record takes.
    CreateAsks = Spec { parameters: &[Parameter::Organization, Parameter::Catalog, Parameter::Lang], ..Spec::NONE };
    /// What a write of a record takes.
    WriteAsks = Spec { parameters: &[Parameter::Lang], ..Spec::NONE };
    /// What a deletion takes.
    DeleteAsks = Spec { parameters: &[Parameter::Reason, Parameter::Lang], ..Spec::NONE };
    /// What a list of revisions takes.
    RevisionsAsks = Spec { parameters: &[Parameter::Limit, Parameter::Cursor], ..Spec::NONE };
    /// What a comparison takes.
    DiffAsks = Spec { parameters: &[Parameter::From, Parameter::To], ..Spec::NONE };
}
