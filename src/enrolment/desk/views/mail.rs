use crate::{
    accounts::{ConsolePage, Staff, heading},
    enrolment::desk::detail::Detail,
    mail::SentMail,
    web::{
        Site,
        ui::{self, when},
    },
};
use maud::{Markup, html};

/// A mail as the applicant reads it. A template holds nothing of a person; the address stays masked.
pub fn sent_mail(site: &Site, staff: &Staff, d: &Detail, mail: &SentMail) -> Markup {
    let sent = mail.sent_at.map_or("まだ送っていません".to_owned(), when);
    let path = d.path();
    let main = html! {
        (heading("送ったメール"))
        dl class="summary summary--dense" {
            (ui::summary_row("あて先", "＊＊＊（申込者のアドレス）", None))
            (ui::summary_row("作った日時", &when(mail.created_at), None))
            (ui::summary_row("送った日時", &sent, None))
            (ui::summary_row("件名", &mail.title, None))
        }
        section class="sample" aria-label="本文" { pre class="sample__mail" tabindex="0" { (mail.body) } }
        p { a href=(path) { "申込みの画面にもどる" } }
    };
    ConsolePage::new("送ったメール", "/applications", main)
        .crumbs(&[("受付結果", &d.list()), (&d.record.receipt_number, &path)])
        .render(site, staff)
}
