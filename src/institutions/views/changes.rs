use super::{PART, TITLE, path};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    institutions::{
        desk::{NameForm, RetirementForm},
        retirement::Leaving,
        store::{Institution, Kind},
    },
    web::{
        Site,
        ui::{self, FieldError, TextField},
    },
};
use maud::{Markup, html};

/// A new institution.
pub fn new(site: &Site, staff: &Staff, typed: &NameForm, errors: &[FieldError]) -> Markup {
    let title = "金融機関を加える";
    let main = html! {
        (ui::error_summary(errors))
        (heading(title))
        p { "加えるとすぐに、申込みの画面で選べるようになります。金融機関との契約と、ゲートウェイとの接続が済んでから加えてください。支店は、そのあとで支店の表から取り込みます。" }
        form class="form" method="post" action=(PART) novalidate {
            (TextField { name: "code", label: "金融機関コード", hint: "数字4桁", value: &typed.code, width: "w8", mode: "numeric", autocomplete: "off", ..Default::default() }.render(errors))
            (names(typed, errors))
            div class={ "field" @if FieldError::of(errors, "kind").is_some() { " field--error" } } {
                label for="kind" { "種類" }
                (ui::error_message("kind", errors))
                select class="input" id="kind" name="kind" {
                    option value="" { "選んでください" }
                    @for kind in Kind::ALL { option value=(kind.as_str()) selected[kind.as_str() == typed.kind] { (kind.label()) } }
                }
            }
            (ui::submit("この内容で加える"))
        }
    };
    ConsolePage::new(title, PART, main)
        .crumbs(&[(TITLE, PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn names(typed: &NameForm, errors: &[FieldError]) -> Markup {
    html! {
        (TextField { name: "name", label: "名前", hint: "申込みの画面と、お知らせに使います", value: &typed.name, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
        (TextField { name: "kana", label: "よみがな", hint: "全角カタカナ", value: &typed.kana, width: "w20", autocomplete: "off", ..Default::default() }.render(errors))
    }
}

/// Another name.
pub fn edit(site: &Site, staff: &Staff, institution: &Institution, typed: &NameForm, errors: &[FieldError]) -> Markup {
    let title = format!("{}の名前を変える", institution.name);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        p { "変えるとすぐに、申込みの画面と職員用の画面の名前が変わります。コードは変わりません。ほかの金融機関と一つになるときは、名前を変えずに " a href=(path(institution, "/retirement")) { "取扱いを終え" } "、引き継ぐ金融機関を選びます。" }
        form class="form" method="post" action=(path(institution, "")) novalidate {
            (names(typed, errors))
            (ui::submit("この名前に変える"))
        }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[(TITLE, PART), (&institution.name, &path(institution, ""))])
        .errors(!errors.is_empty())
        .render(site, staff)
}

/// Retirement, or taking it back.
pub fn retirement(
    site: &Site,
    staff: &Staff,
    institution: &Institution,
    others: &[Institution],
    leaving: Option<&Leaving>,
    typed: &RetirementForm,
    errors: &[FieldError],
) -> Markup {
    let title = format!("{}の取扱いを終える", institution.name);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        @match (leaving, institution.retired_on) {
            (_, None) => (retire(institution, others, typed, errors)),
            (leaving, Some(day)) => {
                @if let Some(leaving) = leaving { div class="notice" { p { (leaving.told) } } }
                p { "取り消すと、申込みの画面でまた選べるようになります。" }
                form method="post" action=(path(institution, "/retirement/withdrawal")) {
                    // Only what was looked at is taken back.
                    input type="hidden" name="day" value=(day);
                    (ui::submit("取扱いの終了を取り消す"))
                }
            }
        }
    };
    ConsolePage::new(&title, PART, main)
        .crumbs(&[(TITLE, PART), (&institution.name, &path(institution, ""))])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn retire(institution: &Institution, others: &[Institution], typed: &RetirementForm, errors: &[FieldError]) -> Markup {
    html! {
        ul {
            li { "その日から、申込みの画面で選べなくなります。それまでは、終わる日をお知らせします。" }
            li { "それまでに送信された申込みの手続きは続き、結果も届きます。" }
            li { "金融機関と支店の記録は消えません。その日の前でもあとでも、取り消せます。" }
        }
        form class="form" method="post" action=(path(institution, "/retirement")) novalidate {
            (TextField { name: "day", label: "選べなくなる日", hint: "明日か、それより後の日。例：2027-04-01", value: &typed.day, width: "w12", autocomplete: "off", ..Default::default() }.render(errors))
            (TextField { name: "reason", label: "理由", hint: "申込みの画面に表示します。例：合併のため", value: &typed.reason, width: "full", autocomplete: "off", ..Default::default() }.render(errors))
            div class={ "field" @if FieldError::of(errors, "successor").is_some() { " field--error" } } {
                label for="successor" { "引き継ぐ金融機関" span class="badge badge--optional" { "任意" } }
                p class="hint" id="successor-hint" { "選ぶと、申込みの画面で案内します" }
                (ui::error_message("successor", errors))
                select class="input" id="successor" name="successor" aria-describedby="successor-hint" {
                    option value="" { "なし" }
                    @for i in others { option value=(i.code) selected[i.code == typed.successor] { (i.name) } }
                }
            }
            (ui::submit("この日で取扱いを終える"))
        }
    }
}
