//! The record in people's words: one table of actions, one of subjects, one of what stands in details.
//!
//! `every_action_and_alarm_has_its_words` reads the source and finds what is missing here.
use super::Actor;

/// Action and what people call it.
#[rustfmt::skip]
pub const ACTIONS: &[(&str, &str)] = &[
    ("access.denied", "権限のない操作"),
    ("accesses.seen", "個人情報へのアクセスを点検した"),
    ("alarm.acknowledged", "警報を確認した"),
    ("alarm.ended", "警報が終わった"),
    ("alarm.raised", "警報が出た"),
    ("alarm.settled", "警報を処理済みにした"),
    ("application.at_institution", "金融機関の手続きへ"),
    ("application.attended", "要対応を確認済みにした"),
    ("application.cancelled", "取りやめ"),
    ("application.checking", "結果の確認を始めた"),
    ("application.confirmed", "申込みを確定"),
    ("application.corrected", "結果を訂正した"),
    ("application.draft", "入力を始めた"),
    ("application.expired", "期限切れ"),
    ("application.noted", "メモを追加した"),
    ("application.paper", "書面へ案内"),
    ("application.registered", "登録完了"),
    ("application.rejected", "登録できなかった"),
    ("application.revealed", "伏せた項目を表示した"),
    ("application.seen", "申込みを見た"),
    ("application.seen_in_clear", "申込みを伏せずに見た"),
    ("application.unknown", "結果不明"),
    ("application.withdrawn", "取下げ"),
    ("applications.density_chosen", "一覧の行の詰め方を選んだ"),
    ("applications.exported", "申込みの一覧を出力した"),
    ("applications.listed", "申込みをしぼった一覧を見た"),
    ("applications.searched", "申込みを検索した"),
    ("applications.view_dropped", "保存したビューを消した"),
    ("applications.view_saved", "ビューを保存した"),
    ("assist.claimed", "相談の番号を開いた"),
    ("assist.ended", "電話の案内を終えた"),
    ("assist.hinted", "画面に案内を送った"),
    ("assist.opened", "相談の番号を出した"),
    ("assist.refused", "相談の番号がちがった"),
    ("assist.seen", "開いている画面を見た"),
    ("attempt.second_success", "二重の登録のおそれ"),
    ("audit.checked", "操作記録を検証した"),
    ("audit.exported", "操作記録を出力した"),
    ("audit.resealed", "操作記録に封をし直した"),
    ("backup.deleted", "古いバックアップを消した"),
    ("backup.made", "バックアップを作った"),
    ("backup.restored", "バックアップから戻した"),
    ("branches.brought", "支店の表を持ち込んだ"),
    ("branches.imported", "支店の表を取り込んだ"),
    ("check.made", "目視点検を記録した"),
    ("closed_days.added", "休業日を加えた"),
    ("closed_days.ended", "休業日を取り消した"),
    ("closure.announced", "休止の予定を登録した"),
    ("closure.replaced", "休止の規則を置きかえた"),
    ("closure.withdrawn", "休止の予定を取り消した"),
    ("contact.added", "連絡先を加えた"),
    ("contact.ended", "連絡先を終わらせた"),
    ("correction.approved", "訂正を承認した"),
    ("correction.proposed", "訂正を提案した"),
    ("correction.refused", "訂正を却下した"),
    ("correction.withdrawn", "訂正の提案を取り消した"),
    ("corrections.seen", "訂正の提案の内容を見た"),
    ("delivery.closed", "還元データを作った"),
    ("delivery.downloaded", "還元データをダウンロードした"),
    ("delivery.reissued", "還元データを作り直した"),
    ("difference.seen", "くいちがいの処理の内容を見た"),
    ("difference.settled", "くいちがいを処理済みにした"),
    ("export.approved", "一覧の出力を承認した"),
    ("export.asked", "一覧の出力を頼んだ"),
    ("export.refused", "一覧の出力を却下した"),
    ("faq.approved", "よくある質問を承認した"),
    ("faq.changed", "よくある質問の案を直した"),
    ("faq.drafted", "よくある質問の案を作った"),
    ("faq.proposed", "よくある質問を提案した"),
    ("faq.refused", "よくある質問を却下した"),
    ("faq.retired", "よくある質問をやめた"),
    ("first_debits.imported", "初回の振替結果を取り込んだ"),
    ("holidays.brought", "休日の表を持ち込んだ"),
    ("holidays.imported", "休日の表を取り込んだ"),
    ("improvement.asked", "改善の要望を登録した"),
    ("improvement.decided", "改善の要望の扱いを決めた"),
    ("improvement.linked", "問合せを改善の要望に加えた"),
    ("incident.accident", "事故の報告を書いた"),
    ("incident.accident_taken", "事故の報告書を取り出した"),
    ("incident.alarm", "警報を障害に加えた"),
    ("incident.call", "電話連絡を記録した"),
    ("incident.cause", "障害の原因を書いた"),
    ("incident.measure", "再発防止策を書いた"),
    ("incident.opened", "障害を登録した"),
    ("incident.progress", "障害の経過を書いた"),
    ("incident.report_taken", "障害報告書を取り出した"),
    ("incident.scope", "障害の重大度・影響を直した"),
    ("incident.state", "障害の状態を変えた"),
    ("incident.switch", "障害から切り替えた"),
    ("inquiries.searched", "問合せを検索した"),
    ("inquiry.asked_on", "続けて質問した"),
    ("inquiry.assigned", "問合せの担当を決めた"),
    ("inquiry.file_added", "問合せにファイルを付けた"),
    ("inquiry.file_checked", "ファイルのウイルスを検査した"),
    ("inquiry.file_opened", "問合せのファイルを開いた"),
    ("inquiry.handed_over", "問合せを引き継いだ"),
    ("inquiry.institution", "問合せの金融機関を変えた"),
    ("inquiry.linked", "問合せを申込みと結んだ"),
    ("inquiry.moved", "問合せの状態を変えた"),
    ("inquiry.noted", "問合せにメモを追加した"),
    ("inquiry.promised", "次の連絡の日を決めた"),
    ("inquiry.read", "回答を読んだ"),
    ("inquiry.received", "問合せを受け付けた"),
    ("inquiry.replied", "問合せに回答した"),
    ("inquiry.seen", "問合せを見た"),
    ("inquiry.seen_in_clear", "問合せを伏せずに見た"),
    ("inquiry.sorted", "問合せの分類を変えた"),
    ("inquiry_template.changed", "回答のひな形を直した"),
    ("inquiry_template.made", "回答のひな形を作った"),
    ("inquiry_template.retired", "回答のひな形をやめた"),
    ("inquiry_template.used", "ひな形を使って回答した"),
    ("institution.added", "金融機関を加えた"),
    ("institution.reinstated", "金融機関の取扱いを再開した"),
    ("institution.renamed", "金融機関の名前を変えた"),
    ("institution.retired", "金融機関を廃止にした"),
    ("institution.retirement_withdrawn", "金融機関の廃止を取り消した"),
    ("job.retried", "止まった処理をやり直した"),
    ("layout.approved", "レイアウトを承認した"),
    ("layout.changed", "レイアウトの案を直した"),
    ("layout.compared", "見本とくらべた"),
    ("layout.drafted", "レイアウトの案を作った"),
    ("layout.proposed", "レイアウトを提案した"),
    ("layout.refused", "レイアウトを却下した"),
    ("layout.seen", "レイアウトの画面で、伏せた結果を見た"),
    ("layout.tried", "レイアウトを保存せずに試した"),
    ("log.deleted", "古いログを消した"),
    ("log.sealed", "ログを封印した"),
    ("mail.retried", "メールを送り直した"),
    ("mail.seen", "送ったメールを読んだ"),
    ("outage.approved", "停止予定を承認した"),
    ("outage.begun", "停止の作業を始めた"),
    ("outage.ended", "停止の作業を終えた"),
    ("outage.extended", "停止を延長した"),
    ("outage.proposed", "停止を提案した"),
    ("outage.record_taken", "停止予定の記録を取り出した"),
    ("outage.refused", "停止予定を却下した"),
    ("outage.withdrawn", "停止予定を取り下げた"),
    ("paper.changed", "報告書・議事録を直した"),
    ("paper.fixed", "報告書・議事録を確定した"),
    ("paper.made", "報告書・議事録を作った"),
    ("paper.renewed", "報告書の集計をやり直した"),
    ("paper.taken", "報告書・議事録を取り出した"),
    ("results.exported", "結果を出力した"),
    ("service.degraded", "金融機関の手続きを止めた"),
    ("service.open", "受付を再開した"),
    ("service.stopped", "受付を止めた"),
    ("staff.added", "職員を登録した"),
    ("staff.changed", "職員の氏名・所属を変えた"),
    ("staff.codes_renewed", "リカバリーコードを作った"),
    ("staff.invited", "職員を招待した"),
    ("staff.key_added", "キーを登録した"),
    ("staff.key_renamed", "キーの名前を変えた"),
    ("staff.key_revoked", "キーを停止した"),
    ("staff.keys_replaced", "招待状で入り、それまでのキーを無効にした"),
    ("staff.proved", "本人確認をした"),
    ("staff.reinstated", "職員の停止を解いた"),
    ("staff.role_granted", "役割を付けた"),
    ("staff.role_revoked", "役割を外した"),
    ("staff.session_ended", "ログインを1つ終わらせた"),
    ("staff.signed_in", "ログインした"),
    ("staff.signed_out", "ログアウトした"),
    ("staff.signed_out_everywhere", "すべての端末からログアウトした"),
    ("staff.suspended", "職員を停止した"),
    ("staff.training_recorded", "研修の受講を記録した"),
    ("support_day.changed", "窓口の特別な日を変えた"),
    ("support_hours.changed", "窓口の受付時間を変えた"),
    ("text.approved", "文面を承認した"),
    ("text.changed", "文面の案を直した"),
    ("text.drafted", "文面の案を作った"),
    ("text.proposed", "文面を提案した"),
    ("text.refused", "文面を却下した"),
    ("text.tried", "文面を試しに送った"),
];

