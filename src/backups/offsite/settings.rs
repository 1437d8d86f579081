use crate::hidden::hidden_debug;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use url::{Host, Url};

/// Where the copies off the site go: a bucket of an S3-compatible store. The key needs `PutObject`, `GetObject`,
/// `ListBucket`, `AbortMultipartUpload` and, unless the bucket deletes by itself, `DeleteObject`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offsite {
    /// `https://…`; `http://` only for loopback.
    pub endpoint: String,
    pub bucket: String,
    /// What the store calls its region, such as `ap-northeast-1`.
    pub region: String,
    pub access_key: String,
    /// By the environment or a file outside the repository.
    pub secret_key: String,
    /// Stands before every name in the bucket, without slashes at its ends; may be empty.
    #[serde(default)]
    pub prefix: String,
}
hidden_debug!(Offsite);

impl Offsite {
    /// The first wrong setting and a sentence about it. No sentence repeats a key.
    pub fn wrong(&self) -> Option<(&'static str, String)> {
        if !is_safe_endpoint(&self.endpoint) {
            let what = format!(
                "endpoint = {:?} must be https://HOST without a path (http:// is for loopback only)",
                self.endpoint
            );
            return Some(("endpoint", what));
        }
        let bucket = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if !(3..=63).contains(&self.bucket.len()) || !self.bucket.chars().all(bucket) {
            let what = format!("bucket = {:?} must be 3 to 63 of a–z, 0–9, - and .", self.bucket);
            return Some(("bucket", what));
        }
        let region = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.region.is_empty() || !self.region.chars().all(region) {
            let what = "region must be the store's word, such as \"ap-northeast-1\" (\"us-east-1\" when it has none)";
            return Some(("region", what.into()));
        }
        let key = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        if !key(&self.access_key) {
            return Some((
                "access_key",
                "access_key is empty or holds a blank: copy it again".into(),
            ));
        }
        if !key(&self.secret_key) {
            let what =
                "secret_key is empty or holds a blank: copy it again, or set MIZUMADO_BACKUP__OFFSITE__SECRET_KEY";
            return Some(("secret_key", what.into()));
        }
        let part = |part: &str| !part.is_empty() && super::is_plain_name(part);
        if !self.prefix.is_empty() && !self.prefix.split('/').all(part) {
            let what = format!(
                "prefix = {:?} must be names of A–Z, a–z, 0–9, _ - . with / between",
                self.prefix
            );
            return Some(("prefix", what));
        }
        None
    }
}

/// TLS on every path that leaves the machine (NS ネットワーク).
fn is_safe_endpoint(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return false,
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    bare && anonymous && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}
