use crate::{
    accounts::{ConsolePage, Staff, heading},
    enrolment::desk::{detail::Detail, guidance::NextStep},
    web::{Site, ui},
};
use maud::{Markup, html};

/// What the clerk reads on the page of the application.
pub fn next_sentence(step: NextStep) -> &'static str {
    match step {
        NextStep::Again => "申し込んだ機器なら、同じ受付番号で、金融機関の手続きをもう一度できます",
        NextStep::GoOn => "申し込んだ機器なら、同じ受付番号で、金融機関の手続きへ進めます",
        NextStep::Anew => "この申込みは終わっています。はじめから申し込み直してもらいます",
        NextStep::OnPaper => "ウェブでは手続きできません。書面で申し込んでもらいます",
        NextStep::Wait => "結果を確認しています。決まるまで、同じお問い合わせ番号の新しい手続きはできません",
        NextStep::Nothing => "口座は登録されています。新しい手続きはいりません",
    }
}

fn steps(step: NextStep) -> &'static [&'static str] {
    match step {
        // The look-up by receipt number shows the result and no more: only the browser that applied may act.
        NextStep::Again | NextStep::GoOn => &[
            "申し込んだスマートフォンやパソコンで、つぎのアドレスかQRコードを開きます",
            "「続きから再開する」を押し、内容を確かめて、金融機関の画面へ進みます",
            "「続きから再開する」が出ないときは、「申込みを始める」から申し込み直します。受付番号は新しくなります",
        ],
        _ => &[
            "つぎのアドレスかQRコードを開きます",
            "「申込みを始める」から、検針票と通帳を見ながら入力します",
            "金融機関の画面で手続きを終えると、新しい受付番号で結果を確かめられます",
        ],
    }
}

/// One page to hand over: it names nobody, only the receipt number.
pub fn guidance(site: &Site, staff: &Staff, public: &str, d: &Detail) -> Markup {
    let step = d.next_step;
    let back = d.path();
    let url = match step {
        NextStep::OnPaper => format!("{public}/paper"),
        _ => format!("{public}/"),
    };
    let main = html! {
        (heading("新しい手続きの案内"))
        p class="lead" { "受付番号 " span class="mono" { (d.record.receipt_number) } }
        p { (next_sentence(step)) "。" }
        @if matches!(step, NextStep::Again | NextStep::GoOn | NextStep::Anew) {
            ol class="steps" { @for words in steps(step) { li { (words) } } }
        }
        @if !matches!(step, NextStep::Wait | NextStep::Nothing) {
            div class="invitation" {
                (ui::qr(&url, "申込みの画面のQRコード"))
                div { p class="mono breakable" { (url) } }
            }
        }
        p { "わからないときは、" (site.bureau.name) "（" (site.bureau.phone) "）にお電話ください。" }
        div class="actions noprint" {
            button class="button" type="button" data-print { "印刷する" }
            a class="button button--secondary" href=(back) { "申込みの画面にもどる" }
        }
    };
    ConsolePage::new("新しい手続きの案内", "/applications", main)
        .crumbs(&[("受付結果", &d.list()), (&d.record.receipt_number, &back)])
        .render(site, staff)
}