/// Beginnings of actions, to search by.
#[rustfmt::skip]
pub const FAMILIES: &[(&str, &str)] = &[
    ("application.seen", "申込みを見た"),
    ("application.revealed", "伏せた項目を表示した"),
    ("application.", "申込みの動き"),
    ("applications.", "検索・一覧の出力"),
    ("export.", "一覧の出力の承認"),
    ("attempt.", "二重の登録のおそれ"),
    ("correction.", "訂正"),
    ("corrections.", "訂正の提案の内容を見た"),
    ("difference.", "照合のくいちがい"),
    ("first_debits.", "初回の振替結果"),
    ("delivery.", "還元データ"),
    ("results.", "結果の出力"),
    ("layout.", "レイアウト"),
    ("text.", "文面"),
    ("staff.", "職員・ログイン"),
    ("access.", "権限のない操作"),
    ("accesses.", "個人情報へのアクセスの点検"),
    ("branches.", "支店の表"),
    ("institution.", "金融機関"),
    ("holidays.", "休日の表"),
    ("closed_days.", "休業日"),
    ("closure.", "休止の予定"),
    ("service.", "受付の停止・再開"),
    ("inquiry.", "問合せ"),
    ("inquiries.", "問合せの検索"),
    ("inquiry_template.", "回答のひな形"),
    ("support_", "窓口の受付時間"),
    ("assist.", "電話の案内"),
    ("faq.", "よくある質問"),
    ("improvement.", "改善の要望"),
    ("incident.", "障害"),
    ("outage.", "停止予定"),
    ("paper.", "報告書・議事録"),
    ("contact.", "連絡先"),
    ("check.", "目視点検"),
    ("mail.", "メール"),
    ("alarm.", "警報"),
    ("job.", "処理のやり直し"),
    ("backup.", "バックアップ"),
    ("log.", "ログ"),
    ("audit.", "操作記録の出力"),
];

