//! What a backup says of itself: a JSON file beside it, without personal data.
use super::files::{NewFile, Sum};
use chrono::{NaiveDateTime, SubsecRound};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// `mizumado-20261122T030000Z.sqlite`: the stem of the two files of one backup. Names sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupName {
    taken_at: NaiveDateTime,
    engine: Engine,
}

const STAMP: &str = "%Y%m%dT%H%M%SZ";
const SEALED: &str = ".gz.age";
const MANIFEST: &str = ".json";

impl BackupName {
    /// `taken_at` is UTC; parts of a second are dropped.
    pub fn new(taken_at: NaiveDateTime, engine: Engine) -> Self {
        let taken_at = taken_at.trunc_subsecs(0);
        Self { taken_at, engine }
    }
    pub fn taken_at(&self) -> NaiveDateTime {
        self.taken_at
    }
    pub fn engine(&self) -> Engine {
        self.engine
    }
    /// `….sqlite.gz.age`
    pub fn sealed_file(&self) -> String {
        format!("{self}{SEALED}")
    }
    /// `….sqlite.json`
    pub fn manifest_file(&self) -> String {
        format!("{self}{MANIFEST}")
    }
    /// The backup that a file belongs to; `None` for every other file.
    pub fn of_file(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(SEALED).or_else(|| name.strip_suffix(MANIFEST))?;
        stem.parse().ok()
    }
}

impl fmt::Display for BackupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mizumado-{}.{}", self.taken_at.format(STAMP), self.engine.as_str())
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a backup; one looks like mizumado-20261122T030000Z.sqlite")]
pub struct NoBackupName;

impl FromStr for BackupName {
    type Err = NoBackupName;
    fn from_str(text: &str) -> Result<Self, NoBackupName> {
        let (stamp, engine) = text
            .strip_prefix("mizumado-")
            .and_then(|rest| rest.split_once('.'))
            .ok_or(NoBackupName)?;
        let engine = match engine {
            "sqlite" => Engine::Sqlite,
            "postgres" => Engine::Postgres,
            _ => return Err(NoBackupName),
        };
        let taken_at = NaiveDateTime::parse_from_str(stamp, STAMP).map_err(|_| NoBackupName)?;
        let name = Self::new(taken_at, engine);
        // One backup has one name: what is read must be what would be written.
        if name.to_string() == text {
            Ok(name)
        } else {
            Err(NoBackupName)
        }
    }
}

/// The end of the audit chain inside the backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditHead {
    pub number: i64,
    pub hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The program's version, such as `0.1.0`.
    pub program: String,
    pub engine: Engine,
    #[serde(with = "utc")]
    pub taken_at: NaiveDateTime,
    /// Of the encrypted file.
    pub bytes: u64,
    pub sha256: String,
    /// Of the database's copy inside.
    pub plain_bytes: u64,
    pub plain_sha256: String,
    /// Rows by table.
    pub counts: BTreeMap<String, u64>,
    pub audit: AuditHead,
    /// When it was opened and checked; `None` does not count as a backup.
    #[serde(with = "utc_or_null")]
    pub verified_at: Option<NaiveDateTime>,
    /// Proof that a holder of the key ring wrote it: everybody can encrypt to a public key.
    mac: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("{file}: {cause}. Restore the file from the copy off the site, or check the folder's rights")]
    Io { file: PathBuf, cause: std::io::Error },
    #[error("{file} is no manifest of a backup: {what}. Fetch both files of the backup again")]
    Wrong { file: PathBuf, what: String },
}

/// Of this program. A newer program that changes the fields counts it up.
const FORMAT: u32 = 1;
/// A manifest has one short line for each table.
const LARGEST: u64 = 1024 * 1024;

