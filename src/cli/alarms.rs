use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    alarms,
    audit::{self, Actor},
    clock::jst,
    web::Error,
};

/// What a person must look at
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the open alarms, newest first
    List(ConfigFile),
    /// Note that somebody has seen an alarm and looks after it
    Acknowledge(Acknowledge),
    /// End an alarm whose cause somebody has settled (those of thresholds end by themselves)
    Settle(Acknowledge),
}

#[derive(Debug, clap::Args)]
pub struct Acknowledge {
    #[command(flatten)]
    config: ConfigFile,
    /// Who looks after it: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
    /// The id that `list` shows
    id: String,
}

pub fn run(command: Command) -> Outcome {
    match command {
        Command::List(file) => list(&file),
        Command::Acknowledge(acknowledge) => note(acknowledge, false),
        Command::Settle(acknowledge) => note(acknowledge, true),
    }
}

fn list(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    let open = serve::runtime()?.block_on(workspace.db.read(|conn| Ok::<_, Error>(alarms::open_alarms(conn)?)))?;
    for alarm in &open {
        let seen = match (&alarm.acknowledged_by, alarm.acknowledged_at) {
            (Some(by), Some(at)) => format!("seen by {by} {}", jst(at).format("%m-%d %H:%M")),
            _ => "not seen".to_owned(),
        };
        let (first, last) = (jst(alarm.first_at), jst(alarm.last_at));
        println!(
            "{}  {}  {} – {} ({}×)  {seen}",
            alarm.id,
            alarm.key,
            first.format("%Y-%m-%d %H:%M"),
            last.format("%m-%d %H:%M"),
            alarm.times
        );
        println!("    {} {}", alarm.message, alarm.subject);
    }
    println!("{} open", open.len());
    Ok(())
}

fn note(acknowledge: Acknowledge, settled: bool) -> Outcome {
    let (workspace, _logs) = serve::open(&acknowledge.config)?;
    let (id, by, now) = (acknowledge.id.clone(), acknowledge.by, workspace.clock.now());
    let write = move |conn: &mut _| {
        let (seen, action) = match settled {
            false => (alarms::acknowledge(conn, &id, &by, now)?, "alarm.acknowledged"),
            true => (alarms::settle(conn, &id, now)?, "alarm.settled"),
        };
        if seen {
            audit::record(conn, now, Actor::Operator, action, &format!("alarm/{id}"), &by)?;
        }
        Ok::<_, Error>(seen)
    };
    match serve::runtime()?.block_on(workspace.db.write(write))? {
        true => println!("noted"),
        false => return Err(format!("{:?} is no open alarm for this", acknowledge.id).into()),
    }
    Ok(())
}