/// What an entry is about, by the word before the `/`.
#[rustfmt::skip]
const SUBJECTS: &[(&str, &str)] = &[
    ("accesses", "個人情報へのアクセス"),
    ("alarm", "警報"),
    ("application", "申込み"),
    ("applications", "申込みの一覧"),
    ("assist", "電話の案内"),
    ("audit", "操作記録"),
    ("branch_import", "支店の表"),
    ("check", "点検"),
    ("closed_days", "休業日"),
    ("closure", "休止の予定"),
    ("console", "職員用の画面"),
    ("contact", "連絡先"),
    ("correction", "訂正の提案"),
    ("corrections", "承認待ちの訂正"),
    ("delivery", "還元データ"),
    ("difference", "くいちがい"),
    ("export", "一覧の出力"),
    ("faq", "よくある質問"),
    ("file", "ファイル"),
    ("first_debits", "初回の振替結果"),
    ("gateway", "ゲートウェイ"),
    ("holiday_import", "休日の表"),
    ("improvement", "改善の要望"),
    ("incident", "障害"),
    ("inquiries", "問合せの一覧"),
    ("inquiry", "問合せ"),
    ("inquiry_template", "回答のひな形"),
    ("institution", "金融機関"),
    ("job", "処理"),
    ("layout", "レイアウト"),
    ("mail", "メール"),
    ("message", "書き込み"),
    ("note", "メモ"),
    ("outage", "停止予定"),
    ("paper", "報告書・議事録"),
    ("passkey", "キー"),
    ("results", "結果"),
    ("service", "サービス全体"),
    ("staff", "職員"),
    ("support_day", "窓口の特別な日"),
    ("support_hours", "窓口の受付時間"),
    ("text", "文面"),
];

