use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    audit::{self, Actor},
    clock::jst,
    institutions::{self, Closure, Openings, Regular, hours::Rule},
    web::Error,
};

/// Closed times of institutions and of the whole service (docs/OPERATIONS.md, "Hours")
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the announced stops and the closed times that come again, with their ids
    List(ConfigFile),
    /// Announce a closed time: `2026-12-05 22:00-2026-12-06 6:00`, `第3日曜 21:00-翌7:00`, `毎日 23:55-翌0:05` …
    Add(Add),
    /// Take a closed time back
    Withdraw(Withdraw),
}

#[derive(Debug, clap::Args)]
pub struct Add {
    #[command(flatten)]
    config: ConfigFile,
    /// The institution's code (4 digits); the whole service when left out
    #[arg(long, value_name = "CODE")]
    institution: Option<String>,
    /// What citizens read as the reason, in Japanese
    #[arg(long)]
    reason: String,
    /// Who decided: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
    /// When (JST)
    rule: String,
}

#[derive(Debug, clap::Args)]
pub struct Withdraw {
    #[command(flatten)]
    config: ConfigFile,
    /// Who decided: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
    /// The id that `list` shows
    id: String,
}

pub fn run(command: Command) -> Outcome {
    match command {
        Command::List(file) => list(&file),
        Command::Add(add) => announce(add),
        Command::Withdraw(withdraw) => take_back(withdraw),
    }
}

fn list(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    let now = workspace.clock.now();
    let openings = serve::runtime()?.block_on(workspace.db.read(move |conn| Openings::read(conn, now)))?;
    let whose = |code: &Option<String>| code.clone().unwrap_or("全体".into());
    for stop in &openings.stops {
        let (from, to) = (jst(stop.starts_at), jst(stop.ends_at));
        println!(
            "{}  {}  {}–{}  {}",
            stop.id,
            whose(&stop.institution_code),
            from.format("%Y-%m-%d %H:%M"),
            to.format("%Y-%m-%d %H:%M"),
            stop.reason
        );
    }
    for regular in &openings.regular {
        println!(
            "{}  {}  {}  {}",
            regular.id,
            whose(&regular.institution_code),
            regular.rule,
            regular.reason
        );
    }
    if openings.stops.is_empty() && openings.regular.is_empty() {
        println!("no closed time is announced");
    }
    Ok(())
}

fn announce(add: Add) -> Outcome {
    let rule = Rule::parse(&add.rule)?;
    let (workspace, _logs) = serve::open(&add.config)?;
    let now = workspace.clock.now();
    let id = ulid::Ulid::generate().to_string();
    let detail = format!("{} {} {rule}", add.by, add.institution.as_deref().unwrap_or("service"));
    let shown = id.clone();
    let write = move |conn: &mut _| {
        if let Some(code) = &add.institution
            && institutions::find(conn, code)?.is_none()
        {
            return Err(Error::Internal(format!("no institution has the code {code}")));
        }
        match rule.only_window() {
            Some(window) => {
                let closure = Closure {
                    id: id.clone(),
                    institution_code: add.institution,
                    starts_at: window.starts_at,
                    ends_at: window.ends_at,
                    reason: add.reason,
                    owner: None,
                };
                institutions::add_closure(conn, &closure, now)?;
            }
            None => {
                let regular = Regular {
                    id: id.clone(),
                    institution_code: add.institution,
                    rule,
                    reason: add.reason,
                };
                institutions::add_rule(conn, &regular, now)?;
            }
        }
        Ok(audit::record(
            conn,
            now,
            Actor::Operator,
            "closure.announced",
            &format!("closure/{id}"),
            &detail,
        )?)
    };
    serve::runtime()?.block_on(workspace.db.write(write))?;
    println!("announced: {shown}");
    Ok(())
}

fn take_back(withdraw: Withdraw) -> Outcome {
    let (workspace, _logs) = serve::open(&withdraw.config)?;
    let now = workspace.clock.now();
    let (id, by) = (withdraw.id.clone(), withdraw.by);
    let write = move |conn: &mut _| {
        let found = institutions::withdraw_closure(conn, &id, None, now)?;
        if found {
            audit::record(
                conn,
                now,
                Actor::Operator,
                "closure.withdrawn",
                &format!("closure/{id}"),
                &by,
            )?;
        }
        Ok::<_, Error>(found)
    };
    match serve::runtime()?.block_on(workspace.db.write(write))? {
        true => println!("withdrawn"),
        false => {
            return Err(format!(
                "no closed time that was announced by itself has the id {:?}; `mizumado stops list` shows them. One of an outage or an incident is taken back at its own page of the console",
                withdraw.id
            )
            .into());
        }
    }
    Ok(())
}
