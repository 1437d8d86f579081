//! What entries name, in people's words and with the page where it stands: looked up for all of them at once.
use crate::{
    accounts::{self, Permission},
    audit::{self, AuditEntry},
    db::Conn,
    deliveries, enrolment, inquiries, institutions, texts,
    web::Error,
    workspace::Workspace,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a kind of thing has its pages, and what it takes to open one.
const PAGES: [(&str, &str, Permission); 12] = [
    ("application", "/applications", Permission::ReadApplications),
    ("branch_import", "/institutions/imports", Permission::ReadInstitutions),
    ("delivery", "/deliveries", Permission::ReadDeliveries),
    ("holiday_import", "/holidays/imports", Permission::ReadInstitutions),
    ("incident", "/incidents", Permission::ReadIncidents),
    ("inquiry", "/inquiries", Permission::ReadInquiries),
    ("institution", "/institutions", Permission::ReadInstitutions),
    ("layout", "/layouts", Permission::ReadDeliveries),
    ("outage", "/outages", Permission::ReadIncidents),
    ("paper", "/papers", Permission::ReadPapers),
    ("staff", "/staff", Permission::ManageStaff),
    ("text", "/texts/versions", Permission::ReadTexts),
];

/// Kinds whose pages are there for every id that an entry names.
const BY_ID: [&str; 5] = ["branch_import", "holiday_import", "incident", "outage", "paper"];

/// What the reader may do. A name stands only before whoever may read the thing.
pub type May<'a> = &'a dyn Fn(Permission) -> bool;

/// The things of some entries.
#[derive(Default)]
pub struct Names {
    /// By the word of an entry: `kind/id`.
    known: BTreeMap<String, String>,
}

impl Names {
    /// Of people, applications and the other things that the entries name: one query for each kind.
    pub fn read(conn: &mut Conn, workspace: &Workspace, entries: &[AuditEntry], may: May) -> Result<Self, Error> {
        let wanted = wanted(entries);
        let mut known = BTreeMap::new();
        for (kind, ids) in wanted {
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            let named = match kind {
                "staff" => accounts::names_of(conn, &workspace.keys, ids)?,
                "application" if may(Permission::ReadApplications) => enrolment::receipts_of(conn, ids)?,
                "inquiry" if may(Permission::ReadInquiries) => inquiries::numbers_of(conn, ids)?,
                "text" => texts::versions_named(conn, ids)?,
                "layout" => deliveries::layouts_named(conn, ids)?,
                "institution" => {
                    let all = institutions::every(conn)?.into_iter();
                    all.map(|institution| (institution.code, institution.name)).collect()
                }
                "delivery" => {
                    let numbers = ids.into_iter().filter(|no| no.parse::<i64>().is_ok());
                    numbers.map(|no| (no.clone(), format!("第{no}号"))).collect()
                }
                _ => vec![],
            };
            known.extend(named.into_iter().map(|(id, name)| (format!("{kind}/{id}"), name)));
        }
        Ok(Self { known })
    }

    /// Who acted.
    pub fn who(&self, actor: &str) -> String {
        audit::actor_label(self.known.get(actor).map_or(actor, String::as_str)).to_owned()
    }

    /// 「申込み 7KQ-4M9-TXH」 of `application/01K…`; what has no name keeps its id.
    pub fn thing(&self, word: &str) -> String {
        let (kind, id) = audit::subject_label(word);
        let name = self.known.get(word).map_or(id, String::as_str);
        format!("{kind} {name}").trim_end().to_owned()
    }

    /// Whether the word names a thing that is known by name.
    pub fn knows(&self, word: &str) -> bool {
        self.known.contains_key(word)
    }

    /// The page of a thing, for whoever may open it.
    pub fn page(&self, word: &str, may: May) -> Option<String> {
        let (kind, id) = word.split_once('/')?;
        let (_, path, _) = PAGES.iter().find(|(of, _, needs)| *of == kind && may(*needs))?;
        if kind == "inquiry" && !may(Permission::ReadApplications) {
            // Those of citizens open to nobody else.
            return None;
        }
        let is_there = self.knows(word) || (BY_ID.contains(&kind) && is_id(id));
        is_there.then(|| format!("{path}/{id}"))
    }
}

/// An id as we make them.
fn is_id(id: &str) -> bool {
    ulid::Ulid::from_string(id).is_ok()
}

/// The ids that the entries name, by their kind: who acted, on what, and what their details name.
fn wanted(entries: &[AuditEntry]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        let (detail, _) = entry.detail_and_place();
        let words = [entry.actor.as_str(), entry.subject.as_str()].into_iter();
        for (kind, id) in words
            .chain(detail.split_whitespace())
            .filter_map(|word| word.split_once('/'))
        {
            wanted.entry(kind).or_default().insert(id);
        }
    }
    wanted
}
