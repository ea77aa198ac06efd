//! How routes declare what they take, and the declarations that many share.

use crate::filter::{Parameter, Spec};

/// Declares what a route takes, for its parser and for its documentation.
macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident = $spec:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl $crate::filter::Asks for $name {
            const SPEC: $crate::filter::Spec = $spec;
        }

        impl utoipa::IntoParams for $name {
            fn into_params(
                _parameter_in: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::openapi::parameters(&<Self as $crate::filter::Asks>::SPEC)
            }
        }
    )*};
}
pub(crate) use asks;

asks! {
    /// What routes take that take nothing.
    NothingAsks = Spec::NONE;
    /// What routes take whose answers are in a language, and nothing else.
    LanguageAsks = Spec { parameters: &[Parameter::Lang], ..Spec::NONE };
}
