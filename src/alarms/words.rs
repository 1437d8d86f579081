//! What people call an alarm's cause, and what they do. `every_action_and_alarm_has_its_words` finds what is missing here.

/// The beginning of a key, up to its `:`, its name, and what to do.
#[rustfmt::skip]
pub const CAUSES: &[(&str, &str, &str)] = &[
    ("audit.not_sealed", "操作記録の終わりが封と合わない",
        "漏えいのおそれとして調べます。調べ終わったら、コマンドで封をし直します"),
    ("deliveries.failed", "還元データを作れない",
        "ログの理由を見て直します。次のやり直しで作られます。止まった処理は、コマンドでやり直します"),
    ("deliveries.not_downloaded", "還元データが未ダウンロード",
        "担当者に確かめ、還元データをダウンロードします"),
    ("enrolment.many_accounts", "1つの接続元から多くの口座",
        "アクセスの記録を調べ、不正ならファイアウォールで止めます。確かめたら、コマンドで終わらせます"),
    ("enrolment.needs_a_person", "担当者の確認が必要な申込み",
        "ゲートウェイに結果を問い合わせ、2人で訂正します"),
    ("enrolment.second_success", "二重の登録のおそれ",
        "二重に登録されていれば、金融機関で一方を取り消してもらいます。確かめたら、コマンドで終わらせます"),
    ("incidents.measure_late", "再発防止策の遅れ",
        "再発防止策を行い、障害の画面で「終わった」にします"),
    ("incidents.note_due", "障害の経過の記入",
        "障害の画面に、いまの経過を書きます"),
    ("inquiries.files_wait", "ウイルスの検査を待つファイル",
        "ウイルス検査のプログラムが動いているかを調べます。ファイルは失われません"),
    ("inquiries.overdue", "期限を過ぎた問合せ",
        "「問合せ」の「期限を過ぎたもの」を開き、担当を決めて回答します"),
    ("operations.backup_failed", "バックアップの失敗",
        "ログの理由を直し、バックアップを手で作ります"),
    ("operations.backup_not_off_site", "バックアップの写しの失敗",
        "別の場所の保管先と、そこまでの通信を調べます"),
    ("operations.backup_old", "バックアップが古い",
        "バックアップを手で作り、作られなかった理由を調べます"),
    ("operations.certificate", "証明書",
        "証明書を更新します"),
    ("operations.check_missed", "目視点検の抜け",
        "「目視点検の記録」に、抜けた時刻の点検を書きます"),
    ("operations.clock", "時計のずれ",
        "時刻の同期を調べます"),
    ("operations.clock_behind", "時計のずれ",
        "時刻の同期を調べ、直るまで締めの結果を確かめます"),
    ("operations.cpu", "CPU の使用率",
        "ほかの処理を止めます。続くときは大きい機械を考えます"),
    ("operations.dead_jobs", "止まった処理",
        "処理の一覧で理由を見て直し、やり直します"),
    ("operations.disk", "ディスクの空き",
        "システムの日誌、関係のない古いファイル、外の保管先にもあるバックアップの順に消します。ログは動かしません"),
    ("operations.gateway_down", "ゲートウェイの不通",
        "ゲートウェイの会社に連絡し、障害を登録して案内を出します"),
    ("operations.gateway_slow", "ゲートウェイの応答の遅れ",
        "通信の状態を調べ、ゲートウェイの会社に連絡します"),
    ("operations.holidays_end", "休日の表の終わり",
        "「営業日と休日」に、新しい休日の表を入れます"),
    ("operations.institution_failing", "金融機関の応答の少なさ",
        "金融機関のお知らせを確かめ、要れば障害の画面から休止にします"),
    ("operations.logs", "ログの欠け・書き換え",
        "ログを検査し、説明のつかない欠けは情報漏えいの疑いとして扱います"),
    ("operations.logs_fail", "ログを書けない",
        "ディスクの空きと、フォルダーの権限を調べます"),
    ("operations.logs_lost", "書けなかったログ",
        "ディスクの空きを調べ、直してから起動し直します"),
    ("operations.mail_waits", "送れていないメール",
        "メールサーバーを調べます。直ればひとりでに送られます"),
    ("operations.memory", "メモリの使用率",
        "ほかの処理を止めます。続くときは大きい機械を考えます"),
    ("operations.unknown_results", "結果不明の申込み",
        "ゲートウェイか金融機関に結果を問い合わせ、2人で訂正します"),
    ("outages.not_begun", "始まらない停止の作業",
        "「作業を始めた」を押すか、停止予定を取り下げます"),
    ("outages.not_ended", "終わらない停止の作業",
        "「作業を終えた」を押します。直らないときは障害を登録して止めます"),
    ("outages.soon", "近づいた停止予定",
        "準備を確かめます"),
    ("outages.undecided", "承認されていない停止予定",
        "承認者に、承認か却下を頼みます"),
    ("reconciliation.differences", "照合のくいちがい",
        "「照合・要対応」を開き、1件ずつ処理します"),
    ("reconciliation.first_debit", "初回の振替の失敗",
        "申込みと金融機関の記録を確かめます。確かめたら、コマンドで終わらせます"),
    ("reconciliation.no_file", "日次ファイルが届かない",
        "ゲートウェイに問い合わせ、届いたファイルを取り込みます"),
    ("training.class_closed", "開けない研修の教室",
        "研修担当が、教室の画面で「はじめの状態にもどす」を押すか、教室を終えます。理由はログにあります"),
    ("training.closed", "研修の画面が閉じている",
        "ログの理由（課題のファイル、フォルダーの空きと権限、ポート）を直して、起動し直します。本番は動いています"),
];

/// What people call the cause of a key.
pub fn label(key: &str) -> &'static str {
    of(key).map_or("その他の原因", |(_, label, _)| label)
}

/// What to do about the cause of a key.
pub fn remedy(key: &str) -> &'static str {
    of(key).map_or("運用担当に知らせます", |(.., remedy)| remedy)
}

fn of(key: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let (cause, _) = key.split_once(':').unwrap_or((key, ""));
    CAUSES.iter().find(|(word, ..)| *word == cause)
}
