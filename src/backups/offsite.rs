//! Copies of the backups off the site, in a bucket of any S3-compatible store.
//!
//! Every call ends in time, and none is repeated here: the job that calls decides about that.
mod errors;
mod settings;
mod upload;

pub use errors::OffsiteError;
pub use settings::Offsite;

use super::files::{NewFile, Sum};
use futures_util::TryStreamExt;
use object_store::{
    Attribute, ClientOptions, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::{HttpClient, HttpConnector},
    path::Path as Key,
};
use std::{
    future::Future,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::timeout;

/// The bucket, ready for use.
#[derive(Debug)]
pub struct Store {
    s3: AmazonS3,
    prefix: Key,
    limits: Limits,
}

/// A file in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    pub name: String,
    pub bytes: u64,
}

/// How long a call may take, and what goes in one request.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    /// A small question.
    call: Duration,
    /// A file of several GB is put together by the store in this time.
    complete: Duration,
    /// A line slower than this counts as broken.
    bytes_per_second: u64,
    /// Held in memory. A file up to this size goes in one request.
    part: u64,
}

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    call: Duration::from_secs(30),
    complete: Duration::from_secs(300),
    bytes_per_second: 128 * 1024,
    part: 8 * 1024 * 1024,
};

/// As an object's metadata: what the file's SHA-256 was here.
const SHA256: &str = "sha256";

impl Store {
    pub fn new(settings: &Offsite) -> Result<Self, OffsiteError> {
        Self::with_limits(settings, LIMITS)
    }

    fn with_limits(settings: &Offsite, limits: Limits) -> Result<Self, OffsiteError> {
        if let Some((setting, what)) = settings.wrong() {
            return Err(OffsiteError::Setting { setting, what });
        }
        let s3 = AmazonS3Builder::new()
            .with_endpoint(settings.endpoint.trim_end_matches('/'))
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key)
            .with_secret_access_key(&settings.secret_key)
            .with_virtual_hosted_style_request(false)
            .with_disable_bulk_delete(true)
            .with_allow_http(true)
            .with_http_connector(Connector(limits.connect))
            .with_retry(RetryConfig {
                max_retries: 0,
                retry_timeout: limits.call,
                ..RetryConfig::default()
            })
            .build()
            .map_err(|e| OffsiteError::of("preparing the store", &e))?;
        let prefix = Key::from(settings.prefix.as_str());
        Ok(Self { s3, prefix, limits })
    }

    /// The files under the prefix, by name. Names that no backup could have are left out.
    pub async fn list(&self) -> Result<Vec<Remote>, OffsiteError> {
        let folder = Some(&self.prefix).filter(|p| !p.as_ref().is_empty());
        let listed = self.s3.list_with_delimiter(folder);
        let found = self.bounded("listing the bucket", self.limits.call, listed).await?;
        let remote = |object: ObjectMeta| {
            let name = object
                .location
                .filename()
                .filter(|name| is_plain_name(name))?
                .to_owned();
            let bytes = object.size;
            Some(Remote { name, bytes })
        };
        let mut files: Vec<Remote> = found.objects.into_iter().filter_map(remote).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    /// Fetches a file whole, or not at all. The sum is of what came; a backup's is compared with its manifest's.
    pub async fn download(&self, name: &str, into: &Path) -> Result<Sum, OffsiteError> {
        let key = self.key(name)?;
        let got = self
            .bounded("fetching a file", self.limits.call, self.s3.get(&key))
            .await?;
        let (bytes, sha256) = (got.meta.size, stored_sha256(&got).map(str::to_owned));
        let time = self.time_for(bytes);
        let file = timeout(time, self.receive(got, into))
            .await
            .map_err(|_| timed_out("fetching a file", time))??;
        let sum = file.sum();
        if sum.bytes != bytes || sha256.is_some_and(|sha256| sha256 != sum.sha256) {
            return Err(differs(
                name,
                "what came is not what was uploaded; fetch it again".into(),
            ));
        }
        blocking(into, move || file.finish()).await
    }

    async fn receive(&self, got: GetResult, into: &Path) -> Result<NewFile, OffsiteError> {
        let target = into.to_owned();
        let mut file = blocking(into, move || NewFile::create(&target)).await?;
        let mut stream = got.into_stream();
        let mut held = vec![];
        loop {
            let chunk = stream
                .try_next()
                .await
                .map_err(|e| OffsiteError::of("fetching a file", &e))?;
            held.extend_from_slice(chunk.as_deref().unwrap_or_default());
            if chunk.is_none() || held.len() >= WRITE_AT_ONCE {
                let ready = std::mem::take(&mut held);
                file = blocking(into, move || file.write_all(&ready).map(|()| file)).await?;
            }
            if chunk.is_none() {
                return Ok(file);
            }
        }
    }

    /// Deletes a file. One that is not there is as good as deleted.
    pub async fn delete(&self, name: &str) -> Result<(), OffsiteError> {
        let key = self.key(name)?;
        match self
            .bounded("deleting a file", self.limits.call, self.s3.delete(&key))
            .await
        {
            Err(OffsiteError::Missing { .. }) => Ok(()),
            done => done,
        }
    }

    fn key(&self, name: &str) -> Result<Key, OffsiteError> {
        if is_plain_name(name) {
            Ok(self.prefix.clone().join(name))
        } else {
            Err(differs(
                name,
                "no name of a backup: use one that `mizumado backup` shows".into(),
            ))
        }
    }

    fn time_for(&self, bytes: u64) -> Duration {
        self.limits.call + Duration::from_secs(bytes / self.limits.bytes_per_second)
    }

    async fn bounded<T>(
        &self,
        what: &'static str,
        time: Duration,
        call: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, OffsiteError> {
        let answer = timeout(time, call).await.map_err(|_| timed_out(what, time))?;
        answer.map_err(|e| OffsiteError::of(what, &e))
    }
}

/// The HTTP side, with every limit set on purpose: no proxy of the environment, no redirects, TLS verified.
#[derive(Debug)]
struct Connector(Duration);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            .connect_timeout(self.0)
            .redirect(reqwest::redirect::Policy::none())
            .min_tls_version(reqwest::tls::Version::TLS_1_2)
            .no_proxy()
            .user_agent("mizumado")
            .build();
        client.map(HttpClient::new).map_err(|e| object_store::Error::Generic {
            store: "S3",
            source: e.into(),
        })
    }
}

const WRITE_AT_ONCE: usize = 1024 * 1024;

fn stored_sha256(got: &GetResult) -> Option<&str> {
    got.attributes
        .get(&Attribute::Metadata(SHA256.into()))
        .map(|v| v.as_ref())
}

/// Names that mean the same on every store and every disk.
fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (1..=200).contains(&name.len()) && !name.starts_with('.') && name.chars().all(plain)
}

/// File work that would hold up the async threads.
async fn blocking<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, OffsiteError> {
    let done = crate::db::off_thread(work).await;
    done.unwrap_or_else(|e| Err(io::Error::other(e)))
        .map_err(|cause| at(file, cause))
}

fn at(file: &Path, cause: io::Error) -> OffsiteError {
    let file = PathBuf::from(file);
    OffsiteError::Local { file, cause }
}

fn differs(name: &str, what: String) -> OffsiteError {
    let name = name.to_owned();
    OffsiteError::Differs { name, what }
}

fn timed_out(what: &'static str, time: Duration) -> OffsiteError {
    let seconds = time.as_secs().max(1);
    OffsiteError::TimedOut { what, seconds }
}

#[cfg(test)]
mod tests;