/// Words of details that belong to no other table.
#[rustfmt::skip]
const WORDS: &[(&str, &str)] = &[
    ("added", "追加"),
    ("by", "："),
    ("changed", "変更"),
    ("day", "使い始め"),
    ("differences", "件のくいちがい"),
    ("by the rule", "保存の決まりによる"),
    ("encrypted", "暗号化したファイル"),
    ("file", "ファイル"),
    ("due_times", "件の期限を改めた"),
    ("intake", "受付の画面から"),
    ("left_out", "書き出さない結果"),
    ("lines,", "行、"),
    ("not_registered", "登録されていない"),
    ("registered", "登録されている"),
    ("report", "文字の一覧"),
    ("retired", "終了"),
    ("rows", "件"), ("service", "サービス全体"),
    ("sha256", "SHA-256"),
];

/// Words of details that mean something in one family of actions alone.
#[rustfmt::skip]
const OF_A_FAMILY: &[(&str, &[(&str, &str)])] = &[
    ("accesses", &[("everybody", "全員"), ("one", "1人だけ")]),
    ("audit", &[
        ("whole", "つながっている"), ("broken", "切れている"), ("unsigned", "控えとちがう"), ("unsealed", "封とちがう"),
        ("since", "いつから"), ("unknown_word", "記録にない語"), ("until", "いつまで"),
    ]),
    ("corrections", &[("clear", "伏せない表示"), ("masked", "伏せた表示")]),
    ("assist", &[
        ("account", "口座の画面"), ("bank", "金融機関の画面"), ("check", "確認の画面"), ("contact", "連絡先の画面"),
        ("former", "前に使用していた方の画面"), ("name", "お名前の画面"),
        ("number", "お問い合わせ番号の画面"), ("other", "入力ではない画面"), ("place", "使用場所の画面"), ("terms", "利用規約の画面"),
    ]),
    ("contact", &[("holiday", "土日・祝日"), ("night", "平日の夜間"), ("office", "平日の日中")]),
    ("holidays", &[("removed", "削除"), ("renamed", "名前の変更")]),
    ("improvement", &[
        ("asked", "検討中"), ("declined", "見送り"), ("done", "対応済み"), ("evaluation", "アンケート・評価"), ("inquiry", "問合せ"),
        ("planned", "対応予定"), ("staff", "職員の気づき"),
    ]),
    ("check", &[("fine", "異常なし"), ("odd", "異常あり")]),
    ("incident", &[
        ("closed", "完了"), ("critical", "重大"), ("major", "中"), ("minor", "軽微"), ("restored", "復旧"), ("working", "対応中"),
    ]),
    ("inquiry", &[
        ("answered", "回答済み"), ("handover", "引き継ぎの一覧"), ("clean", "異常なし"), ("closed", "完了"), ("counter", "窓口"), ("infected", "ウイルスあり"),
        ("mail", "郵便・メール"), ("open", "未回答"), ("phone", "電話"), ("staff", "運用担当あて"), ("waiting", "返事待ち"), ("web", "サイト"),
        ("account", "口座・金融機関の変更"), ("bill", "料金・引き落とし"), ("other", "その他"), ("privacy", "個人情報の取扱い"),
        ("procedure", "申込みの方法"), ("result", "申込みの結果・登録の状況"), ("trouble", "画面が動かない・表示がおかしい"),
    ]),
    ("inquiry_template", &[("overdue", "期限のあと")]),
    ("layout", &[("column", "項目"), ("column_added", "項目を追加"), ("more", "より多い"), ("records", "レコードの数"), ("settings", "ファイルの形"), ("shape", "形のちがい"), ("values", "値のちがい")]),
    ("staff", &[("again", "使えるキーのある人"), ("name", "氏名"), ("unit", "所属")]),
];

