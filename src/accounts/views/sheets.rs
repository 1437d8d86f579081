//! What is printed about the staff: the invitation, the permission table, everybody's scope.
use super::{
    ConsolePage, heading,
    people::{FullPerson, dates, history, state, what_it_replaces},
};
use crate::{
    accounts::{
        Permission, Staff,
        roles::{TABLE, columns, without_column},
        ways,
    },
    japan::date::wareki,
    web::{
        Site,
        ui::{self, when},
    },
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

/// The printed sheet with which a person enrols the first key.
pub fn invitation(site: &Site, staff: &Staff, p: &FullPerson, token: &str, now: NaiveDateTime) -> Markup {
    let url = format!("{}/enrolments/{token}", site.url);
    let main = html! {
        (heading("招待状"))
        p class="lead" { (p.name) " さん（職員番号 " (p.code) "）が、自分のキーを登録するための用紙です。" }
        p { "この画面を閉じると、もう表示できません。印刷して、本人に手渡してください。" }
        (what_it_replaces(p))
        div class="invitation" {
            (ui::qr(&url, "キーを登録する画面のQRコード"))
            div {
                p { "期限：" (when(now + ways::INVITATION)) "まで、1回だけ" }
                p { "パソコンでは、つぎのアドレスを入力します。" }
                p class="mono breakable" { (url) }
            }
        }
        ol class="steps" {
            li { "庁内のネットワークにつないだ端末で、QRコードかアドレスを開きます" }
            li { "画面の案内で、顔・指紋・PIN、またはUSBのセキュリティキーを登録します" }
            li { "2つめのキーを登録するか、リカバリーコードを印刷します" }
        }
        div class="actions noprint" data-shown-once={ "/staff/" (p.id) } {
            button class="button" type="button" data-print { "印刷する" }
            a class="button button--secondary" href={ "/staff/" (p.id) } { (p.name) " さんの画面にもどる" }
        }
    };
    ConsolePage::new("招待状", "/staff", main)
        .crumbs(&[("職員", "/staff")])
        .render(site, staff)
}

/// Who may do what, as the one table in the code says.
pub fn permission_table() -> Markup {
    let columns = columns();
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="役割ごとの権限の表" {
            table class="table table--matrix" {
                caption class="vh" { "役割ごとの権限" }
                thead { tr { th scope="col" { "できること" } @for role in &columns { th scope="col" { (role.label()) } } } }
                tbody { @for (_, what, roles) in TABLE { tr {
                    th scope="row" { (what) }
                    @for role in &columns { td data-label=(role.label()) { @if roles.contains(role) { "可" } } }
                } } }
            }
        }
    }
}

pub fn permissions(site: &Site, staff: &Staff) -> Markup {
    let main = html! {
        (heading("役割ごとの権限"))
        p { "ホーム、マニュアル、この表、自分の設定、自分が頼んだ処理の画面は、ログインした全員が使えます。" }
        @if let Some(others) = without_column() { p { (others) } }
        (permission_table())
        div class="actions noprint" {
            button class="button button--secondary" type="button" data-print { "印刷する" }
            @if staff.may(Permission::ReadScopes) { a class="button button--secondary" href="/staff/scopes" { "全員の権限の範囲を見る" } }
        }
    };
    ConsolePage::new("役割ごとの権限", "/permissions", main).render(site, staff)
}

/// Everybody's scope of access, dates and training (KS3, KS5, KS19).
pub fn scopes(site: &Site, staff: &Staff, people: &[FullPerson], now: NaiveDateTime) -> Markup {
    let main = html! {
        (heading("情報取扱者の一覧と権限の範囲"))
        p { (site.bureau.name) "　" (when(now)) "現在　" (people.iter().filter(|p| p.active).count()) "名" }
        @for p in people {
            section class="sheet" {
                h2 { (p.name) "（" (p.code) "）" }
                p { (p.unit) "　" (state(p)) }
                (dates(p))
                (history(p))
                p { strong { "研修：" } @if p.trainings.is_empty() { "記録なし" } @for t in &p.trainings { (wareki(t.held_on)) " " (t.title) "　" } }
            }
        }
        h2 { "役割ごとの権限" }
        @if let Some(others) = without_column() { p { (others) } }
        (permission_table())
        div class="actions noprint" { button class="button" type="button" data-print { "印刷する" } }
    };
    // Who inspects reads this sheet, and has no list of the staff to come from.
    let from = match staff.may(Permission::ManageStaff) {
        true => ("職員", "/staff"),
        false => ("権限の表", "/permissions"),
    };
    ConsolePage::new("情報取扱者の一覧と権限の範囲", from.1, main)
        .crumbs(&[from])
        .render(site, staff)
}
