use super::visitor::{Found, applicant, viewed};
use crate::{
    clock::jst,
    enrolment::{
        inquiry, reasons, receipt,
        states::{Cause, Registration},
        store::{self, Application},
        views::{self, Show, TimelineRow},
    },
    gateways::Reason,
    institutions,
    japan::{
        date::wareki,
        zengin::{HolderKana, alternatives},
    },
    web::{Error, Page, Scripts, html, see_other},
    workspace::Workspace,
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use chrono::{Datelike, Duration, Months, NaiveDate};

/// Seconds between two looks without JavaScript.
const REFRESH: u32 = 10;

/// `GET /result`: P11 and P12, for the applicant or for somebody who looked it up.
pub async fn show(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let Some((application, sight)) = shown(&workspace, &req).await? else {
        return Ok(see_other("/receipt"));
    };
    if application.state == Registration::Draft {
        return Ok(see_other("/apply/check"));
    }
    let show = gather(&workspace, application, sight).await?;
    let waiting = show.state == Registration::Checking;
    let page = Page::new(views::result_title(&show), views::result(&workspace.site, &show))
        .scripts(if waiting { Scripts::Htmx } else { Scripts::Form })
        .refresh(waiting.then_some(REFRESH));
    Ok(html(page.render(&workspace.site)))
}

/// `GET /result/print`: the A4 receipt.
pub async fn print(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    let Some((application, sight)) = shown(&workspace, &req).await? else {
        return Ok(see_other("/receipt"));
    };
    // Nothing to keep before there is a receipt number.
    if application.receipt_number.is_none() {
        return Ok(see_other("/result"));
    }
    let show = gather(&workspace, application, sight).await?;
    let page = Page::new("口座振替申込みの控え", views::print(&workspace.site, &show))
        .back("/result")
        .scripts(Scripts::Form);
    Ok(html(page.render(&workspace.site)))
}

/// `POST /result/check`: the applicant says that the institution's part is done; asks the gateway now.
pub async fn check_now(workspace: Data<Workspace>, req: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some((application, _)) = shown(&workspace, &req).await? {
        let now = workspace.clock.now();
        workspace
            .db
            .write(move |conn| {
                let Some(attempt) = store::latest_attempt(conn, &application.id)? else {
                    return Ok(());
                };
                // Pressing again and again asks no more often than every 10 seconds.
                let is_recent = attempt.ladder_from.is_some_and(|f| now - f < Duration::seconds(10));
                let asked_just_now = attempt.inquiries > 0 && is_recent;
                match application.state == Registration::AtInstitution && !asked_just_now {
                    true => inquiry::take_hint(conn, &attempt, Cause::Asked, now),
                    false => Ok::<_, Error>(()),
                }
            })
            .await?;
        workspace.jobs.notify_waiters();
    }
    Ok(see_other("/result"))
}

/// What a browser may do with the application that it sees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// The applicant's own, open.
    Acts,
    /// The applicant's own, closed for inactivity: the masked result, and the way to open it again.
    Resumes,
    /// Looked up, or come back from the institution.
    Looks,
}

/// The application this browser sees.
async fn shown(workspace: &Workspace, req: &HttpRequest) -> Result<Option<(Application, Sight)>, Error> {
    let own = match applicant(workspace, req).await? {
        Found::Here(visitor) => Some((visitor.application, Sight::Acts)),
        // After a time-out the masked result may still be seen, nothing more.
        Found::TimedOut(visitor) => Some((visitor.application, Sight::Resumes)),
        Found::Nobody => None,
    };
    let own = own.filter(|(a, sight)| *sight == Sight::Acts || a.receipt_number.is_some());
    // What was looked up (or came back) a moment ago comes before another application of this browser,
    // which on a shared one may be somebody else's.
    Ok(match (own, viewed(workspace, req).await?) {
        (Some((own, _)), Some(other)) if own.id != other.id => Some((other, Sight::Looks)),
        (Some(own), _) => Some(own),
        (None, other) => other.map(|a| (a, Sight::Looks)),
    })
}

