//! Who the other side is: TLS, always verified.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer, InvalidDnsNameError, ServerName,
        pem::{self, PemObject as _},
    },
};

use crate::guard::{Name, Target};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct TlsError(#[from] rustls::Error);

/// Why a text holds no authorities.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRoots {
    /// It cannot be read.
    #[error("it is no PEM: {0}")]
    Unreadable(pem::Error),
    /// There is none in it.
    #[error("there is no certificate in it")]
    Empty,
}

/// The certificate of an authority.
pub type Root = CertificateDer<'static>;

/// The certificates in a text in the form of PEM.
pub fn roots(text: &[u8]) -> Result<Vec<Root>, InvalidRoots> {
    let roots: Vec<_> =
        CertificateDer::pem_slice_iter(text).collect::<Result<_, _>>().map_err(InvalidRoots::Unreadable)?;
    if roots.is_empty() { Err(InvalidRoots::Empty) } else { Ok(roots) }
}

/// How connections are encrypted: TLS 1.2 and 1.3, no certificate of our own, the roots of Mozilla and those of the
/// operator. `protocol` is what will be spoken, where TLS has a word for it.
pub(crate) fn client(roots: &[Root], protocol: Option<&[u8]>) -> Result<Arc<ClientConfig>, TlsError> {
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

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    fn pem(label: &str, bytes: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(bytes))
    }

    #[test]
    fn authorities_are_read_from_pem_and_their_absence_is_told() {
        let key = rcgen::KeyPair::generate().unwrap();
        let root = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap().self_signed(&key).unwrap();
        let one = pem("CERTIFICATE", root.der());
        let two = format!("# ours\n{one}{one}");
        assert_eq!(roots(two.as_bytes()).unwrap(), [root.der().clone(), root.der().clone()]);
        let key = pem("PRIVATE KEY", &key.serialize_der());
        assert!(matches!(roots(key.as_bytes()), Err(InvalidRoots::Empty)));
        let cut = one.replace("-----END", "");
        assert!(matches!(roots(cut.as_bytes()), Err(InvalidRoots::Unreadable(_))));
    }
}
