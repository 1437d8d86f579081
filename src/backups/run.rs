//! One backup: copy, encrypt, open again, check, keep by the rule, copy off the site. Only a checked one counts (R6).
use super::{
    Sum,
    container::{self, ContainerError, Recipient},
    jobs::ALARM,
    keeping::{Candidate, Keeping, surplus},
    manifest::{AuditHead, BackupName, Engine, Manifest, ManifestError},
    offsite::{OffsiteError, Store},
    remote::open_store,
    remove_leftovers, store,
};
use crate::{
    alarms,
    audit::{self, Actor, ChainCheck},
    config,
    crypto::KeyRing,
    db::{self, Conn, Db, DbError, SnapshotError},
    enrolment,
    web::Error,
    workspace::Workspace,
};
use diesel::QueryResult;
use std::{
    collections::BTreeMap,
    fs::{File, Permissions},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// Why there is no backup, or no restoring; each sentence names the setting or the file, and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("[backup] is not set: name a folder and at least one recipient (docs/OPERATIONS.md, Backup)")]
    NotSet,
    #[error("another backup is being made in {0}")]
    Busy(String),
    #[error("{0}: {1}")]
    Folder(String, std::io::Error),
    #[error("{0}")]
    NotWhole(String),
    #[error(transparent)]
    Container(#[from] ContainerError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Offsite(#[from] OffsiteError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Web(#[from] Error),
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    pub file: PathBuf,
    pub bytes: u64,
    pub seconds: u64,
    pub offsite: bool,
    /// Names of older backups that the rule no longer keeps.
    pub deleted: Vec<String>,
}

/// Rows by table.
type Counts = BTreeMap<String, u64>;

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let shown = path.display().to_string();
    move |e| BackupError::Folder(shown, e)
}

/// Makes one now, and sends it off the site.
pub async fn make(workspace: &Workspace) -> Result<Made, BackupError> {
    let made = make_here(workspace).await?;
    send_off_site(workspace).await?;
    Ok(made)
}

/// Makes one now, on this machine.
pub async fn make_here(workspace: &Workspace) -> Result<Made, BackupError> {
    let began = Instant::now();
    let settings = workspace.settings.backup.clone().ok_or(BackupError::NotSet)?;
    let recipients = Recipient::parse_all(&settings.recipients)?;
    let mut lock = take_folder(&settings.folder)?;
    finish_killed_run(workspace, &settings.folder, &mut lock).await?;
    let name = free_name(workspace, &settings.folder).await;
    say_what_is_made(&mut lock, &name.to_string()).map_err(at(&settings.folder))?;
    let mut manifest = seal_and_check(workspace, &settings.folder, recipients, name).await?;
    manifest.verified_at = Some(workspace.clock.now());
    manifest.sign(|text| workspace.keys.blind("backups.manifest", text));
    manifest.write(&settings.folder)?;
    let seconds = began.elapsed().as_secs();
    note(workspace, &manifest, seconds).await?;
    say_what_is_made(&mut lock, "").map_err(at(&settings.folder))?;
    let deleted = tidy(workspace, &settings).await?;
    Ok(Made {
        file: settings.folder.join(manifest.name().sealed_file()),
        bytes: manifest.bytes,
        seconds,
        offsite: settings.offsite.is_some(),
        deleted,
    })
}

/// Sends every kept backup that is here only: the newest, and those that an outage of the store held up.
pub async fn send_off_site(workspace: &Workspace) -> Result<(), BackupError> {
    let Some(settings) = workspace.settings.backup.as_ref() else {
        return Ok(());
    };
    let Some(place) = &settings.offsite else {
        return Ok(());
    };
    let kept = workspace.db.read(|conn| Ok::<_, Error>(store::kept(conn)?)).await?;
    for row in kept.iter().filter(|row| row.offsite_at.is_none()) {
        let parsed: Result<BackupName, _> = row.name.parse();
        let Ok(name) = parsed else { continue };
        let beside = settings.folder.join(name.manifest_file());
        if beside.exists() {
            let manifest = Manifest::read(&beside)?;
            copy_off_site(workspace, place, &settings.folder, &manifest).await?;
        }
    }
    Ok(())
}

