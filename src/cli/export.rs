use super::{ConfigFile, Outcome, serve};
use crate::{
    audit::{self, Actor},
    clock::{jst, utc_from_jst},
    deliveries::{Context, FileWriter, Layout, Row},
    enrolment,
    japan::date::parse_compact,
    web::Error,
};
use chrono::{Days, NaiveDate, NaiveTime};
use std::{
    fs::{OpenOptions, Permissions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::PathBuf,
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write the results decided on the days FROM to TO (JST, both included) as CSV
    Results(Results),
}

#[derive(Debug, clap::Args)]
pub struct Results {
    #[command(flatten)]
    config: ConfigFile,
    /// First day, 2026-11-21 or 20261121
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: NaiveDate,
    /// Last day
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: NaiveDate,
    /// The layout file (docs/LAYOUTS.md)
    #[arg(long, value_name = "FILE")]
    layout: PathBuf,
    /// The CSV to write; what could not be written as typed goes to FILE.report.csv
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_compact(text).ok_or_else(|| format!("{text:?} is no day; write 2026-11-21"))
}

pub fn run(command: Command) -> Outcome {
    let Command::Results(options) = command;
    let layout = Layout::load(&options.layout)?;
    let (workspace, _logs) = serve::open(&options.config)?;
    let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
    let (from, to) = (midnight(options.from), midnight(options.to + Days::new(1)));
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let detail = format!("{} {}–{}", layout.name, options.from, options.to);
    let records = serve::runtime()?.block_on(async {
        // First the record, in a short transaction of its own: reading and opening thousands of rows must keep nobody waiting.
        let record = move |conn: &mut _| {
            let action = "results.exported";
            Ok::<_, Error>(audit::record(conn, now, Actor::Operator, action, "results", &detail)?)
        };
        workspace.db.write(record).await?;
        workspace
            .db
            .read(move |conn| enrolment::results(conn, &world, from, to))
            .await
    })?;
    let context = Context {
        batch_number: 0,
        delivery_date: options.to,
        made_at: jst(workspace.clock.now()),
        layout_version: 0,
    };
    let (mut file, mut findings) = (vec![], vec![]);
    let mut writer = FileWriter::new(&layout, context, &mut file).with_report(&mut findings);
    for record in &records {
        writer.row(record as &dyn Row)?;
    }
    let totals = writer.finish()?;
    write(&options.out, &file)?;
    println!("{} rows written to {}", totals.rows, options.out.display());
    let mut report = options.out.clone().into_os_string();
    report.push(".report.csv");
    let report = PathBuf::from(report);
    match findings.is_empty() {
        // An older run's report would speak of another file.
        true if report.exists() => std::fs::remove_file(&report)?,
        true => {}
        false => {
            write(&report, &findings)?;
            println!("{} findings, see {}", totals.findings_total, report.display());
        }
    }
    Ok(())
}

/// Personal data: only the owner may read it.
fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), String> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    let owner_only = Permissions::from_mode(0o600);
    file.and_then(|mut f| {
        // The mode above is for a new file; one that stood there may have been open to others.
        f.set_permissions(owner_only)?;
        f.write_all(bytes)?;
        f.sync_all()
    })
    .map_err(|e| format!("{} cannot be written: {e}", path.display()))
}
