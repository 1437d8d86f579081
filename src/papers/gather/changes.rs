use super::{heading, institution, table};
use crate::{
    audit::{self, AuditEntry, Wanted},
    db::Conn,
    deliveries, inquiries,
    papers::model::month_of,
    texts,
    trail::{self, Line},
    web::{Error, document::Block, ui::when},
    workspace::Workspace,
};
use chrono::NaiveDate;

/// Heading, and the beginnings of the actions below it.
const PARTS: &[(&str, &[&str])] = &[
    ("還元データのレイアウト", &["layout.approved"]),
    ("文面", &["text.approved", "faq.approved", "faq.retired"]),
    ("金融機関・支店", &["institution.", "branches.imported"]),
    ("休日・休業日", &["holidays.imported", "closed_days."]),
    ("受付の停止と再開、休止の予定", &["service.", "closure."]),
    (
        "停止予定",
        &[
            "outage.proposed",
            "outage.approved",
            "outage.refused",
            "outage.withdrawn",
            "outage.begun",
            "outage.extended",
            "outage.ended",
        ],
    ),
    (
        "問合せの受付の時間とひな形",
        &[
            "support_hours.",
            "support_day.",
            "inquiry_template.made",
            "inquiry_template.changed",
            "inquiry_template.retired",
        ],
    ),
    ("連絡体制", &["contact."]),
    (
        "職員と役割",
        &[
            "staff.added",
            "staff.role_granted",
            "staff.role_revoked",
            "staff.suspended",
            "staff.reinstated",
        ],
    ),
];

/// 変更管理記録: what was changed in a month, read from the audit record, and the program that ran when it was made.
pub fn blocks(conn: &mut Conn, workspace: &Workspace, month: NaiveDate) -> Result<Vec<Block>, Error> {
    let mut blocks = vec![Block::Pairs(vec![
        ("集計した日時".to_owned(), when(workspace.clock.now())),
        ("プログラムの版".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ])];
    for (part, actions) in PARTS {
        let mut rows = vec![];
        let found = entries(conn, month, actions)?;
        // A paper is for the bureau; applications and inquiries stand in none of its parts.
        for line in trail::told(conn, workspace, found, &|_| false)? {
            rows.push(vec![
                when(line.entry.at),
                line.what.clone(),
                subject(conn, &line)?,
                line.detail,
                line.who,
            ]);
        }
        blocks.push(heading(part));
        blocks.push(table(part, &["日時", "変更", "対象", "詳細", "行った人"], rows));
    }
    Ok(blocks)
}

/// Oldest first.
fn entries(conn: &mut Conn, month: NaiveDate, actions: &[&str]) -> Result<Vec<AuditEntry>, Error> {
    let (from, to) = month_of(month);
    let mut found = vec![];
    for action in actions {
        let wanted = Wanted {
            action: Some((*action).to_owned()),
            from: Some(from),
            to: Some(to),
            ..Wanted::default()
        };
        found.extend(audit::search(conn, &wanted, i64::MAX)?);
    }
    found.sort_by_key(|entry| entry.no);
    Ok(found)
}

/// What was changed, by the name that the bureau knows.
fn subject(conn: &mut Conn, line: &Line) -> Result<String, Error> {
    Ok(match line.entry.subject.split_once('/') {
        Some(("institution", code)) => institution(conn, Some(code))?,
        Some(("text", id)) => texts::version_named(conn, id)?.unwrap_or_else(|| line.subject.clone()),
        Some(("layout", id)) => deliveries::layout_named(conn, id)?.unwrap_or_else(|| line.subject.clone()),
        // The number stands in the detail.
        Some(("outage", _)) => "停止予定".to_owned(),
        Some(("inquiry_template", id)) => format!("ひな形「{}」", inquiries::template_named(conn, id)?),
        // Who is called is nobody's business who reads the paper.
        Some(("contact", _)) => "連絡先".to_owned(),
        _ => line.subject.clone(),
    })
}
