//! `GET /inquiries/{id}`: what was asked and said, and everything that happened, in one history.
use super::{find, may_read};
use crate::{
    accounts::{self, Permission, Role, Staff},
    clock::jst,
    crypto::KeyRing,
    db::Conn,
    enrolment::{self, Candidate},
    inquiries::{
        self, files,
        model::{Contact, MessageKind, Source, Status},
        store::{self, Event, File, Improvement, Inquiry, Message, Template},
        views::{self, DetailForm},
    },
    institutions::{self, Institution},
    mail,
    web::{Error, FormBody, Site, html, ui::FieldError},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::NaiveDateTime;

/// One line of the history.
pub struct Moment {
    pub at: NaiveDateTime,
    pub title: String,
    pub who: String,
    pub text: String,
    /// What was said, not what happened.
    pub said: Option<MessageKind>,
}

/// Everything the page shows.
pub struct Detail {
    pub inquiry: Inquiry,
    /// `None` for who may not read what citizens say.
    pub contact: Option<Contact>,
    pub moments: Vec<Moment>,
    pub application: Option<Candidate>,
    pub assignee: String,
    pub overdue: bool,
    /// What the person before handed over, if nothing was said since.
    pub handover: Option<(Message, String)>,
    /// Each with its name.
    pub files: Vec<(File, String)>,
    /// Whether files are taken here.
    pub takes_files: bool,
    pub templates: Vec<Template>,
    /// Id and name of those who can be given an inquiry.
    pub people: Vec<(String, String)>,
    pub institutions: Vec<Institution>,
    /// Requests for improvement that it asked for.
    pub improvements: Vec<Improvement>,
    /// Those that it could ask for, too: nobody has said that they are done or declined.
    pub open_improvements: Vec<Improvement>,
}

pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let detail = load(&workspace, &staff, id.into_inner()).await?;
    let form = DetailForm::of(&detail.inquiry);
    Ok(html(views::detail(&site, &staff, &detail, &form, &[])))
}

/// The page again with a template behind what was typed. Nothing is kept: what is typed stands in no address and no table
/// before it is sent.
pub async fn with_template(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    typed: &FormBody,
) -> Result<HttpResponse, Error> {
    let detail = load(workspace, staff, id.to_owned()).await?;
    let mut form = DetailForm::typed(&detail.inquiry, typed);
    // A reply is held against what its writer saw when they began.
    form.rev = typed.get("rev").parse().unwrap_or(-1);
    let chosen = detail.templates.iter().find(|t| t.id == typed.get("template"));
    let Some(template) = chosen else {
        let errors = [FieldError::new("template", "ひな形を選んでください")];
        let page = views::detail(site, staff, &detail, &form, &errors);
        return Ok(crate::web::unprocessable(page));
    };
    let words = filled(site, &detail, &template.body);
    form.body = match form.body.trim_end() {
        "" => words,
        typed => format!("{typed}\n\n{words}"),
    };
    form.template = template.id.clone();
    form.used = template.id.clone();
    Ok(html(views::detail(site, staff, &detail, &form, &[])))
}

/// The page again, with what was typed and what is wrong with it.
pub async fn again(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: &str,
    typed: &FormBody,
    errors: &[FieldError],
) -> Result<HttpResponse, Error> {
    let detail = load(workspace, staff, id.to_owned()).await?;
    let form = DetailForm::typed(&detail.inquiry, typed);
    Ok(crate::web::unprocessable(views::detail(
        site, staff, &detail, &form, errors,
    )))
}

/// A template with its fields filled in; what is not known stays for the clerk to see.
fn filled(site: &Site, detail: &Detail, body: &str) -> String {
    let application = detail.application.as_ref();
    // A number that somebody wrote into the form is no proof that the application is theirs.
    let confirmed = application.filter(|_| detail.inquiry.linked_by.is_some());
    let contact = detail.contact.as_ref();
    let values = [
        ("{{number}}", Some(detail.inquiry.shown_number())),
        ("{{receipt_number}}", application.map(|a| a.receipt_number.clone())),
        ("{{institution}}", confirmed.map(|a| a.institution.clone())),
        ("{{state}}", confirmed.map(|a| a.state.to_owned())),
        (
            "{{name}}",
            contact.map(|c| c.name.clone()).filter(|name| !name.is_empty()),
        ),
    ];
    let known = values.into_iter().filter_map(|(word, value)| Some((word, value?)));
    known.fold(site.fill(body), |text, (word, value)| text.replace(word, &value))
}

/// Reads it; looking at one inquiry is written down.
pub async fn load(workspace: &Data<Workspace>, staff: &Staff, id: String) -> Result<Detail, Error> {
    let (world, by, now) = (workspace.clone(), staff.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let inquiry = find(conn, &by, &id)?;
        let clear = may_read(&by, inquiry.source);
        let seen = if clear { "inquiry.seen_in_clear" } else { "inquiry.seen" };
        by.record(conn, now, seen, &inquiry.subject(), "")?;
        gather(conn, &world, &by, inquiry, now)
    };
    workspace.db.write(write).await
}