fn find(table: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(w, _)| *w == word).map(|(_, label)| *label)
}

/// What people call an action.
pub fn action_label(action: &str) -> Option<&'static str> {
    find(ACTIONS, action)
}

/// What people call a beginning of actions.
pub fn family_label(word: &str) -> Option<&'static str> {
    find(FAMILIES, word)
}

/// 「申込み」 of `application/01K…`, and the id.
pub fn subject_label(subject: &str) -> (&str, &str) {
    let (kind, id) = subject.split_once('/').unwrap_or((subject, ""));
    (find(SUBJECTS, kind).unwrap_or(kind), id)
}

/// A word of an action's detail that is in no other table.
pub fn detail_word(action: &str, word: &str) -> Option<&'static str> {
    let family = action.split('.').next();
    let own = OF_A_FAMILY.iter().find(|(name, _)| Some(*name) == family);
    own.and_then(|(_, words)| find(words, word))
        .or_else(|| find(WORDS, word))
}

/// Who acted, where no person is known by name.
pub fn actor_label(word: &str) -> &str {
    match word {
        "applicant" => "申込者",
        "gateway" => "ゲートウェイ",
        "system" => "システム",
        "operator" => "運用担当（コマンド）",
        name => name,
    }
}

/// The word of an actor as people search for it; any other text is a person's number.
pub fn actor_word(typed: &str) -> Option<std::borrow::Cow<'static, str>> {
    let all = [Actor::Applicant, Actor::Gateway, Actor::System, Actor::Operator];
    let mut words = all.into_iter().map(Actor::word);
    words.find(|word| *word == typed || actor_label(word) == typed || (typed == "運用担当" && word == "operator"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_in_a_family_and_stands_once() {
        for (n, (action, _)) in ACTIONS.iter().enumerate() {
            assert!(FAMILIES.iter().any(|(begin, _)| action.starts_with(begin)), "{action}");
            assert!(ACTIONS[..n].iter().all(|(other, _)| other < action), "{action}");
        }
    }

    #[test]
    fn actors_are_found_by_what_the_page_calls_them() {
        for word in ["applicant", "gateway", "system", "operator"] {
            assert_eq!(actor_word(actor_label(word)).as_deref(), Some(word));
            assert_eq!(actor_word(word).as_deref(), Some(word));
        }
        assert_eq!(actor_word("1234"), None);
    }
}