impl Manifest {
    /// Of a backup that is not checked yet.
    pub fn new(name: BackupName, program: &str, file: Sum, plain: Sum, audit: AuditHead) -> Self {
        Self {
            format: FORMAT,
            program: program.to_owned(),
            engine: name.engine(),
            taken_at: name.taken_at(),
            bytes: file.bytes,
            sha256: file.sha256,
            plain_bytes: plain.bytes,
            plain_sha256: plain.sha256,
            counts: BTreeMap::new(),
            audit,
            verified_at: None,
            mac: None,
        }
    }
    pub fn name(&self) -> BackupName {
        BackupName::new(self.taken_at, self.engine)
    }

    /// Seals the contents with a keyed hash of theirs.
    pub fn sign(&mut self, keyed_hash: impl Fn(&str) -> String) {
        self.mac = Some(keyed_hash(&self.signed_text()));
    }
    /// Whether the same key made it, and nothing was changed since.
    pub fn is_signed_by(&self, keyed_hash: impl Fn(&str) -> String) -> bool {
        self.mac.as_ref() == Some(&keyed_hash(&self.signed_text()))
    }
    fn signed_text(&self) -> String {
        let unsigned = Self {
            mac: None,
            ..self.clone()
        };
        unsigned.text()
    }
    fn text(&self) -> String {
        // Only maps with keys other than text can fail, and here are none.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Writes it into the folder under its name, or anew over the earlier one.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ManifestError> {
        let path = folder.join(self.name().manifest_file());
        let failed = |cause| ManifestError::Io {
            file: path.clone(),
            cause,
        };
        let mut file = NewFile::create(&path).map_err(failed)?;
        file.write_all(self.text().as_bytes()).map_err(failed)?;
        file.finish().map_err(failed)?;
        Ok(path)
    }

    /// Reads one from disk. Its name must be the one it gives itself.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let mut text = String::new();
        let failed = |cause| ManifestError::Io {
            file: path.to_owned(),
            cause,
        };
        let wrong = |what: String| ManifestError::Wrong {
            file: path.to_owned(),
            what,
        };
        let file = File::open(path).map_err(failed)?;
        file.take(LARGEST).read_to_string(&mut text).map_err(failed)?;
        let manifest = Self::parse(&text).map_err(wrong)?;
        if path.file_name() != Some(manifest.name().manifest_file().as_ref()) {
            return Err(wrong(format!("it describes {}", manifest.name())));
        }
        Ok(manifest)
    }

    /// The error tells what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if head.format != FORMAT {
            let format = head.format;
            return Err(format!(
                "it is of format {format}, this program knows {FORMAT}; use the program that made it"
            ));
        }
        let manifest: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        manifest.check().map(|()| manifest)
    }
    fn check(&self) -> Result<(), String> {
        if !is_sha256(&self.sha256) || !is_sha256(&self.plain_sha256) {
            return Err("a sha256 is not 64 hexadecimal digits".into());
        }
        if self.name().to_string().parse() != Ok(self.name()) {
            return Err("taken_at is not a time of our era".into());
        }
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        match self
            .counts
            .keys()
            .find(|name| name.is_empty() || !name.chars().all(word))
        {
            Some(name) => Err(format!("counts: {name:?} is no table")),
            None => Ok(()),
        }
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// `2026-11-22T03:00:00Z`
mod utc {
    use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn text(time: &NaiveDateTime) -> String {
        time.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }
    pub fn serialize<S: Serializer>(time: &NaiveDateTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(time))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDateTime, D::Error> {
        DateTime::<Utc>::deserialize(from).map(|t| t.naive_utc())
    }
}

mod utc_or_null {
    use chrono::{DateTime, NaiveDateTime, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(time: &Option<NaiveDateTime>, to: S) -> Result<S::Ok, S::Error> {
        time.as_ref().map(super::utc::text).serialize(to)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDateTime>, D::Error> {
        Option::<DateTime<Utc>>::deserialize(from).map(|t| t.map(|t| t.naive_utc()))
    }
}

#[cfg(test)]
mod tests;
