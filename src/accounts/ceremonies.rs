//! The WebAuthn ceremonies: what is asked of a browser, and whether its answer counts (S2).
//!
//! A challenge is a row that is deleted before its answer is looked at. User verification is always required.
use crate::config::{Bureau, Console};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder, WebauthnError,
};

/// The console as a relying party.
pub struct Relying(Webauthn);

/// Why an answer does not count. The text is for the log; people get one sentence for all of them.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("the answer is no credential: {0}")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Ceremony(#[from] WebauthnError),
}

/// What goes to the browser, and what is kept until it answers.
pub struct Challenge {
    pub options: Value,
    pub state: String,
}

/// A proof that counted.
pub struct Proof {
    /// The key with its counter moved on, as JSON.
    pub passkey: String,
    pub counter: i64,
}

/// Who a new key is for.
pub struct Holder<'a> {
    pub handle: &'a str,
    pub code: &'a str,
    pub name: &'a str,
    /// The keys the person has already, as JSON.
    pub keys: Vec<String>,
}

impl Relying {
    /// The relying party is the host of `console.url`, never a parent of it.
    pub fn new(console: &Console, bureau: &Bureau) -> Result<Self, WebauthnError> {
        let url = Url::parse(&console.url).map_err(|_| WebauthnError::Configuration)?;
        let host = console.host().ok_or(WebauthnError::Configuration)?;
        Ok(Self(WebauthnBuilder::new(&host, &url)?.rp_name(&bureau.name).build()?))
    }

    /// Asks for a new key. It must be one that can be found without typing a name.
    pub fn begin_registration(&self, holder: &Holder) -> Result<Challenge, Refused> {
        let handle = Uuid::parse_str(holder.handle).unwrap_or_default();
        let keys: Vec<Passkey> = passkeys(&holder.keys)?;
        let known: Vec<CredentialID> = keys.iter().map(|key| key.cred_id().clone()).collect();
        let (mut options, state) = self
            .0
            .start_passkey_registration(handle, holder.code, holder.name, Some(known))?;
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            selection.require_resident_key = true;
        }
        let mut options = serde_json::to_value(options.public_key)?;
        options["authenticatorSelection"]["residentKey"] = "required".into();
        Ok(Challenge {
            options,
            state: serde_json::to_string(&state)?,
        })
    }

    /// The credential id (base64url) and the key as JSON.
    pub fn finish_registration(&self, state: &str, answer: Value) -> Result<(String, String), Refused> {
        let state: PasskeyRegistration = serde_json::from_str(state)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_value(answer)?;
        let key = self.0.finish_passkey_registration(&answer, &state)?;
        let id = URL_SAFE_NO_PAD.encode(key.cred_id());
        Ok((id, serde_json::to_string(&key)?))
    }

    /// Asks whoever is there to sign in.
    pub fn begin_sign_in(&self) -> Result<Challenge, Refused> {
        let (options, state) = self.0.start_discoverable_authentication()?;
        Ok(Challenge {
            options: serde_json::to_value(options.public_key)?,
            state: serde_json::to_string(&state)?,
        })
    }

    /// Whom an answer names: user handle and credential id (base64url). Proves nothing yet.
    pub fn named(&self, answer: &Value) -> Result<(String, String), Refused> {
        let answer: PublicKeyCredential = serde_json::from_value(answer.clone())?;
        let (handle, id) = self.0.identify_discoverable_authentication(&answer)?;
        Ok((handle.to_string(), URL_SAFE_NO_PAD.encode(id)))
    }

    pub fn finish_sign_in(&self, state: &str, answer: Value, key: &str) -> Result<Proof, Refused> {
        let state: DiscoverableAuthentication = serde_json::from_str(state)?;
        let answer: PublicKeyCredential = serde_json::from_value(answer)?;
        let mut key: Passkey = serde_json::from_str(key)?;
        let found = DiscoverableKey::from(&key);
        let outcome = self.0.finish_discoverable_authentication_v2(&answer, state, &found)?;
        key.update_credential(&outcome);
        Ok(Proof {
            passkey: serde_json::to_string(&key)?,
            counter: i64::from(outcome.counter()),
        })
    }

    /// Asks a person who is signed in for one of their own keys.
    pub fn begin_proof(&self, keys: &[String]) -> Result<Challenge, Refused> {
        let (options, state) = self.0.start_passkey_authentication(&passkeys(keys)?)?;
        Ok(Challenge {
            options: serde_json::to_value(options.public_key)?,
            state: serde_json::to_string(&state)?,
        })
    }

    /// The credential id (base64url) that an answer names. Proves nothing yet.
    pub fn credential_of(&self, answer: &Value) -> Result<String, Refused> {
        let answer: PublicKeyCredential = serde_json::from_value(answer.clone())?;
        Ok(URL_SAFE_NO_PAD.encode(answer.get_credential_id()))
    }

    pub fn finish_proof(&self, state: &str, answer: Value, key: &str) -> Result<Proof, Refused> {
        let state: PasskeyAuthentication = serde_json::from_str(state)?;
        let answer: PublicKeyCredential = serde_json::from_value(answer)?;
        let mut key: Passkey = serde_json::from_str(key)?;
        let outcome = self.0.finish_passkey_authentication(&answer, &state)?;
        key.update_credential(&outcome);
        Ok(Proof {
            passkey: serde_json::to_string(&key)?,
            counter: i64::from(outcome.counter()),
        })
    }
}

fn passkeys(json: &[String]) -> Result<Vec<Passkey>, Refused> {
    Ok(json
        .iter()
        .map(|key| serde_json::from_str(key))
        .collect::<Result<_, _>>()?)
}
