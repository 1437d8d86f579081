//! A backup file: the database's copy, compressed (gzip), then encrypted (age) to the recipients of the settings.
//!
//! `age --decrypt --identity KEY FILE | gunzip` opens it without mizumado. Everything streams, and everything blocks:
//! call it off the async threads.
use super::files::{NewFile, Sum, Summing};
use crate::hidden::hidden_debug;
use age::{DecryptError, Decryptor, Encryptor, Identity, x25519};
use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

/// Whoever holds the matching identity can open the backups: an age X25519 public key (`age1…`).
#[derive(Clone)]
pub struct Recipient(x25519::Recipient);

#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    #[error(
        "backup.recipients is empty: name the age public key (age1…) of at least one person; `age-keygen` makes a pair"
    )]
    NoRecipients,
    #[error(
        "backup.recipients, entry {0}: not an age public key (age1…); copy it from the line `# public key:` of the \
         identity file"
    )]
    Recipient(usize),
    #[error(
        "backup.recipients, entry {0} holds a secret key (AGE-SECRET-KEY-…): put the public key (age1…) there, and \
         make a new pair with `age-keygen`, because the secret one was on this server"
    )]
    SecretKey(usize),
    #[error("{file}: {cause}. {}", remedy(.cause))]
    Io { file: PathBuf, cause: io::Error },
    #[error("{0} stands already and is not overwritten: move it away or choose another name")]
    Exists(PathBuf),
    #[error("{file} does not open: {what}. Restore from another backup, and keep this file for the inquiry")]
    Damaged { file: PathBuf, what: String },
    #[error("{identities}: {cause}. Name an age identity file (`age-keygen -o FILE`) with a line AGE-SECRET-KEY-1…")]
    Identities { identities: PathBuf, cause: String },
    #[error(
        "{identities} does not open {file}: it was encrypted to others. Use the identity of one of the keys that \
         backup.recipients held when the backup was made"
    )]
    NotARecipient { identities: PathBuf, file: PathBuf },
}

fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Make room on this disk, or move backup.folder",
        io::ErrorKind::NotFound => "Make the folder, or correct the path",
        io::ErrorKind::PermissionDenied => "Give mizumado's user the right to read and write there",
        _ => "Look at the disk and the system's log",
    }
}

impl Recipient {
    /// Reads the recipients of the settings. No error repeats what was written: it might be a secret key.
    pub fn parse_all(lines: &[String]) -> Result<Vec<Self>, ContainerError> {
        if lines.is_empty() {
            return Err(ContainerError::NoRecipients);
        }
        let parse = |(index, line): (usize, &String)| {
            let line = line.trim();
            if line.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
                return Err(ContainerError::SecretKey(index + 1));
            }
            line.parse().map(Self).map_err(|_| ContainerError::Recipient(index + 1))
        };
        lines.iter().enumerate().map(parse).collect()
    }
}

/// A backup file that stands under its name, and what opens it once for the check.
#[derive(Debug)]
pub struct Sealed {
    /// Of the encrypted file.
    pub file: Sum,
    /// Of the database's copy inside.
    pub plain: Sum,
    pub verifier: Verifier,
}

/// Opens one backup once, with a key that exists only in this process's memory and is wiped when this is dropped.
pub struct Verifier {
    path: PathBuf,
    identity: x25519::Identity,
    file: Sum,
    plain: Sum,
}
hidden_debug!(Verifier, Recipient);

const BUFFER: usize = 256 * 1024;

/// Makes the backup file `into` from the database's copy `plain`.
pub fn seal(plain: &Path, recipients: &[Recipient], into: &Path) -> Result<Sealed, ContainerError> {
    if recipients.is_empty() {
        return Err(ContainerError::NoRecipients);
    }
    if into.symlink_metadata().is_ok() {
        return Err(ContainerError::Exists(into.to_owned()));
    }
    let (from_plain, to_file) = (io_at(plain), io_at(into));
    let identity = x25519::Identity::generate();
    let once = identity.to_public();
    let named = recipients.iter().map(|r| &r.0 as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(named.chain([&once as &dyn age::Recipient]))
        .map_err(|e| to_file(io::Error::other(e.to_string())))?;

    let file = BufWriter::with_capacity(BUFFER, NewFile::create(into).map_err(to_file)?);
    let encrypted = encryptor.wrap_output(file).map_err(to_file)?;
    let mut packed = GzEncoder::new(encrypted, Compression::fast());
    let mut source = Watched::new(File::open(plain).map_err(from_plain)?);
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer).map_err(from_plain)? {
            0 => break,
            n => packed.write_all(&buffer[..n]).map_err(to_file)?,
        }
    }
    let encrypted = packed.finish().map_err(to_file)?;
    let file = encrypted.finish().map_err(to_file)?;
    let file = file.into_inner().map_err(|e| to_file(e.into_error()))?;
    let (file, plain) = (file.finish().map_err(to_file)?, source.sum.finish());
    let verifier = Verifier {
        path: into.to_owned(),
        identity,
        file: file.clone(),
        plain: plain.clone(),
    };
    Ok(Sealed { file, plain, verifier })
}

