//! Putting a backup back: opened and checked in a scratch place first, then moved to where the settings say.
use super::{
    Sum, container,
    manifest::{BackupName, Manifest},
    run::{BackupError, examine},
};
use crate::{
    audit,
    config::Settings,
    crypto::KeyRing,
    db::{self, Db, SnapshotError},
};
use chrono::NaiveDateTime;
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What was put back.
#[derive(Debug)]
pub struct Restored {
    /// UTC; `None` without the manifest beside the file.
    pub taken_at: Option<NaiveDateTime>,
    pub applications: u64,
    pub audit_entries: i64,
    /// Where the database that stood there before was moved.
    pub moved: Option<PathBuf>,
}

/// What to restore, and how.
pub struct Request<'a> {
    pub file: &'a Path,
    /// An age identity file that opens it.
    pub identity: &'a Path,
    /// Move what stands in the way aside (SQLite), or empty the database (PostgreSQL).
    pub replace: bool,
}

/// Restores into the database of the settings.
///
/// # Errors
/// Anything that does not fit stops before the place is touched: manifest, sum, identity, pages, audit chain, keys.
pub async fn restore(
    settings: &Settings,
    keys: &Arc<KeyRing>,
    request: &Request<'_>,
    now: NaiveDateTime,
) -> Result<Restored, BackupError> {
    let manifest = manifest_beside(request.file, keys)?;
    let sqlite = settings.database.strip_prefix("sqlite:").map(PathBuf::from);
    let folder = match &sqlite {
        Some(target) => target.parent().map(Path::to_owned).unwrap_or_default(),
        None => std::env::temp_dir(),
    };
    let fail = |e| BackupError::Folder(folder.display().to_string(), e);
    std::fs::create_dir_all(&folder).map_err(fail)?;
    let scratch = tempfile::Builder::new()
        .prefix("restore-")
        .tempdir_in(&folder)
        .map_err(fail)?;
    let copy = scratch.path().join("mizumado.db");
    container::open(request.file, request.identity, &copy)?;
    let mut restored = Restored {
        taken_at: manifest.map(|m| m.taken_at),
        applications: 0,
        audit_entries: 0,
        moved: None,
    };
    match &sqlite {
        Some(target) => {
            restored.look(&format!("sqlite:{}", copy.display()), keys).await?;
            restored.moved = put_in_place(&copy, target, request.replace, now)?;
        }
        None => {
            if !request.replace && db::postgres_tables(&settings.database, false)? > 0 {
                let text = "the database holds tables: name an empty one, or say --replace to empty it";
                return Err(BackupError::NotWhole(text.into()));
            }
            // Looked at apart, before anything that stands there is emptied.
            let apart = db::Scratch::of_archive(&settings.database, &copy)?;
            examine(&apart.db, keys, audit::check_copy).await?;
            drop(apart);
            if request.replace {
                db::postgres_tables(&settings.database, true)?;
            }
            db::put_back(&settings.database, &copy)?;
            restored.look(&settings.database, keys).await?;
        }
    }
    Ok(restored)
}

impl Restored {
    async fn look(&mut self, url: &str, keys: &Arc<KeyRing>) -> Result<(), BackupError> {
        let db = Db::open(url)?;
        let (counts, head) = examine(&db, keys, audit::check_copy).await?;
        db.close().await;
        self.applications = counts.get("applications").copied().unwrap_or(0);
        self.audit_entries = head.number;
        Ok(())
    }
}

/// The manifest, if it is there; it must be ours and fit the file.
fn manifest_beside(file: &Path, keys: &KeyRing) -> Result<Option<Manifest>, BackupError> {
    let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let Some(name) = BackupName::of_file(name) else {
        return Ok(None);
    };
    let beside = file.with_file_name(name.manifest_file());
    if !beside.exists() {
        return Ok(None);
    }
    let manifest = Manifest::read(&beside)?;
    if !manifest.is_signed_by(|text| keys.blind("backups.manifest", text)) {
        let text = format!(
            "{}: not written with these keys; name the right `keys`",
            beside.display()
        );
        return Err(BackupError::NotWhole(text));
    }
    let sum = Sum::of(file).map_err(|e| BackupError::Folder(file.display().to_string(), e))?;
    match sum.sha256 == manifest.sha256 {
        true => Ok(Some(manifest)),
        false => Err(BackupError::NotWhole(format!(
            "{}: not the file its manifest speaks of",
            file.display()
        ))),
    }
}

/// Moves the checked copy to its name, all of it or nothing, and what stood there aside.
fn put_in_place(copy: &Path, target: &Path, replace: bool, now: NaiveDateTime) -> Result<Option<PathBuf>, BackupError> {
    let fail = |path: &Path, cause| {
        let path = path.to_owned();
        BackupError::Snapshot(SnapshotError::Io { path, cause })
    };
    if target.exists() && !replace {
        let text = format!("{} stands already: move it away, or say --replace", target.display());
        return Err(BackupError::NotWhole(text));
    }
    let mut moved = None;
    let suffix = format!(".before-restore-{}", now.format("%Y%m%dT%H%M%SZ"));
    // Also where the database itself was moved away by hand: SQLite would play an old -wal into the restored one. It
    // goes first, so that a crash in between leaves no database beside a stranger's -wal.
    for tail in ["-wal", "-shm", ""] {
        let old = PathBuf::from(format!("{}{tail}", target.display()));
        let aside = PathBuf::from(format!("{}{suffix}{tail}", target.display()));
        if old.exists() {
            std::fs::rename(&old, &aside).map_err(|e| fail(&old, e))?;
            moved = Some(aside);
        }
    }
    File::open(copy).and_then(|f| f.sync_all()).map_err(|e| fail(copy, e))?;
    std::fs::rename(copy, target).map_err(|e| fail(target, e))?;
    if let Some(folder) = target.parent() {
        File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(|e| fail(folder, e))?;
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_stray_log_of_an_older_database_is_never_beside_the_restored_one() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("copy"), "new").unwrap();
        std::fs::write(at("a.db-wal"), "old").unwrap();
        let moved = put_in_place(&at("copy"), &at("a.db"), false, NaiveDateTime::default()).unwrap();
        assert!(!at("a.db-wal").exists() && moved.unwrap().display().to_string().ends_with("-wal"));
        assert_eq!(std::fs::read(at("a.db")).unwrap(), b"new");
    }
}
