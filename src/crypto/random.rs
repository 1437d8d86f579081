use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// A 256-bit secret for cookies and one-time links, URL-safe.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// `length` characters drawn evenly from `alphabet` (at most 256 characters).
pub fn random_code(alphabet: &[u8], length: usize) -> String {
    (0..length)
        .map(|_| char::from(alphabet[rand::random_range(0..alphabet.len())]))
        .collect()
}
