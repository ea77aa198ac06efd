//! The member in which `data.json` carries what DCAT-US 1.1 has too little room for.
//!
//! Where the profile wants one text, one address or one object and the record says more (texts in several
//! languages, several periods, a licence with its label), the member holds what the profile wants, and
//! the member named here, beside it, holds the whole value under the same name. Readers of DCAT-US 1.1
//! pass over it; Vitrina's reader puts the whole values back.

/// The name of the member.
pub(crate) const FULL: &str = "vitrina";
