//! Who saw whose personal data, read from the audit record (NS データセンター): by day and person for inspection, and as
//! the list of those whom an accident touches.
use super::{day_error, views};
use crate::{
    accounts::{self, Staff},
    audit::{self, AuditEntry, Wanted},
    clock::{jst, utc_from_jst},
    db::Conn,
    deliveries, enrolment, inquiries,
    japan::date::parse_compact,
    web::{Error, Site, html, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};

/// How personal data was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The page of an application, its items masked.
    Masked,
    Clear,
    /// The masked items were asked for.
    Reveal,
    /// The list of proposed corrections, note and evidence masked.
    Corrections,
    CorrectionsClear,
    /// Rows that a layout is tried on or held beside a sample, their items masked.
    Layout,
    /// A numbered file was downloaded.
    File,
    /// Written out, at the command line or as a list: whose it was stands in the file, not in the record.
    Export,
    /// The page of an inquiry, of which only the kind and the state may be read.
    InquiryMasked,
    /// What somebody asked, with their name and where they can be reached.
    Inquiry,
    /// A file that somebody sent with an inquiry.
    InquiryFile,
}

impl Way {
    pub fn label(self) -> &'static str {
        match self {
            Way::Masked => "申込みを見た（伏せた表示）",
            Way::Clear => "申込みを見た（伏せない表示）",
            Way::Reveal => "伏せた項目を表示した",
            Way::Corrections => "訂正の理由を見た（伏せた表示）",
            Way::CorrectionsClear => "訂正の理由を見た（伏せない表示）",
            Way::Layout => "レイアウトの画面で見た（伏せた表示）",
            Way::File => "還元データを受け取った",
            Way::Export => "一覧・結果を出力した",
            Way::InquiryMasked => "問合せを見た（伏せた表示）",
            Way::Inquiry => "問合せを見た（伏せない表示）",
            Way::InquiryFile => "問合せのファイルを開いた",
        }
    }

    /// Whether items of a person were seen as they are.
    pub fn is_clear(self) -> bool {
        !matches!(self, Way::Masked | Way::Corrections | Way::Layout | Way::InquiryMasked)
    }
}

/// Actions of the audit record by which somebody sees personal data.
const WAYS: [(&str, Way); 11] = [
    ("application.seen", Way::Masked),
    ("application.seen_in_clear", Way::Clear),
    ("application.revealed", Way::Reveal),
    ("corrections.seen", Way::Corrections),
    ("layout.seen", Way::Layout),
    ("delivery.downloaded", Way::File),
    ("applications.exported", Way::Export),
    ("results.exported", Way::Export),
    ("inquiry.seen", Way::InquiryMasked),
    ("inquiry.seen_in_clear", Way::Inquiry),
    ("inquiry.file_opened", Way::InquiryFile),
];

/// One entry of the record, and whom it touches.
pub struct Access {
    pub at: NaiveDateTime,
    /// `staff/ID`, `operator`.
    pub actor: String,
    pub way: Way,
    pub touched: Vec<Whose>,
    /// The export of the list that it was, by its id.
    export: Option<String>,
}

/// Whose data it is, by the id of what they sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Application(String),
    Inquiry(String),
}

impl Whose {
    /// The number that people know it by.
    pub fn number(&self, conn: &mut Conn) -> Result<String, Error> {
        Ok(match self {
            Whose::Application(id) => enrolment::receipt_of(conn, id)?.unwrap_or_default(),
            Whose::Inquiry(id) => format!("問合せ {}", inquiries::number_of(conn, id)?),
        })
    }
}

/// What is looked at; times are UTC.
#[derive(Clone, Debug)]
pub struct Span {
    /// Everybody when left out.
    pub actor: Option<String>,
    pub from: NaiveDateTime,
    pub to: NaiveDateTime,
}

/// Every access of a span, oldest first.
pub fn accesses(conn: &mut Conn, span: &Span) -> Result<Vec<Access>, Error> {
    let mut found = vec![];
    for (action, way) in WAYS {
        let wanted = Wanted {
            actor: span.actor.clone(),
            action: Some(action.to_owned()),
            from: Some(span.from),
            to: Some(span.to),
            ..Wanted::default()
        };
        // The search takes beginnings: `application.seen` also brings those in the clear.
        let entries = audit::search(conn, &wanted, i64::MAX)?.into_iter();
        for entry in entries.filter(|entry| entry.action == action) {
            found.push((entry.no, access(conn, entry, way)?));
        }
    }
    found.sort_by_key(|(no, _)| *no);
    Ok(found.into_iter().map(|(_, access)| access).collect())
}

fn access(conn: &mut Conn, entry: AuditEntry, way: Way) -> Result<Access, Error> {
    let touched = match entry.subject.split_once('/') {
        Some(("application", id)) => vec![Whose::Application(id.to_owned())],
        Some(("inquiry", id)) => vec![Whose::Inquiry(id.to_owned())],
        Some(("delivery", no)) => {
            let no = no
                .parse()
                .map_err(|_| Error::Internal("an entry names no delivery".into()))?;
            let all = deliveries::applications_in(conn, no)?;
            all.into_iter().map(Whose::Application).collect()
        }
        _ => named(&entry),
    };
    let export = entry.subject.strip_prefix("export/").map(str::to_owned);
    let way = match way {
        Way::Corrections if entry.detail.starts_with("clear") => Way::CorrectionsClear,
        way => way,
    };
    Ok(Access {
        at: entry.at,
        actor: entry.actor,
        way,
        touched,
        export,
    })
}

