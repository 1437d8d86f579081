use super::{compare::Difference, store::Import};
use crate::{
    accounts::{ConsolePage, Permission, Staff, heading},
    institutions::Branch,
    web::{
        Site,
        ui::{self, FieldError, TextField, when},
    },
};
use maud::{Markup, html};

const PART: &str = "/institutions";
const HERE: &str = "/institutions/imports";

pub fn index(site: &Site, staff: &Staff, imports: &[(String, Import)], errors: &[FieldError]) -> Markup {
    let main = html! {
        (ui::error_summary(errors))
        (heading("支店の表の取込み"))
        p class="lead" { "新しい支店の表を読み込み、いまの表とのちがいを確かめてから取り込みます。ファイルにない支店は、消さずに廃止にします。" }
        @if staff.may(Permission::ManageInstitutions) {
            form class="form" method="post" action=(HERE) enctype="multipart/form-data" novalidate {
                div class={ "field" @if !errors.is_empty() { " field--error" } } {
                    label for="file" { "支店の表のファイル" }
                    p class="hint" id="file-hint" { "CSV（UTF-8かシフトJIS、10MBまで）。1行目は institution_code,branch_code,name,kana" }
                    (ui::error_message("file", errors))
                    input class="input" type="file" id="file" name="file" aria-describedby="file-hint";
                }
                (ui::submit("ちがいを確かめる"))
            }
        }
        h2 { "これまでの取込み" }
        @if imports.is_empty() { p { "0件（確認済み）" } }
        @else { ul class="rows" { @for (by, import) in imports { li class="rows__item" {
            div {
                a href={ (HERE) "/" (import.id) } { (when(import.made_at)) } "　" (by)
                p { (outcome(import)) }
            }
        } } } }
    };
    ConsolePage::new("支店の表の取込み", PART, main)
        .crumbs(&[("金融機関・休止の予定", PART)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn outcome(import: &Import) -> String {
    match import.effective_on {
        None => "まだ取り込んでいません".to_owned(),
        Some(day) => format!(
            "{day}から：追加{}件、変更{}件、廃止{}件",
            import.added, import.changed, import.retired
        ),
    }
}

pub fn show(
    site: &Site,
    staff: &Staff,
    import: &Import,
    difference: &Difference,
    applied_by: Option<&str>,
    day: &str,
    errors: &[FieldError],
) -> Markup {
    let is_open = import.applied_at.is_none();
    let main = html! {
        (ui::error_summary(errors))
        (heading("支店の表のちがい"))
        @if let (Some(by), Some(at)) = (applied_by, import.applied_at) {
            p class="notice" { (by) "　" (when(at)) "　に取り込みました。" (outcome(import)) }
        }
        @if is_open { (changes(difference)) }
        @if is_open && difference.is_empty() {
            p { "取り込むものはありません。" a href=(HERE) { "別のファイルを選ぶ" } }
        }
        @if is_open && !difference.is_empty() && staff.may(Permission::ManageInstitutions) {
            form class="form" method="post" action={ (HERE) "/" (import.id) "/application" } novalidate {
                // What was looked at is what is taken in.
                input type="hidden" name="seen" value=(difference.digest());
                (TextField {
                    name: "effective_on",
                    label: "使い始める日",
                    hint: "追加する支店はこの日から選べ、廃止する支店はこの日から選べません。名前の変更は、取り込むとすぐに変わります",
                    value: day,
                    width: "w12",
                    autocomplete: "off",
                    ..Default::default()
                }.render(errors))
                (ui::submit("この内容で取り込む"))
            }
        }
    };
    ConsolePage::new("支店の表のちがい", PART, main)
        .crumbs(&[("金融機関・休止の予定", PART), ("支店の表の取込み", HERE)])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn changes(difference: &Difference) -> Markup {
    let [added, changed, retired] = difference.counts();
    html! {
        p role="status" { "追加" (added) "件、変更" (changed) "件、廃止" (retired) "件、同じもの" (difference.unchanged) "件" }
        @if retired > difference.unchanged {
            p class="notice notice--warning" { "廃止になる支店が、残る支店より多くなります。ファイルに欠けがないか確かめてください。" }
        }
        @if added > 0 { h2 { "追加" } (table("追加する支店", difference.added.iter().map(|(i, b)| (i, None, b)))) }
        @if changed > 0 { h2 { "変更" } (table("変更する支店", difference.changed.iter().map(|(i, old, new)| (i, Some(old), new)))) }
        @if retired > 0 { h2 { "廃止" } (table("廃止する支店", difference.retired.iter().map(|(i, b)| (i, None, b)))) }
    }
}

fn table<'a>(caption: &str, rows: impl Iterator<Item = (&'a String, Option<&'a Branch>, &'a Branch)>) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table class="table table--dense" {
                caption class="vh" { (caption) }
                thead { tr { th scope="col" { "店番" } th scope="col" { "金融機関" } th scope="col" { "支店名" } th scope="col" { "よみがな" } } }
                tbody { @for (institution, old, branch) in rows { tr {
                    th scope="row" class="mono" { (branch.code) }
                    td data-label="金融機関" class="mono" { (institution) }
                    td data-label="支店名" { @if let Some(old) = old.filter(|old| old.name != branch.name) { (old.name) " → " } (branch.name) }
                    td data-label="よみがな" { @if let Some(old) = old.filter(|old| old.kana != branch.kana) { (old.kana) " → " } (branch.kana) }
                } } }
            }
        }
    }
}
