use crate::{
    clock::jst,
    config::AccountCapture,
    db::Conn,
    enrolment::{answers::Answers, form::Context},
    institutions::{self, Institution},
    japan::{digits::digits, yucho},
    texts,
    workspace::Workspace,
};
use diesel::QueryResult;

/// What reading these answers needs from the database and the settings.
pub fn context(conn: &mut Conn, workspace: &Workspace, answers: &Answers) -> QueryResult<Context> {
    let now = workspace.clock.now();
    let today = jst(now).date();
    let code = answers.get("institution");
    let institution = institutions::in_service(conn, code, today)?;
    let branch_code = branch_code(institution.as_ref(), answers);
    let branch = institutions::branch_in_service(conn, code, &branch_code, today)?;
    let settings = workspace.settings.institutions.get(code);
    Ok(Context {
        items: texts::items_in_use(conn, workspace, now)?,
        city: workspace.site.bureau.city.clone(),
        today,
        institution,
        branch,
        capture: settings.map_or(AccountCapture::Form, |s| s.account_capture),
        deposit_types: settings.map(|s| s.deposit_types.clone()).unwrap_or_default(),
    })
}

/// The same for answers that were accepted: what retired since is still theirs, and the institution's word counts.
pub fn context_as_accepted(conn: &mut Conn, workspace: &Workspace, answers: &Answers) -> QueryResult<Context> {
    let mut context = context(conn, workspace, answers)?;
    if context.institution.is_none() {
        context.institution = institutions::find(conn, answers.get("institution"))?;
    }
    if context.branch.is_none() {
        let code = branch_code(context.institution.as_ref(), answers);
        context.branch = institutions::branch(conn, answers.get("institution"), &code)?;
    }
    Ok(context)
}

fn branch_code(institution: Option<&Institution>, answers: &Answers) -> String {
    match institution.is_some_and(Institution::is_yucho) {
        true => yucho_branch(answers).unwrap_or_default(),
        false => answers.get("branch").to_owned(),
    }
}

fn yucho_branch(answers: &Answers) -> Option<String> {
    let symbol = digits(answers.get("yucho_symbol"))?;
    let number = digits(answers.get("yucho_number"))?;
    yucho::parse(&symbol, &number).ok().map(|y| y.branch)
}
