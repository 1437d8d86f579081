use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    audit,
    clock::{jst, utc_from_jst},
    crypto::sha256_hex,
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
    /// Why, for the record: inquiry, institution, billing, correction or other
    #[arg(long, value_name = "WORD", value_parser = reason)]
    reason: String,
    /// Who decided: the 職員番号. Left out only while nobody is registered and active
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: Option<String>,
}

/// A word of the reasons for which somebody looks at what is masked: what people write freely may name a person, and the
/// record is for ever.
fn reason(word: &str) -> Result<String, String> {
    let words: Vec<&str> = enrolment::REVEAL_REASONS.iter().map(|(word, _)| *word).collect();
    match words.contains(&word) {
        true => Ok(word.to_owned()),
        false => Err(format!("{word:?} is no reason; use one of {}", words.join(", "))),
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_compact(text).ok_or_else(|| format!("{text:?} is no day; write 2026-11-21"))
}

pub fn run(command: Command) -> Outcome {
    let Command::Results(options) = command;
    let layout = Layout::load(&options.layout)?;
    let (workspace, _logs) = serve::open(&options.config)?;
    let by = staff::decided_by(&workspace, options.by.as_deref())?;
    let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
    let (from, to) = (midnight(options.from), midnight(options.to + Days::new(1)));
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let read = move |conn: &mut _| enrolment::results(conn, &world, from, to);
    let records = serve::runtime()?.block_on(workspace.db.read(read))?;
    let context = Context {
        batch_number: 0,
        delivery_date: options.to,
        made_at: jst(now),
        layout_version: 0,
    };
    let (mut file, mut findings) = (vec![], vec![]);
    let mut writer = FileWriter::new(&layout, context, &mut file).with_report(&mut findings);
    for record in &records {
        writer.row(record as &dyn Row)?;
    }
    let totals = writer.finish()?;
    // Before the first byte leaves; in a transaction of its own, so that reading thousands of rows kept nobody waiting.
    let (rows, sum) = (totals.rows, sha256_hex(&file));
    let (from, to, reason) = (options.from, options.to, &options.reason);
    let detail = format!("{rows} rows {from}–{to} {} sha256 {sum} {reason}", layout.name);
    let record = move |conn: &mut _| {
        let actor = staff::typed(by.as_deref());
        Ok::<_, Error>(audit::record(conn, now, actor, "results.exported", "results", &detail)?)
    };
    serve::runtime()?.block_on(workspace.db.write(record))?;
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