/// The applications that an entry about several names in its detail.
fn named(entry: &AuditEntry) -> Vec<Whose> {
    let words = entry.detail_and_place().0.split(' ');
    let ids = words.filter_map(|word| word.strip_prefix("application/"));
    ids.map(|id| Whose::Application(id.to_owned())).collect()
}

/// What one person saw on the day.
pub struct Seen {
    pub who: String,
    pub rows: Vec<Row>,
    /// Different applications, different inquiries.
    pub applications: usize,
    pub inquiries: usize,
}

pub struct Row {
    pub time: String,
    pub way: &'static str,
    pub what: String,
    /// Why it was asked for, with what was typed; empty where no reason is asked.
    pub why: String,
}

pub struct Day {
    pub day: NaiveDate,
    /// 職員番号, when one person alone is shown.
    pub who: String,
    pub people: Vec<Seen>,
}

/// `GET /audit/accesses`: reasons of reveals are read here, so each look is an entry of its own.
pub async fn index(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse, Error> {
    let text = |name: &str| query.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let today = jst(workspace.clock.now()).date();
    let (typed, who) = (text("day"), text("who"));
    if let Some(error) = day_error("day", "日", &typed) {
        let nobody = Day {
            day: today,
            who,
            people: vec![],
        };
        return Ok(unprocessable(views::accesses(&site, &staff, &nobody, &typed, &[error])));
    }
    let (world, day) = (workspace.clone(), parse_compact(&typed).unwrap_or(today));
    let (by, now) = (staff.clone(), workspace.clock.now());
    let whose = if who.is_empty() { "everybody" } else { "one" };
    // Before anything is shown: what was typed as a reason may name people.
    let look = move |conn: &mut Conn| by.record(conn, now, "accesses.seen", &format!("accesses/{day}"), whose);
    workspace.db.write(look).await?;
    let read = move |conn: &mut Conn| of_day(conn, &world, day, who);
    let day = workspace.db.read(read).await?;
    Ok(html(views::accesses(&site, &staff, &day, &day.day.to_string(), &[])))
}

fn of_day(conn: &mut Conn, workspace: &Workspace, day: NaiveDate, who: String) -> Result<Day, Error> {
    let midnight = |day: NaiveDate| utc_from_jst(day.and_time(NaiveTime::MIN));
    let actor = match who.as_str() {
        "" => None,
        code => Some(match accounts::find_by_code(conn, code)? {
            Some(person) => format!("staff/{}", person.id),
            None => code.to_owned(),
        }),
    };
    let span = Span {
        actor,
        from: midnight(day),
        to: midnight(day + Days::new(1)),
    };
    let mut people: BTreeMap<String, Vec<Access>> = BTreeMap::new();
    for access in accesses(conn, &span)? {
        people.entry(access.actor.clone()).or_default().push(access);
    }
    let mut seen = vec![];
    for (actor, list) in people {
        let touched: BTreeSet<&Whose> = list.iter().flat_map(|access| &access.touched).collect();
        let applications = touched
            .iter()
            .filter(|whose| matches!(whose, Whose::Application(_)))
            .count();
        let mut rows = vec![];
        for access in &list {
            rows.push(row(conn, workspace, access)?);
        }
        let who = accounts::name_of(conn, &workspace.keys, &actor)?;
        seen.push(Seen {
            who: audit::actor_label(&who).to_owned(),
            rows,
            inquiries: touched.len() - applications,
            applications,
        });
    }
    Ok(Day { day, who, people: seen })
}

fn row(conn: &mut Conn, workspace: &Workspace, access: &Access) -> Result<Row, Error> {
    let what = match (access.way, access.touched.as_slice()) {
        (Way::Export, _) => "出力したファイルのとおり".to_owned(),
        (Way::File, list) => format!("{}件", list.len()),
        (_, [whose]) => whose.number(conn)?,
        (_, list) => format!("{}件", list.len()),
    };
    Ok(Row {
        time: jst(access.at).format("%H:%M:%S").to_string(),
        way: access.way.label(),
        why: why(conn, workspace, access)?,
        what,
    })
}

/// The reason of a reveal, the purpose of an export. The record names it without what was typed, because people write names
/// into that.
fn why(conn: &mut Conn, workspace: &Workspace, access: &Access) -> Result<String, Error> {
    let by = access.actor.trim_start_matches("staff/");
    let why = match (access.way, access.touched.as_slice(), &access.export) {
        (Way::Reveal, [Whose::Application(id)], _) => enrolment::why_revealed(conn, workspace, id, by, access.at)?,
        (Way::Export, _, Some(id)) => Some(enrolment::why_exported(conn, workspace, id)?),
        _ => None,
    };
    Ok(why.map_or(String::new(), |(reason, note)| match note.as_str() {
        "" => reason.to_owned(),
        note => format!("{reason}　{note}"),
    }))
}
