use super::{ConfigFile, Outcome, serve, staff};
use crate::{audit, clock::jst, jobs, web::Error};

/// The durable queue
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the jobs that wait, or those that were laid aside
    List(List),
    /// Try a job that was laid aside again
    Retry(Retry),
}

#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    config: ConfigFile,
    /// Those that were laid aside after too many tries
    #[arg(long)]
    dead: bool,
}

#[derive(Debug, clap::Args)]
pub struct Retry {
    #[command(flatten)]
    config: ConfigFile,
    /// Who decided: the 職員番号. Left out only while nobody is registered and active
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: Option<String>,
    /// The id that `list --dead` shows
    id: String,
}

const MOST: i64 = 200;

pub fn run(command: Command) -> Outcome {
    match command {
        Command::List(list) => show(&list),
        Command::Retry(retry) => revive(retry),
    }
}

fn show(list: &List) -> Outcome {
    let (workspace, _logs) = serve::open(&list.config)?;
    let dead = list.dead;
    let read = move |conn: &mut _| match dead {
        true => Ok::<_, Error>(jobs::dead(conn, MOST)?),
        false => Ok(jobs::waiting(conn, MOST)?),
    };
    let rows = serve::runtime()?.block_on(workspace.db.read(read))?;
    for job in &rows {
        let at = jst(job.dead_at.unwrap_or(job.run_at)).format("%Y-%m-%d %H:%M:%S");
        println!(
            "{}  {}  {at}  {} tries  {}",
            job.id,
            job.kind,
            job.attempts,
            job.last_error.as_deref().unwrap_or("")
        );
    }
    println!("{} {}", rows.len(), if dead { "laid aside" } else { "waiting" });
    Ok(())
}

fn revive(retry: Retry) -> Outcome {
    let (workspace, _logs) = serve::open(&retry.config)?;
    let by = staff::decided_by(&workspace, retry.by.as_deref())?;
    let (id, now) = (retry.id.clone(), workspace.clock.now());
    let write = move |conn: &mut _| {
        let found = jobs::revive(conn, &id, now)?;
        if found {
            let actor = staff::typed(by.as_deref());
            audit::record(conn, now, actor, "job.retried", &format!("job/{id}"), "")?;
        }
        Ok::<_, Error>(found)
    };
    match serve::runtime()?.block_on(workspace.db.write(write))? {
        true => println!("it will be tried again at once"),
        false => return Err(format!("no job that was laid aside has the id {:?}", retry.id).into()),
    }
    Ok(())
}
