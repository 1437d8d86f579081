//! What comes from the gateway, written by a test: signed as the gateway signs, or forged.
use crate::harness::{GATEWAY_KEY, World};
use mizumado::{clock::jst, crypto::hmac_sha256};
use std::collections::BTreeMap;

/// A return or a push about one transaction.
#[derive(Clone)]
pub struct Letter<'a> {
    /// `return` or `push`.
    pub kind: &'a str,
    pub attempt_id: &'a str,
    pub tran_id: &'a str,
    /// What it claims.
    pub says: &'a str,
}

impl Letter<'_> {
    /// As the gateway would sign it now.
    pub fn signed(&self, world: &World) -> String {
        let (id, key) = GATEWAY_KEY.split_once(':').unwrap();
        self.signed_by(world, id, &hex::decode(key).unwrap())
    }
    /// Signed by somebody else under the gateway's name.
    pub fn forged(&self, world: &World) -> String {
        let (id, _) = GATEWAY_KEY.split_once(':').unwrap();
        self.signed_by(world, id, b"not the key of the gateway......")
    }

    fn signed_by(&self, world: &World, key_id: &str, key: &[u8]) -> String {
        let issued = jst(world.workspace.clock.now()).format("%Y%m%d%H%M%S").to_string();
        let nonce = ulid::Ulid::generate().to_string();
        let says = if self.kind == "return" { "hint" } else { "status" };
        let fields = BTreeMap::from([
            ("type", self.kind),
            ("merchant", "test"),
            ("key_id", key_id),
            ("issued_at", issued.as_str()),
            ("nonce", nonce.as_str()),
            ("attempt_id", self.attempt_id),
            ("tran_id", self.tran_id),
            (says, self.says),
        ]);
        let lines: String = fields.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let signature = hex::encode(hmac_sha256(key, format!("mizumado-gateway-1\n{lines}").as_bytes()));
        let mut pairs: Vec<(&str, &str)> = fields.into_iter().collect();
        pairs.push(("signature", &signature));
        serde_urlencoded::to_string(pairs).unwrap()
    }
}
