//! Files that appear whole or not at all, and the sums over what went into them.
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// How much was written or read, and its SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub bytes: u64,
    pub sha256: String,
}

impl Sum {
    /// Of a file.
    pub fn of(file: &Path) -> io::Result<Self> {
        let (mut file, mut sum, mut buffer) = (File::open(file)?, Summing::default(), vec![0; 256 * 1024]);
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(sum.finish()),
                n => sum.add(&buffer[..n]),
            }
        }
    }
}

/// Adds up a [`Sum`].
#[derive(Clone, Default)]
pub(super) struct Summing {
    bytes: u64,
    hasher: Sha256,
}

impl Summing {
    pub fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.hasher.update(chunk);
    }
    pub fn finish(self) -> Sum {
        Sum {
            bytes: self.bytes,
            sha256: hex::encode(self.hasher.finalize()),
        }
    }
}

/// Dirty pages are written out this often. One fsync of a whole backup would hold up the database's own commits.
const SYNC_EVERY: u64 = 32 * 1024 * 1024;

/// A file under a temporary name in the folder of its target, for the owner only. [`NewFile::finish`] gives it its
/// name; without that it is removed.
pub(super) struct NewFile {
    target: PathBuf,
    part: PathBuf,
    file: File,
    unsynced: u64,
    sum: Summing,
    finished: bool,
}

impl NewFile {
    /// Begins the file; what an earlier run left under the temporary name goes away.
    pub fn create(target: &Path) -> io::Result<Self> {
        let part = part_of(target)?;
        match fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        Ok(Self {
            target: target.to_owned(),
            part,
            file,
            unsynced: 0,
            sum: Summing::default(),
            finished: false,
        })
    }

    /// Of what was written so far.
    pub fn sum(&self) -> Sum {
        self.sum.clone().finish()
    }

    /// After this the file stands under its name, whatever happens to the machine.
    pub fn finish(mut self) -> io::Result<Sum> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.target)?;
        self.finished = true;
        File::open(folder_of(&self.target))?.sync_all()?;
        Ok(self.sum())
    }
}

impl Write for NewFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.sum.add(&buffer[..written]);
        self.unsynced += written as u64;
        if self.unsynced >= SYNC_EVERY {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(&self.part);
        }
    }
}

const PART: &str = ".part";

/// `.NAME.part` beside `NAME`.
fn part_of(target: &Path) -> io::Result<PathBuf> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let mut part = OsString::from(".");
    part.push(name);
    part.push(PART);
    Ok(folder_of(target).join(part))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Removes what a killed run left under temporary names; tells how many. Only while no backup runs in this folder.
pub fn remove_leftovers(folder: &Path) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(b".") && bytes.ends_with(PART.as_bytes()) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn names(folder: &Path) -> Vec<String> {
        let name = |e: io::Result<fs::DirEntry>| e.unwrap().file_name().into_string().unwrap();
        fs::read_dir(folder).unwrap().map(name).collect()
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.age");
        let mut file = NewFile::create(&target).unwrap();
        file.write_all(b"abc").unwrap();
        assert_eq!(names(folder.path()), [".a.age.part"]);
        let sum = file.finish().unwrap();
        assert_eq!(names(folder.path()), ["a.age"]);
        assert_eq!(sum.bytes, 3);
        assert_eq!(
            sum.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_unfinished_file_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = NewFile::create(&folder.path().join("a.age")).unwrap();
        file.write_all(b"abc").unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_link_under_the_temporary_name_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "untouched").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join(".a.age.part")).unwrap();
        let mut file = NewFile::create(&folder.path().join("a.age")).unwrap();
        file.write_all(b"abc").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "untouched");
    }

    #[test]
    fn leftovers_of_a_killed_run_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".a.age.part", ".b.part", "c.part", ".hidden", "d.age"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        assert_eq!(remove_leftovers(folder.path()).unwrap(), 2);
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, [".hidden", "c.part", "d.age"]);
    }
}
