//! Who the other side is: TLS, always verified.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, InvalidDnsNameError, ServerName, pem::PemObject as _},
};

use crate::guard::{Name, Target};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct TlsError(#[from] rustls::Error);

/// How connections are encrypted: TLS 1.2 and 1.3, no certificate of our own, the roots of Mozilla and those of the
/// operator. `protocol` is what will be spoken, where TLS has a word for it.
pub(crate) fn client(
    roots: &[CertificateDer<'static>],
    protocol: Option<&[u8]>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for root in roots {
        store.add(root.clone())?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = protocol.into_iter().map(<[u8]>::to_vec).collect();
    Ok(Arc::new(config))
}

/// The name that a certificate must be for.
pub(crate) fn server_name(target: &Target) -> Result<ServerName<'static>, InvalidDnsNameError> {
    match target.name() {
        Name::Literal(address) => Ok(ServerName::from(address)),
        // Certificates are issued without the dot of the root.
        Name::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned()),
    }
}

/// The certificates of a file in PEM form.
///
/// # Errors
///
/// The text holds something that looks like a certificate and is none, or no certificate at all.
pub fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, InvalidAuthorities> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or(InvalidAuthorities)
}

/// A text without certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it holds no certificates in PEM form")]
pub struct InvalidAuthorities;
