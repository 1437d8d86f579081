//! What stands in an entry's detail, in people's words. Every word has its table with the feature that writes it.
use super::names::Names;
use crate::{
    accounts::Role,
    alarms, audit,
    enrolment::{export_purpose, filter_word, reveal_reason, states::Cause},
    texts::TextId,
};

/// A detail as people read it; codes and numbers stay.
pub fn detail(action: &str, detail: &str, names: &Names) -> String {
    if action.starts_with("alarm.") && detail.contains('.') {
        return alarms::label(detail).to_owned();
    }
    if let Some(words) = audit::detail_word(action, detail) {
        return words.to_owned();
    }
    if let Some(words) = closed_days(action, detail) {
        return words;
    }
    let words = detail.split_whitespace().map(|word| shown(action, word, names));
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    words.replace(", ", "、")
}

/// `12-29 to 01-03 from 2026-11-26`: which days, and since when they count, or count no more.
fn closed_days(action: &str, detail: &str) -> Option<String> {
    let (days, from) = detail
        .rsplit_once("from ")
        .filter(|_| action.starts_with("closed_days."))?;
    let days = match days.trim().split_once(" to ") {
        Some((first, last)) => format!("{first}から{last}まで"),
        None => days.trim().to_owned(),
    };
    Some(match days.is_empty() {
        true => format!("{from}から"),
        false => format!("{days}（{from}から）"),
    })
}

fn shown(action: &str, word: &str, names: &Names) -> String {
    if names.knows(word) {
        return names.thing(word);
    }
    let role = |word| Role::from_word(word).map(Role::label);
    let cause = |word| Cause::from_word(word).map(Cause::label);
    let known = match action.split('.').next() {
        _ if ["application.revealed", "results.exported"].contains(&action) => reveal_reason(word),
        _ if ["export.asked", "applications.exported"].contains(&action) => {
            export_purpose(word).or_else(|| filter_word(word))
        }
        Some("application") => cause(word),
        Some("applications") => filter_word(word),
        Some("audit") => audit::action_label(word).or_else(|| audit::family_label(word)),
        Some("staff") => role(word),
        Some("text") => TextId::from_word(word).map(TextId::title),
        _ => None,
    };
    let actor = Some(audit::actor_label(word)).filter(|label| action.starts_with("audit.") && *label != word);
    let known: Option<&str> = known.or_else(|| audit::detail_word(action, word)).or(actor);
    match known {
        Some(words) => words.to_owned(),
        None => match audit::subject_label(word) {
            (kind, id) if !kind.is_empty() && !id.is_empty() && word.contains('/') => format!("{kind} {id}"),
            _ => word.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_read_in_words() {
        for (action, written, read) in [
            ("application.revealed", "inquiry", "本人からの問い合わせに答えるため"),
            ("application.checking", "silence 01K", "戻りがないため照会 01K"),
            ("application.noted", "note/01K", "メモ 01K"),
            ("staff.role_granted", "clerk", "受付担当"),
            ("staff.changed", "name unit", "氏名 所属"),
            ("text.drafted", "terms", "利用規約と個人情報の取扱い"),
            ("alarm.raised", "operations.disk", "ディスクの空き"),
            ("audit.exported", "115 rows", "115 件"),
            ("accesses.seen", "everybody", "全員"),
            (
                "results.exported",
                "3 rows billing",
                "3 件 料金システムへの登録を確かめるため",
            ),
            (
                "audit.exported",
                "3 rows system delivery. application/01K since 2026-11-01 until 2026-11-30",
                "3 件 システム 還元データ 申込み 01K いつから 2026-11-01 いつまで 2026-11-30",
            ),
            (
                "applications.listed",
                "50 rows previous registered institution/0140 attention search further",
                "50 件 前営業日 登録完了 金融機関 0140 要対応 お名前・電話番号などの検索 つづきのページ",
            ),
            ("applications.exported", "report 7 rows", "件数をまとめて報告する 7 件"),
            (
                "export.asked",
                "billing 7 rows previous registered",
                "料金システムと照らし合わせる 7 件 前営業日 登録完了",
            ),
            ("layout.changed", "column 預金種別名", "項目 預金種別名"),
            ("inquiry.received", "phone procedure", "電話 申込みの方法"),
            (
                "inquiry_template.used",
                "inquiry_template/01K overdue",
                "回答のひな形 01K 期限のあと",
            ),
            ("closure.announced", "service outage/01K", "サービス全体 停止予定 01K"),
            ("corrections.seen", "clear application/01K", "伏せない表示 申込み 01K"),
            ("delivery.downloaded", "encrypted", "暗号化したファイル"),
            (
                "delivery.closed",
                "0 rows sha256 ab left_out 2",
                "0 件 SHA-256 ab 書き出さない結果 2",
            ),
            (
                "layout.compared",
                "sha256 ab shape 0 values 4 records 2 4",
                "SHA-256 ab 形のちがい 0 値のちがい 4 レコードの数 2 4",
            ),
            ("layout.tried", "column 口座番号", "項目 口座番号"),
            (
                "layout.compared",
                "sha256 ab shape 1 values 199 more",
                "SHA-256 ab 形のちがい 1 値のちがい 199 より多い",
            ),
            ("access.denied", "GET /staff", "GET /staff"),
            (
                "holidays.imported",
                "added 3, removed 0, renamed 1",
                "追加 3、削除 0、名前の変更 1",
            ),
            (
                "closed_days.added",
                "12-29 to 01-03 from 2026-11-26",
                "12-29から01-03まで（2026-11-26から）",
            ),
            (
                "closed_days.added",
                "2027-05-01 from 2026-11-26",
                "2027-05-01（2026-11-26から）",
            ),
            ("closed_days.ended", "from 2026-11-26", "2026-11-26から"),
            ("support_hours.changed", "3 due_times", "3 件の期限を改めた"),
        ] {
            assert_eq!(detail(action, written, &Names::default()), read);
        }
    }
}
