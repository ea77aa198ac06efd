//! Who the other side is: TLS, always verified.

use std::{error::Error, io, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, InvalidDnsNameError, ServerName},
};

use crate::guard::{Name, Target};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct TlsError(#[from] rustls::Error);

/// How connections are encrypted: TLS 1.2 and 1.3, no certificate of our own, the roots of Mozilla and those of the
/// operator.
pub(crate) fn client(roots: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, TlsError> {
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for root in roots {
        store.add(root.clone())?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
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

/// Whether an error, or what caused it, is one of TLS and not of the network below.
pub(crate) fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        // An I/O error does not count what it carries among its causes.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || carried.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>)
        {
            return true;
        }
        next = error.source();
    }
    false
}
