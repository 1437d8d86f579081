use super::KeyRing;
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

/// Where a sealed value lives. It is bound into the ciphertext, so a value moved to another row or field does not open (S5).
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub table: &'a str,
    pub row: &'a str,
    pub field: &'a str,
}

#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the key ring has no key {0:?}; put the key back into the file named by `keys`")]
    UnknownKey(String),
    #[error("a sealed value of {table}.{field} does not open: it was changed or moved")]
    Broken { table: String, field: String },
}

const NONCE_BYTES: usize = 12;

impl Place<'_> {
    fn associated_data(&self, key_id: &str) -> Vec<u8> {
        [self.table, self.row, self.field, key_id].join("\u{2016}").into_bytes()
    }
    fn broken(&self) -> SealError {
        SealError::Broken {
            table: self.table.to_owned(),
            field: self.field.to_owned(),
        }
    }
}

impl KeyRing {
    /// AES-256-GCM under the current key: `key_id.base64(nonce‖ciphertext)`.
    pub fn seal(&self, place: Place, plain: &str) -> Result<String, SealError> {
        self.seal_bytes(place, plain.as_bytes())
    }

    /// The same for what is no text: a file.
    pub fn seal_bytes(&self, place: Place, plain: &[u8]) -> Result<String, SealError> {
        let (id, key) = self.current();
        let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| place.broken())?;
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload {
            msg: plain,
            aad: &place.associated_data(id),
        };
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| place.broken())?;
        Ok(format!(
            "{id}.{}",
            STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat())
        ))
    }

    /// Opens what [`KeyRing::seal`] made, under whichever key of the ring it was made with.
    pub fn open(&self, place: Place, sealed: &str) -> Result<String, SealError> {
        String::from_utf8(self.open_bytes(place, sealed)?).map_err(|_| place.broken())
    }

    /// Opens what [`KeyRing::seal_bytes`] made.
    pub fn open_bytes(&self, place: Place, sealed: &str) -> Result<Vec<u8>, SealError> {
        let (id, body) = sealed.split_once('.').ok_or_else(|| place.broken())?;
        let key = self.seal_key(id).ok_or_else(|| SealError::UnknownKey(id.to_owned()))?;
        let bytes = STANDARD_NO_PAD.decode(body).map_err(|_| place.broken())?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| place.broken())?;
        let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| place.broken())?;
        let payload = Payload {
            msg: ciphertext,
            aad: &place.associated_data(id),
        };
        cipher
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| place.broken())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HERE: Place = Place {
        table: "applications",
        row: "01",
        field: "answers",
    };

    #[test]
    fn a_sealed_value_opens_only_in_its_place() {
        let ring = KeyRing::parse(&KeyRing::generate("demo")).unwrap();
        let sealed = ring.seal(HERE, "山田").unwrap();
        assert!(!sealed.contains("山田"));
        assert_eq!(ring.open(HERE, &sealed).unwrap(), "山田");
        for moved in [
            Place { row: "02", ..HERE },
            Place { field: "other", ..HERE },
            Place { table: "mails", ..HERE },
        ] {
            assert!(ring.open(moved, &sealed).is_err());
        }
    }

    #[test]
    fn an_older_key_still_opens_after_rotation() {
        let mut ring = KeyRing::parse(&KeyRing::generate("demo")).unwrap();
        let sealed = ring.seal(HERE, "old").unwrap();
        ring.rotate("k2", rand::random());
        let newer = ring.seal(HERE, "new").unwrap();
        assert!(newer.starts_with("k2."));
        assert_eq!(ring.open(HERE, &sealed).unwrap(), "old");
        assert_eq!(ring.open(HERE, &newer).unwrap(), "new");
    }

    #[test]
    fn a_changed_byte_does_not_open() {
        let ring = KeyRing::parse(&KeyRing::generate("demo")).unwrap();
        let sealed = ring.seal(HERE, "x").unwrap();
        let last = if sealed.ends_with('A') { 'Q' } else { 'A' };
        let mut changed = sealed[..sealed.len() - 1].to_owned();
        changed.push(last);
        assert!(ring.open(HERE, &changed).is_err());
        assert!(ring.open(HERE, "k9.AAAA").is_err());
        assert!(ring.open(HERE, "").is_err());
    }
}