impl Verifier {
    /// Reads the finished file back, decrypts it into `into`, and compares both sums with what was written.
    pub fn open_into(self, into: &Path) -> Result<Sum, ContainerError> {
        let damaged = |what: &str| ContainerError::Damaged {
            file: self.path.clone(),
            what: what.into(),
        };
        let opened = decrypt(&self.path, &[&self.identity], into)?.ok_or_else(|| damaged("its header is another's"))?;
        if opened.file != self.file {
            return Err(damaged("the disk gives back other bytes than were written"));
        }
        if opened.plain.sum() != self.plain {
            return Err(damaged("it holds something other than the database's copy"));
        }
        opened.plain.finish().map_err(io_at(into))
    }
}

/// Opens the backup `file` with the secret keys of an age identity file, into `into`.
pub fn open(file: &Path, identities: &Path, into: &Path) -> Result<Sum, ContainerError> {
    let wrong = |cause: String| ContainerError::Identities {
        identities: identities.to_owned(),
        cause,
    };
    let text = File::open(identities).map_err(|e| wrong(e.to_string()))?;
    let keys = age::IdentityFile::from_buffer(BufReader::new(text)).map_err(|e| wrong(e.to_string()))?;
    let keys = keys.into_identities().map_err(|e| wrong(e.to_string()))?;
    if keys.is_empty() {
        return Err(wrong("holds no secret key".into()));
    }
    let keys: Vec<&dyn Identity> = keys.iter().map(|key| key.as_ref() as &dyn Identity).collect();
    let opened = decrypt(file, &keys, into)?.ok_or_else(|| ContainerError::NotARecipient {
        identities: identities.to_owned(),
        file: file.to_owned(),
    })?;
    opened.plain.finish().map_err(io_at(into))
}

/// What a backup gave, before it has its name.
struct Opened {
    file: Sum,
    plain: NewFile,
}

/// Decrypts and unpacks to the last byte; `None` when no key fits. The plain file has no name yet.
fn decrypt(path: &Path, keys: &[&dyn Identity], into: &Path) -> Result<Option<Opened>, ContainerError> {
    let from_file = |e| broken(path, e);
    let mut watched = Watched::new(File::open(path).map_err(io_at(path))?);
    let buffered = BufReader::with_capacity(BUFFER, &mut watched);
    let decryptor = Decryptor::new_buffered(buffered).map_err(|e| unopened(path, e))?;
    let plain = match decryptor.decrypt(keys.iter().copied()) {
        Ok(plain) => plain,
        Err(DecryptError::NoMatchingKeys) => return Ok(None),
        Err(e) => return Err(unopened(path, e)),
    };
    let mut unpacked = GzDecoder::new(BufReader::with_capacity(BUFFER, plain));
    let mut out = NewFile::create(into).map_err(io_at(into))?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match unpacked.read(&mut buffer).map_err(from_file)? {
            0 => break,
            n => out.write_all(&buffer[..n]).map_err(io_at(into))?,
        }
    }
    // The gzip stream's end is not yet the file's: only the last encrypted block proves that nothing was cut.
    let mut rest = unpacked.into_inner();
    if !rest.fill_buf().map_err(from_file)?.is_empty() {
        return Err(broken(
            path,
            io::Error::new(io::ErrorKind::InvalidData, "more follows its end"),
        ));
    }
    drop(rest);
    let file = watched.sum.finish();
    Ok(Some(Opened { file, plain: out }))
}

/// Adds up what is read through it.
struct Watched<R> {
    inner: R,
    sum: Summing,
}

impl<R> Watched<R> {
    fn new(inner: R) -> Self {
        let sum = Summing::default();
        Self { inner, sum }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.sum.add(&buffer[..n]);
        Ok(n)
    }
}

fn io_at(file: &Path) -> impl Fn(io::Error) -> ContainerError + Copy {
    move |cause| ContainerError::Io {
        file: file.to_owned(),
        cause,
    }
}

fn unopened(file: &Path, error: DecryptError) -> ContainerError {
    match error {
        DecryptError::Io(cause) => broken(file, cause),
        other => ContainerError::Damaged {
            file: file.to_owned(),
            what: other.to_string().replace(['\n', '\r'], " "),
        },
    }
}

/// What cannot be decrypted or unpacked was changed or cut; anything else is the disk's fault.
fn broken(file: &Path, cause: io::Error) -> ContainerError {
    let what = match cause.kind() {
        io::ErrorKind::UnexpectedEof => "it was cut short".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => format!("it was changed ({cause})"),
        _ => return io_at(file)(cause),
    };
    ContainerError::Damaged {
        file: file.to_owned(),
        what,
    }
}

#[cfg(test)]
mod tests;
