//! The command line, a file per subcommand.
mod alarms;
mod backup;
mod corrections;
mod demo;
mod export;
mod import;
mod inspect;
mod jobs;
mod keys;
mod manuals;
mod serve;
mod service;
mod simulator;
mod staff;
mod stops;
mod training;

use clap::{Args, Parser, Subcommand};
use rustix::process::{Resource, Rlimit};
use std::{error::Error, path::PathBuf, process::ExitCode};

/// 水窓: the water window. Direct-debit applications of a municipal waterworks bureau on the web.
#[derive(Debug, Parser)]
#[command(name = "mizumado", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the public site and run the jobs
    Serve(ConfigFile),
    /// Start everything on loopback with SQLite and invented data: site, gateway simulator, mail viewer
    Demo(demo::Options),
    /// Bring the database up to date and fill the tables that ship with the program
    Migrate(ConfigFile),
    /// Play the gateway and thirteen look-alike institutions (docs/GATEWAY.md, section 8)
    GatewaySimulator(simulator::Simulator),
    /// Make keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Write files for the bureau
    #[command(subcommand)]
    Export(export::Command),
    /// Read files from the gateway or the bureau
    #[command(subcommand)]
    Import(import::Command),
    /// Make an encrypted backup now, restore it to a scratch place and check it there
    Backup(backup::Backup),
    /// Put a backup back (docs/OPERATIONS.md, Restore)
    Restore(backup::Restore),
    /// Make what was deleted unreadable in the database's files now, whatever their size (SQLite); the service must be stopped
    Forget(ConfigFile),
    /// Stop accepting, accept and hand off later, or open again
    #[command(subcommand)]
    Service(service::Command),
    /// Announce closed times of institutions and of the whole service
    #[command(subcommand)]
    Stops(stops::Command),
    /// Look at every part the service hangs on, and say what to do
    Doctor(ConfigFile),
    /// Count the minutes in which the service answered
    Availability(inspect::Span),
    /// List, or settle, the open differences between us, the gateway's files and the first debits
    Differences(inspect::Differences),
    /// Propose and decide corrections of results, by two people
    #[command(subcommand)]
    Corrections(corrections::Command),
    /// List alarms, and note who looks after them
    #[command(subcommand)]
    Alarms(alarms::Command),
    /// List waiting and failed jobs, and try failed ones again
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// The people of the console: invite the first one, list, suspend
    #[command(subcommand)]
    Staff(staff::Command),
    /// The practice site
    #[command(subcommand)]
    Training(training::Command),
    /// Write the manuals and papers as files, for PDF and Word (make deliverables)
    Manuals(manuals::Manuals),
    /// Check the log files
    #[command(subcommand)]
    Logs(inspect::Logs),
    /// Check the audit chain
    #[command(subcommand)]
    Audit(AuditCommand),
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Walk the whole chain, hold it against the signed checkpoints, and name the first entry that does not follow
    Verify(VerifyAudit),
    /// Print the signed checkpoints, one line a day, to be kept elsewhere
    Checkpoints(ConfigFile),
    /// Seal the end of the chain anew, after somebody has looked into why it did not fit
    Reseal(Reseal),
}

#[derive(Debug, Args)]
struct Reseal {
    #[command(flatten)]
    config: ConfigFile,
    /// 職員番号 of who decided it
    #[arg(long, value_name = "NUMBER")]
    by: String,
}

#[derive(Debug, Args)]
struct VerifyAudit {
    #[command(flatten)]
    config: ConfigFile,
    /// Checkpoints that were kept elsewhere: the output of `audit checkpoints`
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
}

/// Where the settings are.
#[derive(Clone, Debug, Args)]
struct ConfigFile {
    /// The settings file
    #[arg(long, value_name = "FILE", default_value = "config/mizumado.toml")]
    config: PathBuf,
}

type Outcome = Result<(), Box<dyn Error>>;

/// Runs a command; an error is one sentence on standard error and exit code 1.
pub fn run(cli: Cli) -> ExitCode {
    // Whatever is written here is for the program's own user: database, logs, mails, exports.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // As many connections as the system lets us have; shells give fewer by default.
    let files = rustix::process::getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: files.maximum,
        ..files
    };
    // Where it is not allowed, the default stays.
    let _ = rustix::process::setrlimit(Resource::Nofile, most);
    // Both TLS users (gateway client, SMTP) take ring; another choice by a dependency would be a surprise.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = match cli.command {
        Command::Serve(file) => serve::serve(&file),
        Command::Migrate(file) => serve::migrate(&file),
        Command::Demo(options) => demo::run(options),
        Command::GatewaySimulator(options) => simulator::run(options),
        Command::Keys(command) => keys::run(command),
        Command::Export(command) => export::run(command),
        Command::Import(command) => import::run(command),
        Command::Backup(file) => backup::make(&file),
        Command::Restore(options) => backup::restore(&options),
        Command::Forget(file) => inspect::forget(&file),
        Command::Service(command) => service::run(command),
        Command::Stops(command) => stops::run(command),
        Command::Doctor(file) => inspect::doctor(&file),
        Command::Availability(span) => inspect::availability(&span),
        Command::Differences(options) => inspect::differences(&options),
        Command::Corrections(command) => corrections::run(command),
        Command::Alarms(command) => alarms::run(command),
        Command::Jobs(command) => jobs::run(command),
        Command::Staff(command) => staff::run(command),
        Command::Training(command) => training::run(command),
        Command::Manuals(options) => manuals::run(&options),
        Command::Logs(inspect::Logs::Check(file)) => inspect::check_logs(&file),
        Command::Audit(AuditCommand::Verify(options)) => serve::verify_audit(&options),
        Command::Audit(AuditCommand::Checkpoints(file)) => serve::list_checkpoints(&file),
        Command::Audit(AuditCommand::Reseal(options)) => serve::reseal_audit(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mizumado: {error}");
            ExitCode::FAILURE
        }
    }
}