async fn gather(workspace: &Workspace, application: Application, sight: Sight) -> Result<Show, Error> {
    let (world, may_act) = (workspace.clone(), sight == Sight::Acts);
    workspace
        .db
        .read(move |conn| {
            let attempt = match application.state {
                Registration::Registered => store::successful_attempt(conn, &application.id)?,
                _ => store::latest_attempt(conn, &application.id)?,
            };
            // Before the first attempt it is the one chosen in the form.
            let code = attempt.as_ref().map(|a| a.institution_code.as_str());
            let code = code.or(application.institution_code.as_deref()).unwrap_or_default();
            let institution = institutions::find(conn, code)?.map(|i| i.name).unwrap_or_default();
            let sent = attempt.as_ref().map(|a| a.account(&world.keys)).transpose()?.flatten();
            let registered = attempt
                .as_ref()
                .map(|a| a.registered_account(&world.keys))
                .transpose()?
                .flatten();
            let account = registered.or(sent.clone());
            let reason = application.reason.as_deref().and_then(Reason::from_word);
            let doctor = sent.filter(|_| may_act && reason == Some(Reason::NameMismatch));
            let events = store::events(conn, &application.id)?;
            // Each rung of the ladder moves to and fro; people need to see only when a state first came.
            let first = |i: usize| !events[..i].iter().any(|e| e.to_state == events[i].to_state);
            let shown = (0..events.len()).filter(|i| first(*i) && events[*i].to_state != Registration::Draft);
            let timeline = shown.rev().map(|i| &events[i]);
            Ok::<_, Error>(Show {
                state: application.state,
                corrected: store::corrected_result(conn, &application.id)?,
                reason,
                reason_text: reason.and_then(reasons::text),
                wrong_field: place_of(application.reason_field.as_deref().unwrap_or_default()),
                receipt_number: receipt::display(application.receipt_number.as_deref().unwrap_or_default()),
                received: application.confirmed_at.map(views::when).unwrap_or_default(),
                institution,
                account: account.map(|a| format!("****{}", a.number.get(4..).unwrap_or_default())),
                kana_doctor: doctor.map(|a| {
                    let others = HolderKana::parse(&a.holder_kana).map(|k| alternatives(&k));
                    (a.holder_kana, others.unwrap_or_default())
                }),
                first_debit: application.decided_at.map(|at| first_debit(jst(at).date())),
                mail_wanted: application.mail_wanted,
                may_act,
                may_resume: sight == Sight::Resumes && application.state.is_editable(),
                waits_long: events
                    .last()
                    .is_some_and(|e| world.clock.now() - e.at > Duration::minutes(1)),
                can_leave: attempt.is_some_and(|a| a.token_expires_at.is_some_and(|t| t > world.clock.now())),
                timeline: timeline
                    .map(|e| TimelineRow {
                        when: views::when(e.at),
                        what: e.to_state.label(),
                    })
                    .collect(),
            })
        })
        .await
}

/// Where a field of the gateway's protocol is typed in the form.
fn place_of(field: &str) -> &'static str {
    match field {
        "institution" => "/apply/bank",
        "branch" => "/apply/account#branch_query",
        "deposit_type" => "/apply/account#deposit_type",
        "account_number" => "/apply/account#account_number",
        "holder_kana" => "/apply/account#holder",
        _ => "/apply/account",
    }
}

/// Registered by the 10th → the next month's charge, later → the one after (`assets/texts/schedule.md`).
const CUT_OFF_DAY: u32 = 10;

fn first_debit(registered: NaiveDate) -> String {
    let ahead = if registered.day() <= CUT_OFF_DAY { 1 } else { 2 };
    let month = registered.checked_add_months(Months::new(ahead)).unwrap_or(registered);
    let wareki = wareki(month);
    let year_and_month = wareki.split_once('月').map_or(wareki.as_str(), |(head, _)| head);
    format!("{year_and_month}月分")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_debit_follows_the_schedule() {
        let on = |m, d| first_debit(NaiveDate::from_ymd_opt(2026, m, d).unwrap());
        assert_eq!(on(4, 8), "令和8年5月分");
        assert_eq!(on(4, 15), "令和8年6月分");
        assert_eq!(on(11, 11), "令和9年1月分");
        assert_eq!(on(12, 10), "令和9年1月分");
        assert_eq!(on(12, 11), "令和9年2月分");
    }
}
