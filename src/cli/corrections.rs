use super::{ConfigFile, Outcome, serve, staff};
use crate::{
    accounts::{self, Permission, Role, Verdict},
    audit::Actor,
    clock::jst,
    db::Conn,
    enrolment::{
        CorrectedResult,
        correction::{self, By, CorrectionError, Proposal},
        id_of_receipt,
    },
    web::Error,
    workspace::Workspace,
};

/// Corrections by two people
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the proposals that nobody has decided, with note and evidence
    List(ConfigFile),
    /// Propose to correct a result
    Propose(Propose),
    /// Approve a proposal; not by the person who made it
    Approve(Decide),
    /// Refuse a proposal, and say why to the person who made it
    Refuse(Refuse),
}

#[derive(Debug, clap::Args)]
pub struct Propose {
    #[command(flatten)]
    config: ConfigFile,
    /// 受付番号
    #[arg(long, value_name = "NUMBER")]
    receipt: String,
    /// What is true: registered or not_registered
    #[arg(long, value_parser = ["registered", "not_registered"])]
    result: String,
    /// Why
    #[arg(long)]
    note: String,
    /// What it rests on
    #[arg(long)]
    evidence: String,
    /// Who proposes: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
}

#[derive(Debug, clap::Args)]
pub struct Decide {
    #[command(flatten)]
    config: ConfigFile,
    /// Who decides: the 職員番号
    #[arg(long, value_name = "NUMBER", value_parser = staff::number)]
    by: String,
    /// The id that `list` shows
    id: String,
}

#[derive(Debug, clap::Args)]
pub struct Refuse {
    #[command(flatten)]
    decide: Decide,
    /// Why not
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
}

pub fn run(command: Command) -> Outcome {
    match command {
        Command::List(file) => list(&file),
        Command::Propose(options) => propose(options),
        Command::Approve(options) => decide(options, Verdict::Approved),
        Command::Refuse(options) => decide(options.decide, Verdict::Refused(options.reason)),
    }
}

fn list(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    for proposal in serve::runtime()?.block_on(workspace.db.read(correction::open))? {
        let (note, evidence) = proposal.note_and_evidence(&workspace.keys)?;
        let at = jst(proposal.proposed_at).format("%Y-%m-%d %H:%M");
        println!(
            "{}  application/{}  → {}  {at} by {}",
            proposal.id,
            proposal.application_id,
            proposal.result.as_str(),
            proposal.proposed_by
        );
        println!("    {note}\n    {evidence}");
    }
    Ok(())
}

/// The person who has a 職員番号, in the word by which the console knows them too: at whichever of the two somebody proposes
/// and decides, it is the same one. They need the role that the console asks for, too.
fn person(workspace: &Workspace, code: &str, needed: Permission) -> Result<String, Box<dyn std::error::Error>> {
    let by = staff::decided_by(workspace, Some(code))?.unwrap_or_default();
    let id = by.trim_start_matches("staff/").to_owned();
    let read = move |conn: &mut Conn| accounts::roles_of(conn, &id);
    let roles = serve::runtime()?.block_on(workspace.db.read::<_, Error>(read))?;
    if accounts::allows(&roles, needed) {
        return Ok(by);
    }
    Err(format!(
        "--by {code}: this person may not do that; it needs the role {}, and `mizumado staff list` shows who has which",
        holders(needed)
    )
    .into())
}

/// The words of the roles that have a permission.
fn holders(needed: Permission) -> String {
    let row = accounts::PERMISSIONS
        .iter()
        .find(|(permission, ..)| *permission == needed);
    let roles: &[Role] = match row {
        Some((_, _, roles)) => roles,
        None => &[],
    };
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    words.join(" or ")
}

/// Whoever types at the server.
fn typed(name: &str) -> By<'_> {
    By {
        name,
        actor: Actor::Operator,
    }
}

fn propose(options: Propose) -> Outcome {
    let (workspace, _logs) = serve::open(&options.config)?;
    let by = person(&workspace, &options.by, Permission::HandleApplications)?;
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let result = CorrectedResult::from_word(&options.result).unwrap_or(CorrectedResult::Registered);
    let write = move |conn: &mut _| {
        let application_id = id_of_receipt(conn, &options.receipt)?.ok_or(Error::NotFound)?;
        let proposal = Proposal {
            application_id: &application_id,
            result,
            note: &options.note,
            evidence: &options.evidence,
            by: typed(&by),
        };
        correction::propose(conn, &world, &proposal, now)
    };
    let id = serve::runtime()?.block_on(workspace.db.write::<_, CorrectionError>(write))?;
    println!("proposed: {id}; another person approves it with `mizumado corrections approve`");
    Ok(())
}

fn decide(options: Decide, verdict: Verdict) -> Outcome {
    let (workspace, _logs) = serve::open(&options.config)?;
    let by = person(&workspace, &options.by, Permission::ApproveCorrections)?;
    let (world, now, approve) = (workspace.clone(), workspace.clock.now(), verdict.is_approval());
    let write = move |conn: &mut _| correction::decide(conn, &world, (&options.id, &verdict), typed(&by), now);
    serve::runtime()?.block_on(workspace.db.write::<_, CorrectionError>(write))?;
    println!(
        "{}",
        if approve {
            "approved: the application is corrected"
        } else {
            "refused"
        }
    );
    Ok(())
}
