use super::{ConfigFile, Outcome, serve};
use crate::{japan::date::parse_compact, reconciliation, web::Error};
use chrono::NaiveDate;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read a gateway's daily file; each line makes mizumado ask about that attempt (the file itself decides nothing)
    DailyFile(DailyFile),
    /// Read the results of first debits from the billing system (番号,振替日,振替結果コード)
    FirstDebits(FirstDebits),
}

#[derive(Debug, clap::Args)]
pub struct FirstDebits {
    #[command(flatten)]
    config: ConfigFile,
    /// CSV in UTF-8 or Shift_JIS; 番号 is 受付番号 or お問い合わせ番号
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub struct DailyFile {
    #[command(flatten)]
    config: ConfigFile,
    /// The gateway's id in the settings
    #[arg(long)]
    gateway: String,
    /// The day the file is about, 2026-11-21 or 20261121
    #[arg(long, value_name = "DAY", value_parser = day)]
    date: NaiveDate,
    /// The file; asked of the gateway itself when left out
    file: Option<PathBuf>,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_compact(text).ok_or_else(|| format!("{text:?} is no day; write 2026-11-21"))
}

pub fn run(command: Command) -> Outcome {
    match command {
        Command::DailyFile(options) => daily_file(&options),
        Command::FirstDebits(options) => first_debits(&options),
    }
}

fn daily_file(options: &DailyFile) -> Outcome {
    let (workspace, _logs) = serve::open(&options.config)?;
    let adapter = workspace
        .gateways
        .find(&options.gateway)
        .ok_or_else(|| format!("no [[gateway]] has the id {:?}", options.gateway))?;
    let runtime = serve::runtime()?;
    let lines = match &options.file {
        Some(path) => adapter.import_daily_file(options.date, &read(path)?)?,
        None => runtime.block_on(adapter.fetch_daily(options.date))?,
    };
    let count = lines.len();
    let taken = reconciliation::take_file(&workspace, &options.gateway, options.date, lines);
    let hints = runtime.block_on(taken)?;
    println!("{count} lines read, {hints} of them make mizumado ask");
    Ok(())
}

fn first_debits(options: &FirstDebits) -> Outcome {
    let debits = reconciliation::read_first_debits(&read(&options.file)?)?;
    let (workspace, _logs) = serve::open(&options.config)?;
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let import = move |conn: &mut _| reconciliation::import_first_debits(conn, &world, &debits, now);
    let imported = serve::runtime()?.block_on(workspace.db.write::<_, Error>(import))?;
    println!(
        "{} lines read, {} known before, {} new differences",
        imported.lines, imported.again, imported.differences
    );
    for line in imported.unmatched {
        println!("line {line}: no registered application has this number");
    }
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}
