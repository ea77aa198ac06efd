//! The organization document: obligated subjects, guarantors, civil society and others.

use super::{Concept, ContactPoint, Identifier, Iri, Reference, document::document};
use crate::language::Text;

document! {
    /// An organization: the account-like entity that publishes, guarantees or uses information.
    ///
    /// The publisher of a document is an agent in that document and is linked to an organization by
    /// identifier, then by name.
    Organization {
        /// The organization's own IRI.
        iri: Option<Iri> = "@id",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `adms:identifier`: the key in the registry of obligated subjects, and others.
        other_identifier: Vec<Identifier> = "otherIdentifier",
        /// `foaf:name`, `skos:prefLabel`.
        name: Text = "name",
        /// `skos:altLabel`: acronyms and former names.
        alternative: Text = "altLabel",
        /// `dct:description`.
        description: Text = "description",
        /// `obligated_subject`, `guarantor`, `civil_society`, `private_person` or `other`.
        category: Option<Concept> = "category",
        /// Level of government: federal, state, municipal, autonomous.
        gov_type: Option<Concept> = "govType",
        /// INEGI key of the municipality or state.
        municipality: Option<String> = "municipality",
        /// `foaf:homepage`.
        homepage: Option<Iri> = "homepage",
        /// `dcat:contactPoint`.
        contact_point: Vec<ContactPoint> = "contactPoint",
        /// `org:subOrganizationOf`.
        parent: Option<Reference> = "subOrganizationOf",
        /// Whether a person has confirmed the entry; those made from a publisher's name are not.
        is_verified: Option<bool> = "isVerified",
    }
}
