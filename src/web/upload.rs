use super::Error;
use crate::hidden::hidden_debug;
use actix_multipart::Multipart;
use actix_web::dev::Payload;
use futures_util::StreamExt;
use std::time::Duration;

/// The largest file that is taken (S9).
const LARGEST: usize = 10 * 1024 * 1024;
const SLOWEST: Duration = Duration::from_secs(60);
/// Boxes beside a file; no form has more.
const BOXES: usize = 8;

/// A file as the browser sent it; without bytes when none was chosen.
#[derive(Default)]
pub struct Uploaded {
    /// As the sender's machine calls it: never a path of ours.
    pub name: String,
    pub bytes: Vec<u8>,
    /// Names of the boxes beside it that were ticked.
    pub ticked: Vec<String>,
}
hidden_debug!(Uploaded);

/// The bytes of one file field; empty when none was chosen. Nothing is written to disk.
pub async fn read_upload(body: Multipart, name: &str) -> Result<Vec<u8>, Error> {
    Ok(read_file(body, name).await?.bytes)
}

/// One file field with its name.
pub async fn read_file(body: Multipart, name: &str) -> Result<Uploaded, Error> {
    tokio::time::timeout(SLOWEST, read(body, name))
        .await
        .map_err(|_| Error::TooSlow)?
}

async fn read(mut body: Multipart, name: &str) -> Result<Uploaded, Error> {
    let mut found = Uploaded::default();
    while let Some(field) = body.next().await {
        let mut field = field.map_err(|_| Error::BadRequest("no multipart form"))?;
        let wanted = field.name() == Some(name);
        if wanted {
            let sent = field.content_disposition().and_then(|d| d.get_filename());
            found.name = sent.unwrap_or_default().to_owned();
        }
        let mut size = 0;
        let other = field.name().filter(|_| !wanted).map(str::to_owned);
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(|_| Error::BadRequest("a broken upload"))?;
            size += chunk.len();
            if size > LARGEST {
                return Err(Error::TooLarge);
            }
            if wanted {
                found.bytes.extend_from_slice(&chunk);
            }
        }
        if let Some(other) = other.filter(|_| size > 0 && found.ticked.len() < BOXES) {
            found.ticked.push(other);
        }
    }
    Ok(found)
}

/// Reads an upload that is not wanted to its end, so that the browser shows the answer and not a broken connection.
pub async fn discard_upload(payload: &mut Payload) {
    let read = async {
        let mut size = 0;
        while let Some(Ok(chunk)) = payload.next().await {
            size += chunk.len();
            if size > LARGEST {
                return;
            }
        }
    };
    // Whoever is slower gets the answer as it is.
    let _ = tokio::time::timeout(SLOWEST, read).await;
}
