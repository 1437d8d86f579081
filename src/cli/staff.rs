use super::{ConfigFile, Outcome, serve};
use crate::{
    accounts::{self, PersonForm, Role},
    audit::{self, Actor},
    clock::jst,
    db::Conn,
    web::Error,
    workspace::Workspace,
};
use chrono::Duration;

/// People of the console
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Register a person if need be, and print a one-time invitation to enrol a passkey
    Invite(Invite),
    /// List everybody with roles and state
    List(ConfigFile),
    /// Let a person in no more, from the next request on
    Suspend(Who),
    /// Let a suspended person in again
    Reinstate(Who),
}

#[derive(Debug, clap::Args)]
pub struct Invite {
    #[command(flatten)]
    config: ConfigFile,
    /// 職員番号
    #[arg(long, value_name = "NUMBER")]
    code: String,
    /// 氏名; only for a person who is not registered yet
    #[arg(long)]
    name: Option<String>,
    /// 所属
    #[arg(long, default_value = "")]
    unit: String,
    /// What the person is; may be given several times
    #[arg(long = "role", value_parser = role)]
    roles: Vec<Role>,
    /// Who decided: the 職員番号. Left out only for the first one, while nobody is registered and active
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    by: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Who {
    #[command(flatten)]
    config: ConfigFile,
    /// 職員番号
    #[arg(long, value_name = "NUMBER")]
    code: String,
    /// Who decided: the 職員番号. Left out only while nobody is registered and active
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    by: Option<String>,
}

fn role(word: &str) -> Result<Role, String> {
    let all: Vec<&str> = Role::ALL.iter().map(|r| r.as_str()).collect();
    Role::from_word(word).ok_or_else(|| format!("{word:?} is no role; use one of {}", all.join(", ")))
}

/// What `--by` of any command takes: the 職員番号, never a name. What is typed there stands in the record in clear and for
/// ever, and names of staff are sealed.
pub fn number(word: &str) -> Result<String, String> {
    match accounts::is_code(word) {
        true => Ok(word.to_owned()),
        false => Err(
            "give the 職員番号 of who decides (a-z, A-Z, 0-9 and -, at most 20), not a name; `mizumado staff list` shows it"
                .into(),
        ),
    }
}

/// Who decided, in the word by which the console knows them, too: `staff/ID` of the 職員番号 behind `--by`. It may be left
/// out only while nobody could be named.
pub fn decided_by(workspace: &Workspace, code: Option<&str>) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let asked = code.map(str::to_owned);
    let read = move |conn: &mut Conn| {
        let found = match asked {
            Some(code) => accounts::find_by_code(conn, &code)?.filter(|person| person.active),
            None => None,
        };
        let is_anybody = accounts::everybody(conn)?.iter().any(|person| person.active);
        Ok::<_, Error>((found, is_anybody))
    };
    let (found, is_anybody) = serve::runtime()?.block_on(workspace.db.read(read))?;
    match (found, code) {
        (Some(person), _) => Ok(Some(format!("staff/{}", person.id))),
        (None, Some(code)) => Err(format!(
            "--by {code}: nobody who is registered and active has this 職員番号; `mizumado staff list` shows who is registered"
        )
        .into()),
        (None, None) if is_anybody => {
            Err("--by is missing: give the 職員番号 of who decided this; `mizumado staff list` shows it".into())
        }
        (None, None) => Ok(None),
    }
}

/// Whoever types at the server, and who decided it.
pub fn typed(by: Option<&str>) -> Actor<'_> {
    by.map_or(Actor::Operator, Actor::OperatorFor)
}

pub fn run(command: Command) -> Outcome {
    match command {
        Command::Invite(options) => invite(options),
        Command::List(file) => list(&file),
        Command::Suspend(who) => set_active(&who, false),
        Command::Reinstate(who) => set_active(&who, true),
    }
}

/// The address of a fresh invitation; the person is registered when `person.name` says so.
pub async fn invitation(workspace: &Workspace, person: PersonForm, by: Option<String>) -> Result<String, Error> {
    let (world, now) = (workspace.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let known = accounts::find_by_code(conn, &person.code)?;
        let id = match known {
            Some(known) => known.id,
            None => accounts::add_person(conn, &world, &typed(by.as_deref()), &person, now)?,
        };
        accounts::invite(conn, &world, &id, typed(by.as_deref()), now)
    };
    let token = workspace.db.write(write).await?;
    let url = workspace.settings.console.as_ref().map(|c| c.url.as_str());
    let url = url.unwrap_or("(console.url)").trim_end_matches('/');
    Ok(format!("{url}/enrolments/{token}"))
}

