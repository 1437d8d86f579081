//! clamd's INSTREAM: the bytes in pieces, each with its length before it, a piece of no length at the end.
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// What clamd said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// The name of what was found.
    Infected(String),
}

/// Nothing is known of the file; it is asked about again.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("clamd cannot be reached: {0}")]
    Io(#[from] std::io::Error),
    #[error("clamd does not answer in time")]
    Slow,
    #[error("clamd answered {0:?}")]
    Answer(String),
}

/// Where clamd listens: `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`.
#[derive(Clone, Debug)]
pub struct Clamd<'a>(pub &'a str);

/// The whole exchange takes no longer.
const SLOWEST: Duration = Duration::from_secs(60);
const PIECE: usize = 64 * 1024;
/// An answer is one line.
const LONGEST_ANSWER: u64 = 1024;

impl Clamd<'_> {
    pub async fn scan(&self, bytes: &[u8]) -> Result<Verdict, ScanError> {
        timeout(SLOWEST, self.ask(bytes)).await.map_err(|_| ScanError::Slow)?
    }

    async fn ask(&self, bytes: &[u8]) -> Result<Verdict, ScanError> {
        let answer = match (self.0.strip_prefix("tcp://"), self.0.strip_prefix("unix:")) {
            (Some(address), _) => exchange(TcpStream::connect(address).await?, bytes).await?,
            (None, Some(path)) => exchange(UnixStream::connect(path).await?, bytes).await?,
            (None, None) => return Err(ScanError::Answer("no address".into())),
        };
        read_answer(&answer)
    }
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Result<String, ScanError> {
    stream.write_all(b"zINSTREAM\0").await?;
    for piece in bytes.chunks(PIECE) {
        stream.write_all(&(piece.len() as u32).to_be_bytes()).await?;
        stream.write_all(piece).await?;
    }
    stream.write_all(&0u32.to_be_bytes()).await?;
    stream.flush().await?;
    let mut answer = vec![];
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer)
        .trim_end_matches(['\0', '\n'])
        .to_owned())
}

fn read_answer(answer: &str) -> Result<Verdict, ScanError> {
    match answer.strip_prefix("stream: ") {
        Some("OK") => Ok(Verdict::Clean),
        Some(found) if found.ends_with(" FOUND") => Ok(Verdict::Infected(found.trim_end_matches(" FOUND").to_owned())),
        _ => Err(ScanError::Answer(answer.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_clear_answer_counts() {
        assert_eq!(read_answer("stream: OK").unwrap(), Verdict::Clean);
        let found = Verdict::Infected("Eicar.UNOFFICIAL".into());
        assert_eq!(read_answer("stream: Eicar.UNOFFICIAL FOUND").unwrap(), found);
        for odd in [
            "",
            "OK",
            "stream: ",
            "INSTREAM size limit exceeded. ERROR",
            "stream: Can't allocate memory ERROR",
        ] {
            assert!(read_answer(odd).is_err(), "{odd}");
        }
    }
}
