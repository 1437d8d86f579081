use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    audit,
    backups::{self, Request},
    clock::{Clock, jst},
    config::Settings,
    crypto::KeyRing,
    web::Error,
    workspace::Workspace,
};
use chrono::NaiveDateTime;
use std::{path::PathBuf, sync::Arc, time::Instant};

#[derive(Debug, clap::Args)]
pub struct Backup {
    #[command(flatten)]
    config: ConfigFile,
    /// Make none; list those that are kept, here and off the site
    #[arg(long)]
    list: bool,
}

#[derive(Debug, clap::Args)]
pub struct Restore {
    #[command(flatten)]
    config: ConfigFile,
    /// The age identity file (AGE-SECRET-KEY-…) of one of the recipients
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Move the database that stands there aside (SQLite), or empty it (PostgreSQL)
    #[arg(long)]
    replace: bool,
    /// Fetch the backup of this name from the off-site store first, into the folder of FILE
    #[arg(long)]
    offsite: bool,
    /// Who decided: the 職員番号. Looked up in what was restored; one that is not there is recorded as it is typed
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
    /// The backup, `mizumado-….gz.age`; its manifest `….json` beside it is checked too
    file: PathBuf,
}

pub fn make(options: &Backup) -> Outcome {
    let (workspace, _logs) = serve::open(&options.config)?;
    if options.list {
        return list(&workspace);
    }
    let made = serve::runtime()?.block_on(backups::make(&workspace))?;
    println!(
        "made, opened again and checked: {} ({} bytes, {} s)",
        made.file.display(),
        made.bytes,
        made.seconds
    );
    println!(
        "off the site: {}",
        if made.offsite {
            "yes"
        } else {
            "no [backup.offsite] is set"
        }
    );
    for name in made.deleted {
        println!("no longer kept by the rule: {name}");
    }
    Ok(())
}

fn list(workspace: &Workspace) -> Outcome {
    let runtime = serve::runtime()?;
    let kept = runtime.block_on(workspace.db.read(|conn| Ok::<_, Error>(backups::kept(conn)?)))?;
    for backup in &kept {
        let off = if backup.offsite_at.is_some() {
            "off the site too"
        } else {
            "here only"
        };
        println!(
            "{}  {} bytes, made and checked in {} s, {off}",
            backup.name, backup.bytes, backup.seconds
        );
    }
    println!("{} checked backups are kept", kept.len());
    if let Some(place) = workspace.settings.backup.as_ref().and_then(|b| b.offsite.as_ref()) {
        for (name, bytes) in runtime.block_on(backups::list_offsite(place))? {
            println!("off the site: {name} ({bytes} bytes)");
        }
    }
    Ok(())
}

pub fn restore(options: &Restore) -> Outcome {
    let began = Instant::now();
    let settings = Settings::load(&options.config.config)?;
    let text = std::fs::read_to_string(&settings.keys).map_err(|e| {
        format!(
            "keys = {}: {e}; put the key file back first: without it the restored data cannot be read",
            settings.keys.display()
        )
    })?;
    let keys = Arc::new(KeyRing::parse(&text)?);
    let _lock = serve::lock_database(&settings)?;
    let (runtime, clock) = (serve::runtime()?, Clock::system());
    let request = Request {
        file: &options.file,
        identity: &options.identity,
        replace: options.replace,
    };
    if options.offsite {
        let place = settings
            .backup
            .as_ref()
            .and_then(|b| b.offsite.as_ref())
            .ok_or("[backup.offsite] is not set")?;
        println!("0. fetching {} …", options.file.display());
        runtime.block_on(backups::fetch_offsite(place, &options.file))?;
    }
    println!(
        "1. opening {} and checking it in a scratch place …",
        options.file.display()
    );
    let restored = runtime.block_on(backups::restore(&settings, &keys, &request, clock.now()))?;
    println!(
        "2. in place: {} applications, {} audit entries, chain whole, keys fit",
        restored.applications, restored.audit_entries
    );
    if let Some(moved) = &restored.moved {
        println!("   what stood there before: {}", moved.display());
    }
    let workspace = Workspace::open(settings, clock)?;
    let now = workspace.clock.now();
    note(&workspace, options, now)?;
    next_steps(&restored, now, began.elapsed().as_secs());
    Ok(())
}

/// The entry of a restore, behind what the backup brought. The data is in place: a number that this backup does not know
/// yet, or knows as suspended, must not stop it any more.
fn note(workspace: &Workspace, options: &Restore, now: NaiveDateTime) -> Outcome {
    let by = match staff::decided_by(workspace, Some(&options.by)) {
        Ok(Some(by)) => by,
        _ => {
            println!(
                "   --by {}: not among the active people of this backup; recorded as typed",
                options.by
            );
            options.by.clone()
        }
    };
    let name = options.file.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let write = move |conn: &mut _| {
        let actor = staff::typed(Some(&by));
        Ok::<_, Error>(audit::record(conn, now, actor, "backup.restored", &name, "")?)
    };
    Ok(serve::runtime()?.block_on(workspace.db.write(write))?)
}

/// The runbook goes on with what only a person can do.
fn next_steps(restored: &backups::Restored, now: NaiveDateTime, seconds: u64) {
    if let Some(taken_at) = restored.taken_at {
        let lost = (now - taken_at).num_minutes();
        println!(
            "3. RPO: the backup is of {} JST; up to {lost} minutes of work may be missing",
            jst(taken_at).format("%Y-%m-%d %H:%M:%S")
        );
    }
    println!("   RTO: restored in {} s", seconds);
    println!("4. now: mizumado doctor; then start the service.");
    println!("5. then: mizumado import daily-file for every day since the backup: what was registered meanwhile shows");
    println!(
        "   as 「こちらに記録のない試行」 in mizumado differences; tell those applicants (docs/OPERATIONS.md, Restore)."
    );
}
