use super::{PART, select};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    inquiries::{
        desk::{Typed, may_read},
        model::{Category, Priority, Source},
    },
    web::{
        Site,
        ui::{self, Choice, FieldError, TextField, choices},
    },
};
use maud::{Markup, html};

/// `/inquiries/new`
pub fn intake(site: &Site, staff: &Staff, t: &Typed, errors: &[FieldError]) -> Markup {
    let sources: Vec<Choice> = Source::ALL
        .iter()
        .filter(|s| **s != Source::Web && may_read(staff, **s))
        .map(|s| Choice {
            value: s.as_str(),
            label: s.label(),
            note: "",
        })
        .collect();
    let main = html! {
        (ui::error_summary(errors))
        (heading("問合せを記録する"))
        form class="form" method="post" action="/inquiries" novalidate {
            (choices("source", "受付の方法", "", t.get("source"), &sources, errors))
            @if staff.may(Permission::ReadApplications) { (about(t)) }
            (category(t, errors))
            (ui::text_area("body", "用件", "1行でかまいません", t.get("body"), 3, errors))
            (text("name", "相手のお名前", "", t, errors))
            (text("phone", "電話番号", "かけ直すとき", t, errors))
            (text("email", "メールアドレス", "回答したことを知らせるとき。電話番号の下4桁で開くので、電話番号も要ります", t, errors))
            (select("priority", "優先度", t.get("priority"), None, Priority::ALL.iter().map(|p| (p.as_str(), p.label()))))
            (ui::text_area("answer", "その場で答えたこと", "まだのときは、空けておきます", t.get("answer"), 3, errors))
            div class="checkbox" {
                input type="checkbox" id="done" name="done" value="yes" checked[t.get("done") == "yes"];
                label for="done" { "これで完了にする" }
            }
            (ui::submit("記録する"))
        }
    };
    ConsolePage::new("問合せを記録する", PART, main)
        .crumbs(&[("問合せ", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn category(t: &Typed, errors: &[FieldError]) -> Markup {
    let list: Vec<Choice> = Category::ALL
        .iter()
        .map(|c| Choice {
            value: c.as_str(),
            label: c.label(),
            note: "",
        })
        .collect();
    choices("category", "問合せの種類", "", t.get("category"), &list, errors)
}

fn text(name: &str, label: &str, hint: &str, t: &Typed, errors: &[FieldError]) -> Markup {
    TextField {
        name,
        label,
        hint,
        value: t.get(name),
        optional: true,
        width: "w20",
        autocomplete: "off",
        ..Default::default()
    }
    .render(errors)
}

/// What the caller says of an application, and what fits it.
fn about(t: &Typed) -> Markup {
    html! {
        (text("said", "どの申込みか", "受付番号、お問い合わせ番号、電話番号、お名前（カナ）のどれか", t, &[]))
        p { button class="button button--secondary" type="submit" name="do" value="find" { "申込みをさがす" } }
        @if let Some(found) = &t.found {
            @if found.is_empty() { p role="status" { "あう申込みはありません。結び付けずに記録できます。" } }
            @else {
                fieldset class="field" id="application" tabindex="-1" {
                    legend { "結び付ける申込み" }
                    div class="radios" {
                        @for c in found { div class="radio" {
                            input type="radio" id={ "application-" (c.id) } name="application" value=(c.id)
                                checked[t.get("application") == c.id || found.len() == 1];
                            label for={ "application-" (c.id) } { (c.receipt_number) "　" (c.name) "　" (c.institution) "　" (c.state) }
                        } }
                        div class="radio" {
                            input type="radio" id="application-none" name="application" value="";
                            label for="application-none" { "結び付けない" }
                        }
                    }
                }
            }
        }
    }
}
