//! Commands that look: `doctor`, `availability`, `differences` (which can also settle one), `logs check`; and `forget`.
use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    audit::{self, Actor},
    clock::{jst, utc_from_jst},
    config::Settings,
    operations::{self, Check, Verdict},
    reconciliation,
    training::{self, Exercises},
    web::Error,
};
use chrono::{Days, NaiveDate, NaiveTime};

#[derive(Debug, clap::Args)]
pub struct Span {
    #[command(flatten)]
    config: ConfigFile,
    /// First day (JST), 2026-11-01
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,
    /// Last day
    #[arg(long, value_name = "DAY")]
    to: NaiveDate,
}

#[derive(Debug, clap::Subcommand)]
pub enum Logs {
    /// Say whether a line is missing or was changed, and where
    Check(ConfigFile),
}

/// The bureau's own exercises: a wrong file keeps the practice site closed at the next start.
fn exercises(settings: &Settings) -> Option<Check> {
    let folder = settings.training.as_ref()?.exercises.as_deref()?;
    let (verdict, found, remedy) = match Exercises::load(Some(folder), &training::cases()) {
        Ok(_) => (Verdict::Good, "can be read".to_owned(), ""),
        Err(error) => (
            Verdict::Wrong,
            error.to_string(),
            "mend the file, or move it away; until then the practice site does not open",
        ),
    };
    Some(Check {
        part: "exercises of the bureau".to_owned(),
        verdict,
        found,
        remedy,
    })
}

/// One line a part; exit code 1 when something is wrong.
pub fn doctor(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    let mut checks = serve::runtime()?.block_on(operations::examine(&workspace));
    checks.extend(exercises(&workspace.settings));
    for check in &checks {
        let word = match check.verdict {
            Verdict::Good => "ok   ",
            Verdict::Look => "look ",
            Verdict::Wrong => "WRONG",
        };
        println!("{word} {}: {}", check.part, check.found);
        if !check.remedy.is_empty() {
            println!("      → {}", check.remedy);
        }
    }
    match checks.iter().filter(|c| c.verdict == Verdict::Wrong).count() {
        0 => Ok(()),
        wrong => Err(format!("{wrong} of {} parts are wrong", checks.len()).into()),
    }
}

pub fn availability(span: &Span) -> Outcome {
    let (workspace, _logs) = serve::open(&span.config)?;
    let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
    let now = workspace.clock.now();
    // What is not over cannot be counted.
    let (from, to) = (midnight(span.from), midnight(span.to + Days::new(1)).min(now));
    let counted =
        serve::runtime()?.block_on(workspace.db.read(move |conn| operations::availability(conn, from, to)))?;
    println!("{:.3} % of {} minutes", counted.percent(), counted.minutes);
    println!(
        "up {}, down {}, not looked {}, announced stops (left out) {}",
        counted.up, counted.down, counted.unseen, counted.announced
    );
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct Differences {
    #[command(flatten)]
    config: ConfigFile,
    /// Settle the difference of this id instead of listing; needs --by and --resolution
    #[arg(long, value_name = "ID", requires_all = ["by", "resolution"])]
    settle: Option<String>,
    /// Who settled it: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: Option<String>,
    /// How, for the record
    #[arg(long, value_name = "TEXT")]
    resolution: Option<String>,
}

fn settle(options: &Differences, id: &str) -> Outcome {
    let (workspace, _logs) = serve::open(&options.config)?;
    let (by, resolution) = (
        options.by.clone().unwrap_or_default(),
        options.resolution.clone().unwrap_or_default(),
    );
    let (difference, now) = (id.to_owned(), workspace.clock.now());
    let world = workspace.clone();
    let write = move |conn: &mut _| {
        let found = reconciliation::settle_by(conn, &world, &difference, "operator", &resolution, now)?;
        if found {
            audit::record(
                conn,
                now,
                Actor::Operator,
                "difference.settled",
                &format!("difference/{difference}"),
                &by,
            )?;
        }
        Ok::<_, Error>(found)
    };
    match serve::runtime()?.block_on(workspace.db.write(write))? {
        true => println!("settled"),
        false => return Err(format!("no open difference has the id {id:?}").into()),
    }
    Ok(())
}

pub fn differences(options: &Differences) -> Outcome {
    if let Some(id) = &options.settle {
        return settle(options, id);
    }
    let (workspace, _logs) = serve::open(&options.config)?;
    let read = |conn: &mut _| Ok::<_, Error>(reconciliation::open_differences(conn)?);
    let open = serve::runtime()?.block_on(workspace.db.read(read))?;
    for d in &open {
        let found = jst(d.found_at).format("%Y-%m-%d %H:%M");
        println!("{}  {found}  {}  {}  {}", d.id, d.kind.label(), d.attempt_id, d.detail);
    }
    println!("{} open", open.len());
    Ok(())
}

pub fn check_logs(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    let Some(folder) = &workspace.settings.log_dir else {
        return Err("log_dir is not set: the lines go to standard error, and nothing is kept".into());
    };
    let sealed = serve::runtime()?.block_on(operations::sealed_files(&workspace))?;
    let found = operations::inspect_logs(folder, &sealed)?;
    for line in &found.explained {
        println!("told by the log itself: {line}");
    }
    for finding in &found.unexplained {
        println!("{finding}");
    }
    match found.unexplained.len() {
        0 => {
            println!("no line is missing or changed; {} sealed files", sealed.len());
            Ok(())
        }
        count => Err(format!("{count} findings").into()),
    }
}

pub fn forget(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    if workspace.db.engine() == "postgres" {
        println!("PostgreSQL vacuums by itself; VACUUM FULL is for its administrator (docs/OPERATIONS.md)");
        return Ok(());
    }
    // A service beside it would refuse what it could not write in the meantime.
    let _lock = serve::lock_database(&workspace.settings)?;
    match serve::runtime()?.block_on(workspace.db.forget_deleted(u64::MAX))? {
        true => println!("done: nothing that was deleted can be read in the database's files"),
        false => return Err("another program reads the database; end it, or try again in a minute".into()),
    }
    Ok(())
}