/// The folder for this process alone; what a killed run left there goes away.
fn take_folder(folder: &Path) -> Result<File, BackupError> {
    std::fs::create_dir_all(folder).map_err(at(folder))?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(at(folder))?;
    // Not emptied: it says what a killed run was making.
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let lock = options.open(folder.join("backup.lock")).map_err(at(folder))?;
    lock.try_lock()
        .map_err(|_| BackupError::Busy(folder.display().to_string()))?;
    remove_leftovers(folder).map_err(at(folder))?;
    for entry in std::fs::read_dir(folder).map_err(at(folder))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("scratch-") {
            std::fs::remove_dir_all(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    Ok(lock)
}

fn say_what_is_made(lock: &mut File, name: &str) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    lock.write_all(name.as_bytes())?;
    lock.sync_all()
}

/// What a killed run was making: sealed and not checked, it goes away; checked, it is written down. Other files that have
/// no manifest are somebody's, who brought them here.
async fn finish_killed_run(workspace: &Workspace, folder: &Path, lock: &mut File) -> Result<(), BackupError> {
    let mut made = String::new();
    lock.read_to_string(&mut made).map_err(at(folder))?;
    let parsed: Result<BackupName, _> = made.parse();
    let Ok(name) = parsed else { return Ok(()) };
    let (sealed, beside) = (folder.join(name.sealed_file()), folder.join(name.manifest_file()));
    if !sealed.exists() {
        return Ok(());
    }
    if !beside.exists() {
        tracing::warn!(file = made, "a backup that was killed before it was checked is removed");
        return std::fs::remove_file(&sealed).map_err(at(&sealed));
    }
    let kept = workspace.db.read(|conn| Ok::<_, Error>(store::kept(conn)?)).await?;
    let manifest = Manifest::read(&beside)?;
    let is_ours = manifest.is_signed_by(|text| workspace.keys.blind("backups.manifest", text));
    match is_ours && kept.iter().all(|row| row.name != made) {
        true => note(workspace, &manifest, 0).await,
        false => Ok(()),
    }
}

/// A name holds the second: a backup that follows within the second of another waits for the next one.
async fn free_name(workspace: &Workspace, folder: &Path) -> BackupName {
    let engine = match workspace.db.engine() {
        "sqlite" => Engine::Sqlite,
        _ => Engine::Postgres,
    };
    let mut name = BackupName::new(workspace.clock.now(), engine);
    // A clock that stands still ends this too; sealing refuses to overwrite then.
    for _ in 0..30 {
        if !folder.join(name.sealed_file()).exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        name = BackupName::new(workspace.clock.now(), engine);
    }
    name
}

/// The encrypted file, and what was found when it was opened and restored to a scratch place.
async fn seal_and_check(
    workspace: &Workspace,
    folder: &Path,
    recipients: Vec<Recipient>,
    name: BackupName,
) -> Result<Manifest, BackupError> {
    let scratch = tempfile::Builder::new()
        .prefix("scratch-")
        .tempdir_in(folder)
        .map_err(at(folder))?;
    let (plain, opened) = (scratch.path().join("copy"), scratch.path().join("opened"));
    workspace.db.copy_into(plain.clone()).await?;
    let (file, into) = (folder.join(name.sealed_file()), opened.clone());
    let target = file.clone();
    let of_file_and_plain = db::off_thread(move || {
        let sealed = container::seal(&plain, &recipients, &target)?;
        // Not held longer than needed: from here on the encrypted file is looked at.
        std::fs::remove_file(&plain).map_err(at(&plain))?;
        sealed.verifier.open_into(&into)?;
        Ok::<_, BackupError>((sealed.file, sealed.plain))
    })
    .await?;
    let checked = match of_file_and_plain {
        Ok(sums) => check(workspace, &opened).await.map(|found| (sums, found)),
        Err(error) => Err(error),
    };
    match checked {
        Ok(((of_file, of_plain), (counts, head))) => {
            let mut manifest = Manifest::new(name, env!("CARGO_PKG_VERSION"), of_file, of_plain, head);
            manifest.counts = counts;
            Ok(manifest)
        }
        Err(error) => {
            // What cannot be restored must not be taken for a backup.
            if file.exists() {
                std::fs::remove_file(&file).map_err(at(&file))?;
            }
            Err(error)
        }
    }
}

/// Restores the opened copy to a scratch place and looks.
async fn check(workspace: &Workspace, copy: &Path) -> Result<(Counts, AuditHead), BackupError> {
    let scratch = workspace.db.open_copy(copy).await?;
    let checked = examine(&scratch.db, &workspace.keys, |conn, keys| audit::check(conn, keys, &[])).await;
    db::off_thread(move || drop(scratch)).await?;
    checked
}

/// Looks at the audit chain of a copy.
pub type ChainOf = fn(&mut Conn, &KeyRing) -> QueryResult<ChainCheck>;

/// Looks at a restored database: pages and keys, the audit chain, and that our keys open it.
pub async fn examine(db: &Db, keys: &Arc<KeyRing>, chain: ChainOf) -> Result<(Counts, AuditHead), BackupError> {
    let keys = keys.clone();
    let look = move |conn: &mut Conn| {
        db::is_whole(conn)?;
        let number = match chain(conn, &keys).map_err(DbError::from)? {
            ChainCheck::Whole(number) => number,
            // Kept all the same: while it is looked into, there must be backups. An alarm says it.
            ChainCheck::NotAsSealed { .. } => audit::head_no(conn).map_err(DbError::from)?,
            broken => return Err(BackupError::NotWhole(broken.to_string())),
        };
        enrolment::can_open(conn, &keys)?;
        let hash = audit::head_hash(conn).map_err(DbError::from)?;
        Ok((db::table_counts(conn)?, AuditHead { number, hash }))
    };
    db.read(look).await
}

const NOT_SEALED: alarms::Cause = alarms::Cause {
    key: "audit.not_sealed",
    subject: "",
    message: "操作記録の終わりが、封と合いません。`mizumado audit verify` で、どこからかを確かめてください。",
};

async fn note(workspace: &Workspace, manifest: &Manifest, seconds: u64) -> Result<(), BackupError> {
    let (world, manifest, now) = (workspace.clone(), manifest.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        store::add(conn, &manifest, seconds, now)?;
        alarms::end(conn, ALARM, now)?;
        match audit::vouched(conn, &world.keys)?.sealed {
            0 => alarms::raise(conn, &world, &NOT_SEALED, now)?,
            _ => alarms::end(conn, NOT_SEALED.key, now)?,
        }
        let name = manifest.name().to_string();
        Ok::<_, Error>(audit::record(
            conn,
            now,
            Actor::System,
            "backup.made",
            &name,
            &manifest.sha256,
        )?)
    };
    Ok(workspace.db.write(write).await?)
}

async fn copy_off_site(
    workspace: &Workspace,
    place: &config::Offsite,
    folder: &Path,
    manifest: &Manifest,
) -> Result<(), BackupError> {
    let (store, name) = (open_store(place)?, manifest.name());
    let sealed = Sum {
        bytes: manifest.bytes,
        sha256: manifest.sha256.clone(),
    };
    store
        .upload(&folder.join(name.sealed_file()), &name.sealed_file(), &sealed)
        .await?;
    let beside = folder.join(name.manifest_file());
    let sum = Sum::of(&beside).map_err(at(&beside))?;
    store.upload(&beside, &name.manifest_file(), &sum).await?;
    let (name, now) = (name.to_string(), workspace.clock.now());
    let write = move |conn: &mut Conn| Ok::<_, Error>(store::set_offsite(conn, &name, now)?);
    Ok(workspace.db.write(write).await?)
}

/// Deletes what the rule no longer keeps, here and off the site.
async fn tidy(workspace: &Workspace, settings: &config::Backup) -> Result<Vec<String>, BackupError> {
    let rows = workspace.db.read(|conn| Ok::<_, Error>(store::kept(conn)?)).await?;
    let candidate = |row: &'_ store::BackupRow| (row.name.clone(), row.taken_at);
    let kept: Vec<_> = rows.iter().map(candidate).collect();
    let all = kept.iter().map(|(name, taken_at)| Candidate {
        name,
        taken_at: *taken_at,
        verified: true,
    });
    let keep = Keeping {
        daily: settings.keep_days,
        weekly: settings.keep_weeks,
        monthly: settings.keep_months,
    };
    let all: Vec<_> = all.collect();
    let doomed: Vec<String> = surplus(&all, keep).into_iter().map(str::to_owned).collect();
    let remote = settings.offsite.as_ref().map(open_store).transpose()?;
    for name in &doomed {
        delete(workspace, &settings.folder, remote.as_ref(), name).await?;
    }
    Ok(doomed)
}

async fn delete(workspace: &Workspace, folder: &Path, remote: Option<&Store>, name: &str) -> Result<(), BackupError> {
    let parsed: Result<BackupName, _> = name.parse();
    let Ok(parsed) = parsed else {
        return Ok(());
    };
    for file in [parsed.sealed_file(), parsed.manifest_file()] {
        let path = folder.join(&file);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(at(&path)(e)),
            _ => {}
        }
        if let Some(remote) = remote {
            // A key without the right to delete is a choice (the store keeps versions); it must not fail the backup.
            if let Err(error) = remote.delete(&file).await {
                tracing::warn!(%error, file, "an old backup off the site could not be deleted");
            }
        }
    }
    let (name, now) = (name.to_owned(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        store::set_deleted(conn, &name, now)?;
        Ok::<_, Error>(audit::record(
            conn,
            now,
            Actor::System,
            "backup.deleted",
            &name,
            "by the rule",
        )?)
    };
    Ok(workspace.db.write(write).await?)
}
