use object_store::Error;
use std::{io, path::PathBuf};

/// Why something off the site did not succeed. What may be tried again is [`OffsiteError::may_pass`].
#[derive(Debug, thiserror::Error)]
pub enum OffsiteError {
    #[error("backup.offsite.{setting}: {what}")]
    Setting { setting: &'static str, what: String },
    #[error("{name} is not in the bucket; `backup.offsite.prefix` or the bucket's own deletion rule may be the cause")]
    Missing { name: String },
    #[error("{what} took longer than {seconds} s: the line or the store is slow. It is tried again at the next run")]
    TimedOut { what: &'static str, seconds: u64 },
    #[error("{what}: the store does not answer ({cause}). Check backup.offsite.endpoint, the line and the firewall")]
    NoAnswer { what: &'static str, cause: String },
    #[error("{what}: the store answered {status}. Its operator's notices tell more; it is tried again at the next run")]
    Refused { what: &'static str, status: String },
    #[error("{name}: {what}")]
    Differs { name: String, what: String },
    #[error("{file}: {cause}. Look at the disk and the folder's rights")]
    Local { file: PathBuf, cause: io::Error },
}

impl OffsiteError {
    /// Whether the same call can succeed later without a person.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::TimedOut { .. } | Self::NoAnswer { .. } | Self::Refused { .. }
        )
    }

    pub(super) fn setting(setting: &'static str, what: &str) -> Self {
        Self::Setting {
            setting,
            what: what.into(),
        }
    }

    /// Reads the store's answer. Of its text only the code word is used: the rest repeats the request and its keys.
    pub(super) fn of(what: &'static str, error: &Error) -> Self {
        let text = error.to_string();
        let code = between(&text, "<Code>", "</Code>").unwrap_or_default();
        let status = between(&text, "status code: ", ":").unwrap_or_default();
        if let Some(wrong) = wrong_setting(code, status) {
            return wrong;
        }
        match error {
            Error::NotFound { path, .. } => Self::Missing {
                name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            },
            _ if !status.is_empty() || !code.is_empty() => Self::Refused {
                what,
                status: format!("{status} {code}").trim().to_owned(),
            },
            _ => Self::NoAnswer {
                what,
                cause: innermost(error),
            },
        }
    }
}

/// The setting that an answer of the store is about.
fn wrong_setting(code: &str, status: &str) -> Option<OffsiteError> {
    let (setting, what) = match code {
        "SignatureDoesNotMatch" => (
            "secret_key",
            "the store refused the signature: the secret key does not belong to the access key; copy both again",
        ),
        "InvalidAccessKeyId" | "NotSignedUp" => (
            "access_key",
            "the store does not know this access key; copy it again, or make a new one",
        ),
        "NoSuchBucket" => ("bucket", "there is no such bucket; make it, or correct the name"),
        "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException" => (
            "region",
            "the bucket is in another region; the store's console shows which",
        ),
        "RequestTimeTooSkewed" => (
            "endpoint",
            "the store's clock and this server's differ by more than 15 minutes; set this server's time (NTP)",
        ),
        "AccessDenied" | "" if status.starts_with("403") || status.starts_with("401") => (
            "access_key",
            "the store refused: access_key and secret_key do not belong together, or this key may not do this in the \
             bucket (needed: PutObject, GetObject, ListBucket, AbortMultipartUpload, DeleteObject)",
        ),
        _ => return None,
    };
    Some(OffsiteError::setting(setting, what))
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    let found = rest.split(close).next()?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == ' ';
    (found.len() <= 60 && found.chars().all(word)).then_some(found)
}

/// The cause at the bottom, such as `Connection refused`; the texts above it only say that a request failed.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string().chars().take(200).collect()
}