fn gather(
    conn: &mut Conn,
    workspace: &Workspace,
    staff: &Staff,
    inquiry: Inquiry,
    now: NaiveDateTime,
) -> Result<Detail, Error> {
    let keys = &workspace.keys;
    let readable = may_read(staff, inquiry.source);
    let said = if readable {
        store::messages_of(conn, keys, &inquiry.id)?
    } else {
        vec![]
    };
    let last = said.last().filter(|m| m.kind == MessageKind::Handover).cloned();
    let handover = match last {
        Some(message) => Some((message.clone(), accounts::name_of(conn, keys, &message.author)?)),
        None => None,
    };
    let application = match (&inquiry.application_id, staff.may(Permission::ReadApplications)) {
        (Some(id), true) => enrolment::brief(conn, workspace, id)?,
        _ => None,
    };
    let assignee = match &inquiry.assignee {
        Some(id) => accounts::name_of(conn, keys, &format!("staff/{id}"))?,
        None => String::new(),
    };
    let events = store::events_of(conn, &inquiry.id)?.into_iter();
    let asked = events
        .filter(|event| event.what == "improvement")
        .map(|event| event.detail);
    let improvements = store::improvements_named(conn, keys, &asked.collect::<Vec<_>>())?;
    let mut open_improvements = inquiries::open_improvements(conn, keys)?;
    open_improvements.retain(|open| improvements.iter().all(|known| known.id != open.id));
    Ok(Detail {
        improvements,
        open_improvements,
        moments: moments(conn, keys, &inquiry, application.as_ref(), said)?,
        contact: if readable { Some(inquiry.contact(keys)?) } else { None },
        application,
        assignee,
        handover,
        overdue: inquiry.is_overdue(now),
        files: if readable {
            named_files(conn, keys, &inquiry.id)?
        } else {
            vec![]
        },
        takes_files: files::are_taken(workspace),
        templates: store::templates(conn)?,
        people: people(conn, keys, inquiry.source)?,
        institutions: institutions::all(conn, jst(now).date())?,
        inquiry,
    })
}

fn named_files(conn: &mut Conn, keys: &KeyRing, id: &str) -> Result<Vec<(File, String)>, Error> {
    let files = store::files_of(conn, id)?.into_iter();
    files.map(|file| Ok((file.clone(), file.name(keys)?))).collect()
}

/// Who can look after an inquiry: of a citizen's, those who may read it.
fn people(conn: &mut Conn, keys: &KeyRing, source: Source) -> Result<Vec<(String, String)>, Error> {
    let needed = if source == Source::Staff {
        Permission::HandleInquiries
    } else {
        Permission::RevealPersonal
    };
    let mut people = vec![];
    for person in accounts::everybody(conn)?.into_iter().filter(|p| p.active) {
        let roles: Vec<Role> = accounts::roles_of(conn, &person.id)?;
        if accounts::allows(&roles, needed) && accounts::allows(&roles, Permission::HandleInquiries) {
            people.push((person.id.clone(), person.name(keys)?));
        }
    }
    Ok(people)
}

fn moments(
    conn: &mut Conn,
    keys: &KeyRing,
    inquiry: &Inquiry,
    application: Option<&Candidate>,
    said: Vec<Message>,
) -> Result<Vec<Moment>, Error> {
    let mut moments = vec![];
    for message in said {
        moments.push(Moment {
            at: message.at,
            title: message.kind.label().into(),
            who: accounts::name_of(conn, keys, &message.author)?,
            text: message.body,
            said: Some(message.kind),
        });
    }
    for event in store::events_of(conn, &inquiry.id)? {
        let text = words_of(conn, keys, &event)?;
        let who = accounts::name_of(conn, keys, &event.actor)?;
        moments.push(Moment {
            at: event.at,
            title: text.0.into(),
            who,
            text: text.1,
            said: None,
        });
    }
    for sent in mail::mails_about(conn, &inquiry.id)? {
        let when = if sent.sent_at.is_some() {
            "送信済み"
        } else {
            "送信待ち"
        };
        let title = format!("メール：{}", sent.title);
        moments.push(Moment {
            at: sent.created_at,
            title,
            who: "system".into(),
            text: when.into(),
            said: None,
        });
    }
    if let Some(application) = application {
        for (at, state, actor) in enrolment::happenings(conn, &application.id)? {
            let title = format!("申込み {}：{state}", application.receipt_number);
            let who = accounts::name_of(conn, keys, &actor)?;
            moments.push(Moment {
                at,
                title,
                who,
                text: String::new(),
                said: None,
            });
        }
    }
    moments.reverse();
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    Ok(moments)
}

/// An event in Japanese: what, and the rest.
fn words_of(conn: &mut Conn, keys: &KeyRing, event: &Event) -> Result<(&'static str, String), Error> {
    let detail = event.detail.as_str();
    Ok(match event.what.as_str() {
        "received" => ("受付", Source::from_word(detail).map_or("", Source::label).to_owned()),
        "moved" => (
            "状態の変更",
            Status::from_word(detail).map_or("", Status::label).to_owned(),
        ),
        "assigned" if detail.is_empty() => ("担当の変更", "担当なし".to_owned()),
        "assigned" => ("担当の変更", accounts::name_of(conn, keys, detail)?),
        "sorted" => ("種類・優先度の変更", detail.to_owned()),
        "linked" if detail.is_empty() => ("申込みとの結び付けを外した", String::new()),
        "linked" => ("申込みと結び付けた", String::new()),
        "file_added" => ("ファイルを付けた", detail.to_uppercase()),
        "file_checked" if detail == "clean" => ("ウイルスの検査", "見つかりませんでした".to_owned()),
        "file_checked" => ("ウイルスの検査", "見つかったため、中身を消しました".to_owned()),
        "institution" => ("金融機関の変更", institution_named(conn, detail)?),
        "improvement" => ("改善の要望に結び付けた", String::new()),
        "promised" => (
            "次の連絡日",
            if detail.is_empty() {
                "なし".to_owned()
            } else {
                detail.to_owned()
            },
        ),
        _ => ("記録", String::new()),
    })
}

/// The name of `institution/CODE`; 「なし」 of nothing.
fn institution_named(conn: &mut Conn, subject: &str) -> Result<String, Error> {
    let Some(code) = subject.strip_prefix("institution/") else {
        return Ok("なし".to_owned());
    };
    Ok(institutions::find(conn, code)?.map_or(code.to_owned(), |i| i.name))
}
