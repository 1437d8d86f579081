use super::KeyRing;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};

impl KeyRing {
    fn signing_key(&self, purpose: &str) -> SigningKey {
        SigningKey::from_bytes(&self.derive(&format!("sign {purpose}")))
    }
    /// An Ed25519 signature as hex; each purpose has its own key.
    pub fn sign(&self, purpose: &str, message: &str) -> String {
        hex::encode(self.signing_key(purpose).sign(message.as_bytes()).to_bytes())
    }
    /// The public half, as hex: what others check a signature with.
    pub fn public_key(&self, purpose: &str) -> String {
        hex::encode(self.signing_key(purpose).verifying_key().to_bytes())
    }
}

/// Whether the holder of a public key signed this message; both are hex.
pub fn is_signed_by(public_key: &str, message: &str, signature: &str) -> bool {
    let key = hex::decode(public_key).ok().and_then(|b| b.try_into().ok());
    let signature = hex::decode(signature).ok().and_then(|b| Signature::from_slice(&b).ok());
    let key = key.and_then(|bytes: [u8; 32]| VerifyingKey::from_bytes(&bytes).ok());
    match (key, signature) {
        (Some(key), Some(signature)) => key.verify(message.as_bytes(), &signature).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_signature_counts_for_its_message_its_purpose_and_its_keys() {
        let ring = || KeyRing::parse(&KeyRing::generate("demo")).unwrap();
        let (ours, other) = (ring(), ring());
        let signature = ours.sign("audit", "a");
        assert!(is_signed_by(&ours.public_key("audit"), "a", &signature));
        assert!(!is_signed_by(&ours.public_key("audit"), "b", &signature));
        assert!(!is_signed_by(&ours.public_key("other"), "a", &signature));
        assert!(!is_signed_by(&other.public_key("audit"), "a", &signature));
        assert!(!is_signed_by("zz", "a", &signature) && !is_signed_by(&ours.public_key("audit"), "a", ""));
    }
}
