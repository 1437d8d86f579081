//! The way into the bucket.
use super::{OffsiteError, SHA256, Store, at, differs, stored_sha256};
use crate::backups::files::{Sum, Summing};
use object_store::{
    Attribute, Attributes, GetOptions, MultipartUpload, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
};
use std::{io, path::Path};
use tokio::{fs::File, io::AsyncReadExt, time::timeout};

/// S3 takes at most 10,000 parts.
const MOST_PARTS: u64 = 9_000;

impl Store {
    /// Puts a file into the bucket under `name`, and asks the store afterwards what it holds.
    pub async fn upload(&self, file: &Path, name: &str, expected: &Sum) -> Result<(), OffsiteError> {
        let key = self.key(name)?;
        let local = |cause| at(file, cause);
        let mut source = File::open(file).await.map_err(local)?;
        let bytes = source.metadata().await.map_err(local)?.len();
        let mut sum = Summing::default();
        if bytes <= self.limits.part {
            let payload = next_part(&mut source, self.limits.part, &mut sum)
                .await
                .map_err(local)?;
            unchanged(name, sum, expected)?;
            let options = PutOptions::from(Self::attributes(expected));
            let put = self.s3.put_opts(&key, PutPayload::from(payload), options);
            self.bounded("uploading a file", self.time_for(bytes), put).await?;
        } else {
            let options = PutMultipartOptions::from(Self::attributes(expected));
            let begin = self.s3.put_multipart_opts(&key, options);
            let mut parts = self.bounded("beginning an upload", self.limits.call, begin).await?;
            let sent = self.send_parts(&mut source, bytes, sum, parts.as_mut()).await;
            let sent = sent.map_err(|e| e.at(file));
            if let Err(e) = sent.and_then(|sum| unchanged(name, sum, expected)) {
                // Parts without an end would be paid for and never seen.
                let _ = timeout(self.limits.call, parts.abort()).await;
                return Err(e);
            }
            self.bounded("completing an upload", self.limits.complete, parts.complete())
                .await?;
        }
        self.compare(name, expected).await
    }

    fn attributes(expected: &Sum) -> Attributes {
        Attributes::from_iter([(Attribute::Metadata(SHA256.into()), expected.sha256.clone())])
    }

    async fn send_parts(
        &self,
        source: &mut File,
        bytes: u64,
        mut sum: Summing,
        parts: &mut dyn MultipartUpload,
    ) -> Result<Summing, PartError> {
        let size = self.limits.part.max(bytes.div_ceil(MOST_PARTS));
        loop {
            let part = next_part(source, size, &mut sum).await.map_err(PartError::Read)?;
            if part.is_empty() {
                return Ok(sum);
            }
            let time = self.time_for(part.len() as u64);
            let put = parts.put_part(PutPayload::from(part));
            self.bounded("uploading a part", time, put)
                .await
                .map_err(PartError::Send)?;
        }
    }

    /// Size and SHA-256 of what the store says it holds.
    pub(super) async fn compare(&self, name: &str, expected: &Sum) -> Result<(), OffsiteError> {
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let key = self.key(name)?;
        let held = self
            .bounded("asking for a file", self.limits.call, self.s3.get_opts(&key, options))
            .await?;
        let differs = |what| Err(differs(name, what));
        if held.meta.size != expected.bytes {
            return differs(format!(
                "the store holds {} bytes of {}; it is uploaded again at the next run",
                held.meta.size, expected.bytes
            ));
        }
        match stored_sha256(&held) {
            Some(sha256) if sha256 != expected.sha256 => {
                differs("the store holds another file under this name; someone else writes there".into())
            }
            _ => Ok(()),
        }
    }
}

/// Reading is the disk's fault, sending is the line's.
enum PartError {
    Read(io::Error),
    Send(OffsiteError),
}

impl PartError {
    fn at(self, file: &Path) -> OffsiteError {
        match self {
            Self::Read(cause) => at(file, cause),
            Self::Send(error) => error,
        }
    }
}

async fn next_part(source: &mut File, size: u64, sum: &mut Summing) -> io::Result<Vec<u8>> {
    let mut part = vec![];
    source.take(size).read_to_end(&mut part).await?;
    sum.add(&part);
    Ok(part)
}

/// What is sent must be what was checked: a file changed meanwhile does not leave the site.
fn unchanged(name: &str, sum: Summing, expected: &Sum) -> Result<(), OffsiteError> {
    if sum.finish() == *expected {
        return Ok(());
    }
    Err(differs(
        name,
        "the file is not the one its manifest describes; take a new backup".into(),
    ))
}
