//! How bad an incident is and what it touches, corrected when more is known.
use super::{NoteKind, State, again, change, institutions_of, write_down};
use crate::{
    accounts::Staff,
    alarms,
    db::{Conn, one_at_a_time},
    incidents::{
        jobs,
        model::{Function, Severity},
        store::{self, Incident, Touched},
    },
    institutions::Institution,
    web::{Error, FormBody, Site, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// The functions and institutions that are ticked in a form.
pub fn ticked(form: &FormBody, all: &[Institution]) -> (Vec<String>, Vec<String>) {
    let chosen = |prefix: &str, word: &str| form.has(&format!("{prefix}_{word}"));
    let functions = Function::ALL.iter().map(|f| f.as_str());
    let functions = functions.filter(|w| chosen("function", w)).map(str::to_owned);
    let codes = all.iter().map(|i| i.code.clone());
    (
        functions.collect(),
        codes.filter(|c| chosen("institution", c)).collect(),
    )
}

/// What the page showed, as the form brings it back: whoever corrects something else than that begins again.
pub fn seen(incident: &Incident, functions: &[String], institutions: &[String]) -> String {
    let words = [
        incident.state.as_str(),
        incident.severity.as_str(),
        &functions.join("+"),
        &institutions.join("+"),
    ];
    words.join(" ")
}

/// The form as it begins: what is known, and what the page showed.
pub fn form(incident: &Incident, functions: &[String], institutions: &[String]) -> FormBody {
    let boxes = [("function", functions), ("institution", institutions)];
    let ticked = boxes.into_iter().flat_map(|(kind, words)| {
        let name = move |word: &String| (format!("{kind}_{word}"), "yes".to_owned());
        words.iter().map(name)
    });
    let mut fields: std::collections::BTreeMap<_, _> = ticked.collect();
    fields.insert("severity".into(), incident.severity.as_str().into());
    fields.insert("seen".into(), seen(incident, functions, institutions));
    FormBody(fields)
}

/// `POST /incidents/{id}/scope`
pub async fn correct(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let all = institutions_of(&workspace).await?;
    let (functions, institutions) = ticked(&form, &all);
    let is_accident = functions.iter().any(|f| f == Function::PersonalData.as_str());
    let mut errors = vec![];
    let severity = Severity::from_word(form.get("severity"));
    if severity.is_none() {
        errors.push(FieldError::new("severity", "重大度を選んでください"));
    }
    if !is_accident && has_report(&workspace, &id).await? {
        let message = "事故の報告書が書かれているので、影響する機能の「個人情報」は選んだままにしてください";
        errors.push(FieldError::new("function_personal_data", message));
    }
    let (Some(severity), true) = (severity, errors.is_empty()) else {
        return again(&workspace, &site, &staff, &id, &form, &errors).await;
    };
    let was = form.get("seen").to_owned();
    let to = Touched {
        severity,
        is_accident,
        functions,
        institutions,
    };
    change(&workspace, id.into_inner(), move |conn, world, incident, now| {
        one_at_a_time(conn, &incident.id)?;
        let incident = store::find(conn, &incident.id)?;
        let functions = store::targets(conn, &incident.id, "function")?;
        let institutions = store::targets(conn, &incident.id, "institution")?;
        if incident.state == State::Closed || seen(&incident, &functions, &institutions) != was {
            return Err(Error::Conflict);
        }
        store::set_touched(conn, &incident, &to, now)?;
        if to.severity != incident.severity {
            alarms::end(conn, &jobs::note_alarm(&incident.id), now)?;
        }
        let line = line_of(&to, &all);
        write_down(conn, world, &staff, &incident, (NoteKind::Scope, &line), now)
    })
    .await
}

async fn has_report(workspace: &Data<Workspace>, id: &str) -> Result<bool, Error> {
    let (keys, id) = (workspace.keys.clone(), id.to_owned());
    let read = move |conn: &mut Conn| Ok::<_, Error>(store::accident(conn, &keys, &id)?.is_some());
    workspace.db.read(read).await
}

fn line_of(to: &Touched, all: &[Institution]) -> String {
    let functions = to.functions.iter().filter_map(|w| Function::from_word(w));
    let functions: Vec<_> = functions.map(Function::label).collect();
    let names = all.iter().filter(|i| to.institutions.contains(&i.code));
    let names: Vec<_> = names.map(|i| i.name.as_str()).collect();
    let or_none = |list: Vec<&str>| match list.is_empty() {
        true => "なし".to_owned(),
        false => list.join("、"),
    };
    format!(
        "重大度：{}　影響する機能：{}　影響する金融機関：{}",
        to.severity.label(),
        or_none(functions),
        or_none(names)
    )
}
