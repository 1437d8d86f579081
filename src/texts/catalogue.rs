//! Every text that citizens and staff read and that may be changed, with the words that ship.
use crate::db::text_enum;

text_enum! {
    /// The texts. The words are in addresses and in the database, so they never change.
    pub enum TextId {
        Items = "items",
        Terms = "terms",
        Privacy = "privacy",
        Faq = "faq",
        Schedule = "schedule",
        Paper = "paper",
        Easy = "easy",
        Accessibility = "accessibility",
        MailReceipt = "mail_receipt",
        MailRegistered = "mail_registered",
        MailRejected = "mail_rejected",
        MailCancelled = "mail_cancelled",
        MailUnknown = "mail_unknown",
        MailExpired = "mail_expired",
        MailWaiting = "mail_waiting",
        MailLateSuccess = "mail_late_success",
        MailDeferred = "mail_deferred",
        MailReopened = "mail_reopened",
        MailInquiryReceived = "mail_inquiry_received",
        MailInquiryAnswered = "mail_inquiry_answered",
        ProcedureStart = "procedure_start",
        ProcedureStop = "procedure_stop",
        ProcedureDaily = "procedure_daily",
        ProcedureBackup = "procedure_backup",
        ProcedureHardware = "procedure_hardware",
        ProcedureEmergency = "procedure_emergency",
        ProcedureSuspend = "procedure_suspend",
        ProcedureAccident = "procedure_accident",
    }
}

/// What a text is: each has its own rules and its own preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The table of the form's items.
    Items,
    /// Markdown, cut at `##` into sections that open.
    Terms,
    /// Markdown.
    Page,
    /// The first line is 「件名：」, the rest plain text.
    Mail,
    /// A written procedure for staff (KS22), Markdown; approved like the others, shown at the console.
    Procedure,
}

impl TextId {
    pub fn kind(self) -> Kind {
        match self {
            TextId::Items => Kind::Items,
            TextId::Terms => Kind::Terms,
            _ if self.as_str().starts_with("mail_") => Kind::Mail,
            _ if self.as_str().starts_with("procedure_") => Kind::Procedure,
            _ => Kind::Page,
        }
    }

    /// Its heading; a mail's is when it goes out.
    pub fn title(self) -> &'static str {
        match self {
            TextId::Items => "申込みの項目",
            TextId::Terms => "利用規約と個人情報の取扱い",
            TextId::Privacy => "個人情報の取扱い",
            TextId::Faq => "よくある質問",
            TextId::Schedule => "いつから引き落としになるか",
            TextId::Paper => "紙の申込書で申し込む方法",
            TextId::Easy => "やさしい日本語の案内",
            TextId::Accessibility => "アクセシビリティ",
            TextId::MailReceipt => "受付番号のお知らせ",
            TextId::MailRegistered => "登録完了のお知らせ",
            TextId::MailRejected => "登録できなかったお知らせ",
            TextId::MailCancelled => "取りやめのお知らせ",
            TextId::MailUnknown => "結果不明のお知らせ",
            TextId::MailExpired => "期限切れのお知らせ",
            TextId::MailWaiting => "結果待ち（24時間）のお知らせ",
            TextId::MailLateSuccess => "結果が登録完了に変わったお知らせ",
            TextId::MailDeferred => "受付番号のお知らせ（再開待ち）",
            TextId::MailReopened => "手続き再開のお知らせ",
            TextId::MailInquiryReceived => "問合せを受け付けたお知らせ",
            TextId::MailInquiryAnswered => "問合せに回答したお知らせ",
            TextId::ProcedureStart => "開始の手順",
            TextId::ProcedureStop => "終了の手順",
            TextId::ProcedureDaily => "毎日の運用の手順",
            TextId::ProcedureBackup => "バックアップの手順",
            TextId::ProcedureHardware => "機器の故障の手順",
            TextId::ProcedureEmergency => "緊急時の手順",
            TextId::ProcedureSuspend => "停止と縮退の手順",
            TextId::ProcedureAccident => "個人情報の事故の手順",
        }
    }

    /// Where citizens read it; `None` for a mail and a procedure, and for the items, which are on many pages.
    pub fn path(self) -> Option<String> {
        matches!(self.kind(), Kind::Page | Kind::Terms).then(|| format!("/{}", self.as_str()))
    }

    /// The page that a mail's `{{url}}` leads to.
    pub fn leads_to(self) -> &'static str {
        match self {
            TextId::MailInquiryReceived | TextId::MailInquiryAnswered => "/inquiry/status",
            _ => "/receipt",
        }
    }

    /// The words that ship. Terms and items are in the settings (`workspace.terms`).
    pub(super) fn built_in(self) -> &'static str {
        match self {
            TextId::Items | TextId::Terms => "",
            TextId::Privacy => include_str!("../../assets/texts/privacy.md"),
            TextId::Faq => include_str!("../../assets/texts/faq.md"),
            TextId::Schedule => include_str!("../../assets/texts/schedule.md"),
            TextId::Paper => include_str!("../../assets/texts/paper.md"),
            TextId::Easy => include_str!("../../assets/texts/easy.md"),
            TextId::Accessibility => include_str!("../../assets/texts/accessibility.md"),
            TextId::MailReceipt => include_str!("../../assets/texts/mails/receipt.txt"),
            TextId::MailRegistered => include_str!("../../assets/texts/mails/result_registered.txt"),
            TextId::MailRejected => include_str!("../../assets/texts/mails/result_rejected.txt"),
            TextId::MailCancelled => include_str!("../../assets/texts/mails/result_cancelled.txt"),
            TextId::MailUnknown => include_str!("../../assets/texts/mails/result_unknown.txt"),
            TextId::MailExpired => include_str!("../../assets/texts/mails/result_expired.txt"),
            TextId::MailWaiting => include_str!("../../assets/texts/mails/waiting.txt"),
            TextId::MailLateSuccess => include_str!("../../assets/texts/mails/late_success.txt"),
            TextId::MailDeferred => include_str!("../../assets/texts/mails/deferred.txt"),
            TextId::MailReopened => include_str!("../../assets/texts/mails/reopened.txt"),
            TextId::MailInquiryReceived => include_str!("../../assets/texts/mails/inquiry_received.txt"),
            TextId::MailInquiryAnswered => include_str!("../../assets/texts/mails/inquiry_answered.txt"),
            TextId::ProcedureStart => include_str!("../../assets/texts/procedures/start.md"),
            TextId::ProcedureStop => include_str!("../../assets/texts/procedures/stop.md"),
            TextId::ProcedureDaily => include_str!("../../assets/texts/procedures/daily.md"),
            TextId::ProcedureBackup => include_str!("../../assets/texts/procedures/backup.md"),
            TextId::ProcedureHardware => include_str!("../../assets/texts/procedures/hardware.md"),
            TextId::ProcedureEmergency => include_str!("../../assets/texts/procedures/emergency.md"),
            TextId::ProcedureSuspend => include_str!("../../assets/texts/procedures/suspend.md"),
            TextId::ProcedureAccident => include_str!("../../assets/texts/procedures/accident.md"),
        }
    }
}
