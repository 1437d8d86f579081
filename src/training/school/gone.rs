//! What goes with a desk: rows by what they are, its people and their passkeys.
use super::School;
use crate::{
    accounts,
    db::{Conn, table_counts},
    training::{
        class::{Class, Deletion},
        sample::STAFF,
    },
    web::Error,
};
use std::collections::BTreeMap;

/// Those that are told with no row as well, for somebody asks for them.
const ALWAYS: usize = 5;

/// Every other table in words, the first first.
const TOLD: [(&str, &str); 71] = [
    ("applications", "申込み"),
    ("inquiries", "問合せ"),
    ("mails", "メール"),
    ("staff", "研修の職員"),
    ("passkeys", "パスキー"),
    ("staff_roles", "職員の役割"),
    ("staff_trainings", "職員の研修の記録"),
    ("staff_sessions", "ログイン"),
    ("ceremonies", "キーの確認の途中"),
    ("ways_in", "招待とリカバリーコード"),
    ("application_events", "申込みの経過"),
    ("application_notes", "申込みのメモ"),
    ("application_tokens", "申込みをさがす値"),
    ("attempts", "引き渡し"),
    ("attempt_messages", "引き渡しの通信"),
    ("result_outbox", "データに入る前の結果"),
    ("visits", "開いている申込み"),
    ("status_links", "状況の確認のコード"),
    ("lookup_tries", "状況の確認を試した数"),
    ("corrections", "訂正"),
    ("reveals", "伏せた項目の表示"),
    ("searches", "検索の条件"),
    ("saved_views", "名前を付けた条件"),
    ("list_settings", "一覧の表示の好み"),
    ("assists", "電話の相談"),
    ("gateway_nonces", "伝文の番号"),
    ("daily_files", "日次ファイル"),
    ("daily_results", "日次ファイルの行"),
    ("differences", "くいちがい"),
    ("first_debits", "初回の振替結果"),
    ("deliveries", "還元データの号"),
    ("delivery_items", "還元データの行"),
    ("delivery_downloads", "還元データの受取り"),
    ("layout_versions", "レイアウトの版"),
    ("inquiry_messages", "問合せのやり取り"),
    ("inquiry_events", "問合せの経過"),
    ("inquiry_tokens", "問合せをさがす値"),
    ("inquiry_browsers", "書きかけの問合せ"),
    ("inquiry_tries", "問合せを試した数"),
    ("inquiry_queries", "回答をさがした言葉"),
    ("inquiry_files", "問合せの添付"),
    ("faq_entries", "よくある質問"),
    ("improvements", "改善の要望"),
    ("improvement_askers", "要望と問合せの結び付き"),
    ("support_days", "受付のいつもとちがう日"),
    ("text_versions", "文面の版"),
    ("papers", "報告書・議事録"),
    ("branch_imports", "支店の表の取込み"),
    ("holiday_imports", "休日の表の取込み"),
    ("closures", "休止の予定"),
    ("service_modes", "受付の切替え"),
    ("outages", "停止予定"),
    ("outage_steps", "停止予定の経過"),
    ("incidents", "障害"),
    ("incident_alarms", "障害のもとの警報"),
    ("incident_calls", "障害の電話"),
    ("incident_measures", "再発防止策"),
    ("incident_notes", "障害の経過"),
    ("incident_stops", "障害での切替え"),
    ("incident_targets", "障害の影響"),
    ("accident_reports", "事故の報告書"),
    ("contacts", "連絡先"),
    ("alarms", "警報"),
    ("visual_checks", "目視点検"),
    ("figures", "稼働の数字"),
    ("audit_entries", "操作記録"),
    ("audit_checkpoints", "操作記録の署名"),
    ("backups", "バックアップの記録"),
    ("tasks", "作業"),
    ("exports", "一覧の出力の依頼"),
    ("jobs", "処理"),
];

/// Who is none of the invented staff: a learner registered them, by whatever name.
const REGISTERED: &str = "受講する人が登録した人";

impl School {
    /// What these desks hold; nothing is taken away yet.
    pub(super) async fn about_to_go(&self, class: &Class, desks: &[&str], by: &str) -> Result<Deletion, Error> {
        let mut rows: BTreeMap<String, i64> = BTreeMap::new();
        let mut people: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        let mut uncounted = vec![];
        for id in desks {
            let Some(desk) = self.desk(id) else {
                uncounted.push(class.seats_of(id));
                continue;
            };
            let read = |conn: &mut Conn| Ok::<_, Error>((table_counts(conn)?, people_of(conn)?));
            let (counts, here) = desk.workspace.db.read(read).await?;
            for (table, n) in counts {
                *rows.entry(table).or_default() += i64::try_from(n).unwrap_or(i64::MAX);
            }
            for (at, keys) in here {
                let sum = people.entry(at).or_default();
                *sum = (sum.0 + 1, sum.1 + keys);
            }
        }
        let told = TOLD.iter().enumerate().map(|(no, (table, label))| {
            let n = rows.get(*table).copied().unwrap_or(0);
            (no < ALWAYS && uncounted.len() < desks.len() || n > 0).then(|| ((*label).to_owned(), n))
        });
        let people = people.into_iter().map(|(at, (n, keys))| (name_of(at), n, keys));
        Ok(Deletion {
            at: self.now(),
            by: by.to_owned(),
            files: vec![],
            counts: told.flatten().collect(),
            people: people.collect(),
            seats: String::new(),
            uncounted,
        })
    }
}

/// Each person of a desk by the place among the invented staff (behind them all who is none), with the number of keys. A
/// key's own name is a learner's word, and stays out of it.
fn people_of(conn: &mut Conn) -> Result<Vec<(usize, i64)>, Error> {
    let mut found = vec![];
    for person in accounts::everybody(conn)? {
        let at = STAFF.iter().position(|(code, ..)| *code == person.code);
        let keys = accounts::count_keys(conn, &person.id)?;
        found.push((at.unwrap_or(STAFF.len()), keys));
    }
    Ok(found)
}

fn name_of(at: usize) -> String {
    let invented = STAFF
        .get(at)
        .map(|(_, name, role)| format!("{name}（{}）", role.label()));
    invented.unwrap_or_else(|| REGISTERED.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::{collections::BTreeSet, fs};

    /// What ships with the program or steers it: no trace of what anybody did.
    const GROUND: [&str; 15] = [
        "application_edges",
        "audit_head",
        "branches",
        "closed_days",
        "closure_rules",
        "holidays",
        "inquiry_templates",
        "institutions",
        "postal_codes",
        "probes",
        "schedule_leader",
        "schedule_slots",
        "support_hours",
        "terms_versions",
        "world_marker",
    ];

    #[test]
    fn every_table_is_told_when_it_goes_or_is_ground() {
        let mut tables = BTreeSet::new();
        for file in fs::read_dir("src/db/schema").unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let names = text
                .lines()
                .filter_map(|l| l.strip_prefix("    ")?.strip_suffix(") {")?.split_once(" ("));
            tables.extend(names.map(|(name, _)| name.to_owned()));
        }
        assert!(tables.len() > 60, "{tables:?}");
        let told = TOLD.iter().map(|(table, _)| *table).chain(GROUND);
        assert_eq!(told.clone().count(), tables.len(), "each once");
        assert_eq!(told.map(str::to_owned).collect::<BTreeSet<_>>(), tables);
    }
}
