//! What the steps need from the tables: institutions with their readiness, towns, branches.
use super::visitor::Visitor;
use crate::{
    enrolment::{
        answers::Answers,
        views::{self, BankChoice, Towns},
    },
    institutions::{self, Branch, Leaving, Openings, Readiness},
    japan::digits::digits,
    web::Error,
    workspace::Workspace,
};

/// Branches shown at once (P7).
const BRANCHES: i64 = 20;

/// When the chosen institution opens again, if it is closed now.
pub async fn closed_until(workspace: &Workspace, visitor: &Visitor) -> Result<Option<String>, Error> {
    let now = workspace.clock.now();
    let openings = workspace.db.read(move |conn| Openings::read(conn, now)).await?;
    Ok(match openings.readiness(visitor.answers.get("institution"), now) {
        Readiness::ClosedUntil(at) => Some(views::when(at)),
        _ => None,
    })
}

/// The institutions to choose from, and those that cannot be chosen any more.
pub async fn bank_choices(workspace: &Workspace) -> Result<(Vec<BankChoice>, Vec<Leaving>), Error> {
    let now = workspace.clock.now();
    let today = crate::clock::jst(now).date();
    let (all, openings, leaving) = workspace
        .db
        .read(move |conn| {
            let all = institutions::all(conn, today)?;
            Ok::<_, Error>((all, Openings::read(conn, now)?, institutions::leaving(conn, today)?))
        })
        .await?;
    let (over, to_come): (Vec<Leaving>, Vec<Leaving>) = leaving.into_iter().partition(|l| l.is_over);
    let told = |code: &str| to_come.iter().find(|l| l.code == code).map(|l| l.told.clone());
    let state = |code: &str| match openings.readiness(code, now) {
        Readiness::Open => told(code).unwrap_or_default(),
        Readiness::ClosingSoon(at) => format!("{}から手続きできなくなります", views::when(at)),
        Readiness::ClosedUntil(at) => format!("いまはお手続きできません（{}から再開）", views::when(at)),
    };
    let choice = |i: institutions::Institution| BankChoice {
        state: state(&i.code),
        group: i.group(),
        code: i.code,
        name: i.name,
        kana: i.kana,
    };
    Ok((all.into_iter().map(choice).collect(), over))
}

pub async fn towns(workspace: &Workspace, answers: &Answers) -> Result<Towns, Error> {
    let code = digits(answers.get("postal_code")).unwrap_or_default();
    let mut found = workspace
        .db
        .read(move |conn| Ok::<_, Error>(institutions::towns_of(conn, &code)?))
        .await?;
    found.sort_by(|a, b| a.town.cmp(&b.town));
    Ok(match found.len() {
        0 => Towns::None,
        1 => Towns::One,
        _ => Towns::Several(found),
    })
}

pub async fn found_branches(
    workspace: &Workspace,
    visitor: &Visitor,
    query: &str,
) -> Result<Option<(Vec<Branch>, i64)>, Error> {
    if query.is_empty() {
        return Ok(None);
    }
    let (code, query, today) = (
        visitor.answers.get("institution").to_owned(),
        query.to_owned(),
        visitor.context.today,
    );
    workspace
        .db
        .read(move |conn| {
            Ok(Some(institutions::search_branches(
                conn, &code, &query, today, BRANCHES,
            )?))
        })
        .await
}

/// A postal code with one town fills it in.
pub async fn put_town(workspace: &Workspace, answers: &mut Answers) -> Result<(), Error> {
    let code = digits(answers.get("postal_code")).unwrap_or_default();
    let found = workspace
        .db
        .read(move |conn| Ok::<_, Error>(institutions::towns_of(conn, &code)?))
        .await?;
    if let [town] = &found[..] {
        answers.set("town", &format!("{}{}", town.city, town.town))
    }
    Ok(())
}
