//! Sealed columns and blind indexes. Personal data is written only through this door (NP8, KS11).
mod keyring;
mod number;
mod random;
mod seal;
mod sign;

pub use keyring::{KeyError, KeyRing};
pub use number::Numbering;
pub use random::{random_code, random_token};
pub use seal::{Place, SealError};
pub use sign::is_signed_by;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// SHA-256 as lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// HMAC-SHA-256 of `message`.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| unreachable!());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Compares a hex HMAC in constant time.
pub fn hmac_matches(key: &[u8], message: &[u8], expected_hex: &str) -> bool {
    let Ok(expected) = hex::decode(expected_hex) else {
        return false;
    };
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| unreachable!());
    mac.update(message);
    mac.verify_slice(&expected).is_ok()
}
