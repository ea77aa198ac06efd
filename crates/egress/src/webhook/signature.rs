//! Signatures as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use vitrina_domain::webhook::SigningSecret;

/// The value of the header: one signature for each secret, so that a secret can be replaced without a gap.
pub(super) fn sign(secrets: &[&SigningSecret], id: &str, timestamp: &str, body: &str) -> String {
    let signatures: Vec<String> =
        secrets.iter().filter_map(|secret| one(secret.as_bytes(), id, timestamp, body)).collect();
    signatures.join(" ")
}

fn one(secret: &[u8], id: &str, timestamp: &str, body: &str) -> Option<String> {
    // HMAC takes keys of any length; the library only cannot say so.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's libraries.
    #[test]
    fn the_published_example_is_signed_alike() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = sign(&[&secret], id, "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = sign(&[&secret, &secret], id, "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(both, format!("{signed} {signed}"));
    }
}
