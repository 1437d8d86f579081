use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    audit::Actor,
    institutions::{self, Mode, ServiceMode},
    web::Error,
};

/// The two switches of the whole service (docs/OPERATIONS.md, "Stop and degraded")
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Say how the switch stands, since when, by whom and why
    Status(ConfigFile),
    /// Accept and hand off as usual
    Open(Turn),
    /// Accept applications and give receipt numbers; the hand-off to the institutions waits
    Degrade(Turn),
    /// Accept no new applications; drafts, results and look-ups stay
    Stop(Turn),
}

#[derive(Debug, clap::Args)]
pub struct Turn {
    #[command(flatten)]
    config: ConfigFile,
    /// Why, for the record
    #[arg(long)]
    reason: String,
    /// What citizens read, in Japanese; a general sentence when left out
    #[arg(long, default_value = "")]
    announcement: String,
    /// Who decided: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
}

pub fn run(command: Command) -> Outcome {
    match command {
        Command::Status(file) => status(&file),
        Command::Open(turn) => set(turn, Mode::Open),
        Command::Degrade(turn) => set(turn, Mode::Degraded),
        Command::Stop(turn) => set(turn, Mode::Stopped),
    }
}

fn status(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    let mode = serve::runtime()?.block_on(workspace.db.read(institutions::current_mode))?;
    println!("{}", mode.mode.as_str());
    if let Some(at) = mode.at {
        println!(
            "since {} JST, by {}: {}",
            crate::clock::jst(at).format("%Y-%m-%d %H:%M"),
            mode.decided_by,
            mode.reason
        );
    }
    if let Some(notice) = mode.notice() {
        println!("citizens read: {notice}");
    }
    Ok(())
}

fn set(turn: Turn, mode: Mode) -> Outcome {
    if turn.reason.trim().is_empty() || turn.by.trim().is_empty() {
        return Err("--reason and --by must not be empty: the switch is part of the record".into());
    }
    let (workspace, _logs) = serve::open(&turn.config)?;
    let now = workspace.clock.now();
    let asked = ServiceMode {
        mode,
        reason: turn.reason,
        announcement: turn.announcement,
        decided_by: turn.by,
        at: None,
    };
    let write = move |conn: &mut _| institutions::set_mode(conn, Actor::Operator, &asked, now);
    serve::runtime()?.block_on(workspace.db.write::<_, Error>(write))?;
    status(&turn.config)
}
