//! What people call an alarm's cause. `every_action_and_alarm_has_its_words` finds what is missing here.

/// The beginning of a key, up to its `:`, and its name.
#[rustfmt::skip]
pub const CAUSES: &[(&str, &str)] = &[
    ("deliveries.failed", "還元データを作れない"),
    ("deliveries.not_downloaded", "還元データが未ダウンロード"),
    ("enrolment.many_accounts", "1つの接続元から多くの口座"),
    ("enrolment.needs_a_person", "担当者の確認が必要な申込み"),
    ("enrolment.second_success", "二重の登録のおそれ"),
    ("incidents.measure_late", "再発防止策の遅れ"),
    ("incidents.note_due", "障害の経過の記入"),
    ("inquiries.files_wait", "ウイルスの検査を待つファイル"),
    ("inquiries.overdue", "期限を過ぎた問合せ"),
    ("operations.backup_failed", "バックアップの失敗"),
    ("operations.backup_not_off_site", "バックアップの写しの失敗"),
    ("operations.backup_old", "バックアップが古い"),
    ("operations.certificate", "証明書"),
    ("operations.check_missed", "目視の点検の抜け"),
    ("operations.clock", "時計のずれ"),
    ("operations.clock_behind", "時計のずれ"),
    ("operations.cpu", "CPU の使用率"),
    ("operations.dead_jobs", "止まった処理"),
    ("operations.disk", "ディスクの空き"),
    ("operations.gateway_down", "ゲートウェイの不通"),
    ("operations.gateway_slow", "ゲートウェイの応答の遅れ"),
    ("operations.holidays_end", "休日の表の終わり"),
    ("operations.institution_failing", "金融機関の応答の少なさ"),
    ("operations.logs", "ログの欠け・書き換え"),
    ("operations.logs_fail", "ログを書けない"),
    ("operations.logs_lost", "書けなかったログ"),
    ("operations.mail_waits", "送れていないメール"),
    ("operations.memory", "メモリの使用率"),
    ("operations.unknown_results", "結果不明の申込み"),
    ("outages.not_begun", "始まらない停止の作業"),
    ("outages.not_ended", "終わらない停止の作業"),
    ("outages.soon", "近づいた停止予定"),
    ("outages.undecided", "承認されていない停止予定"),
    ("reconciliation.differences", "照合のくいちがい"),
    ("reconciliation.first_debit", "初回の振替の失敗"),
    ("reconciliation.no_file", "日次ファイルが届かない"),
];

/// What people call the cause of a key.
pub fn label(key: &str) -> &'static str {
    let (cause, _) = key.split_once(':').unwrap_or((key, ""));
    let found = CAUSES.iter().find(|(word, _)| *word == cause);
    found.map_or("その他の原因", |(_, label)| label)
}