fn invite(options: Invite) -> Outcome {
    let (workspace, _logs) = serve::open(&options.config)?;
    if workspace.settings.console.is_none() {
        return Err(
            "there is no [console] in the settings: set console.listen, console.url and console.networks".into(),
        );
    }
    let by = decided_by(&workspace, options.by.as_deref())?;
    let code = options.code.clone();
    let read = move |conn: &mut Conn| {
        let known = accounts::find_by_code(conn, &code)?;
        let replaces = match &known {
            Some(person) => accounts::can_come_in(conn, &person.id)?,
            None => false,
        };
        Ok::<_, Error>((known, replaces))
    };
    let (known, replaces) = serve::runtime()?.block_on(workspace.db.read(read))?;
    let person = PersonForm {
        code: options.code,
        name: options.name.unwrap_or_default(),
        unit: options.unit,
        roles: options.roles,
    };
    match known {
        None => {
            if let Some(error) = person.errors().first() {
                return Err(format!("{} (--code --name --role)", error.message).into());
            }
        }
        Some(known) if !known.active => {
            return Err("this person is suspended; `mizumado staff reinstate` comes first".into());
        }
        Some(_) if !person.roles.is_empty() => {
            return Err("this person is registered; roles are changed at the console (or leave --role out)".into());
        }
        Some(_) => {}
    }
    let url = serve::runtime()?.block_on(invitation(&workspace, person, by))?;
    let until = jst(workspace.clock.now() + Duration::hours(72)).format("%Y-%m-%d %H:%M");
    println!("{url}");
    println!("one key can be enrolled there, until {until} (JST)");
    if replaces {
        println!("that ends the keys, recovery codes and sessions which the person has, and the person is told of it");
    }
    Ok(())
}

fn list(file: &ConfigFile) -> Outcome {
    let (workspace, _logs) = serve::open(file)?;
    let world = workspace.clone();
    let lines = serve::runtime()?.block_on(workspace.db.read(move |conn: &mut Conn| {
        let people = accounts::everybody(conn)?;
        let line = |person: &accounts::Person, conn: &mut Conn| {
            let roles = accounts::roles_of(conn, &person.id)?;
            let roles: Vec<&str> = roles.iter().map(|r| r.as_str()).collect();
            let state = if person.active { "active" } else { "suspended" };
            let name = person.name(&world.keys)?;
            Ok::<_, Error>(format!("{}  {name}  {state}  {}", person.code, roles.join(",")))
        };
        people.iter().map(|p| line(p, conn)).collect::<Result<Vec<_>, _>>()
    }))?;
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn set_active(who: &Who, active: bool) -> Outcome {
    let (workspace, _logs) = serve::open(&who.config)?;
    let by = decided_by(&workspace, who.by.as_deref())?;
    let (now, code) = (workspace.clock.now(), who.code.clone());
    let write = move |conn: &mut Conn| {
        let person = accounts::find_by_code(conn, &code)?.ok_or(Error::NotFound)?;
        let (action, done) = match active {
            true => (
                "staff.reinstated",
                accounts::reinstate(conn, &person.id, now).map(|()| true)?,
            ),
            false => ("staff.suspended", accounts::suspend(conn, &person.id, now)?),
        };
        if done {
            let (actor, subject) = (typed(by.as_deref()), format!("staff/{}", person.id));
            audit::record(conn, now, actor, action, &subject, "")?;
        }
        Ok::<_, Error>(done)
    };
    if !serve::runtime()?.block_on(workspace.db.write(write))? {
        return Err("nobody else administers the staff; register another administrator first".into());
    }
    println!(
        "{} {}",
        who.code,
        if active {
            "may be invited again"
        } else {
            "is signed out and may not sign in"
        }
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_is_told_by_number_and_never_by_name() {
        for number_of_staff in ["9001", "toban-1"] {
            assert_eq!(number(number_of_staff).as_deref(), Ok(number_of_staff));
        }
        for name in ["佐藤", "小杉 五月", "Sato Ichiro", "", "９００１"] {
            assert!(number(name).is_err(), "{name}");
        }
    }
}
