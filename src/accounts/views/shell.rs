use crate::{
    accounts::{NavItem, Staff, UNATTENDED},
    config::Environment,
    web::{Site, asset_path},
};
use maud::{DOCTYPE, Markup, html};

/// One page of the console: its title, what stands in `main`, and where it is in the whole.
pub struct ConsolePage<'a> {
    title: &'a str,
    main: Markup,
    /// The path of the part that this page belongs to.
    part: &'a str,
    crumbs: &'a [(&'a str, &'a str)],
    has_errors: bool,
    htmx: bool,
    open_for: Option<(i64, String)>,
}

/// When a browser opens the address by itself, just after the time.
fn unattended(seconds: i64, path: &str) -> String {
    let join = if path.contains('?') { '&' } else { '?' };
    format!("{}; url={path}{join}{UNATTENDED}", seconds + 1)
}

impl<'a> ConsolePage<'a> {
    pub fn new(title: &'a str, part: &'a str, main: Markup) -> Self {
        Self {
            title,
            main,
            part,
            crumbs: &[],
            has_errors: false,
            htmx: false,
            open_for: None,
        }
    }
    /// The pages above this one: label and path.
    pub fn crumbs(mut self, crumbs: &'a [(&'a str, &'a str)]) -> Self {
        self.crumbs = crumbs;
        self
    }
    /// Puts 「エラー：」 before the browser's title.
    pub fn errors(mut self, has_errors: bool) -> Self {
        self.has_errors = has_errors;
        self
    }
    /// Loads htmx: filters that change the table alone.
    pub fn htmx(mut self) -> Self {
        self.htmx = true;
        self
    }
    /// Shows something for so many seconds alone: without a script the browser opens the address then, and says that nobody
    /// asked. With one, the page hides it by itself (`assets/js/console/desk.js`) and keeps what is being typed.
    pub fn open_for(mut self, open_for: Option<(i64, String)>) -> Self {
        self.open_for = open_for;
        self
    }

    /// The page of a signed-in person.
    pub fn render(&self, site: &Site, staff: &Staff) -> Markup {
        let body = html! {
            (header(site, Some(staff)))
            div class="desk" {
                (navigation(staff, self.part))
                main class="desk__main" id="main" {
                    @if staff.unseen_alarms > 0 && self.part != "/alarms" { (unseen(staff.unseen_alarms)) }
                    @if self.htmx { p id="net-error" role="alert" {} }
                    @if !self.crumbs.is_empty() { (breadcrumb(self.crumbs, self.title)) }
                    (self.main)
                }
            }
            @if locks(site) { (lock(site)) }
        };
        self.frame(site, Some(staff), locks(site).then_some(site.idle_minutes), body)
    }

    /// A page on the way to sign in.
    pub fn render_outside(&self, site: &Site) -> Markup {
        self.frame(site, None, None, self.alone(site))
    }

    /// A page of a signed-in person that shows nothing of the console: a proof is wanted first.
    pub fn render_closed(&self, site: &Site, staff: &Staff) -> Markup {
        self.frame(site, Some(staff), None, self.alone(site))
    }

    fn alone(&self, site: &Site) -> Markup {
        html! {
            (header(site, None))
            main class="desk__main desk__main--alone" id="main" { (self.main) }
        }
    }

    fn frame(&self, site: &Site, staff: Option<&Staff>, idle: Option<i64>, body: Markup) -> Markup {
        let page_of = staff.filter(|_| locks(site)).map(|staff| &staff.page_of);
        let scripts: &[&str] = match self.htmx {
            true => &["htmx-extras.js", "htmx.js", "console.js"],
            false => &["console.js"],
        };
        html! {
            (DOCTYPE)
            html lang="ja" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="format-detection" content="telephone=no";
                    title {
                        @if site.environment == Environment::Training { "【研修】" }
                        @if self.has_errors { "エラー：" }
                        (self.title) " - 職員用 - " (site.bureau.name)
                    }
                    link rel="icon" href="/favicon.ico" sizes="32x32";
                    link rel="stylesheet" href=(asset_path("app.css"));
                    link rel="stylesheet" href=(asset_path("console.css"));
                    @if self.htmx { meta name="htmx-config" content=(crate::web::HTMX_CONFIG); }
                    @if let Some((seconds, path)) = &self.open_for { noscript { meta http-equiv="refresh" content=(unattended(*seconds, path)); } }
                    @for name in scripts { script src=(asset_path(name)) defer {} }
                }
                body class="console" data-idle-minutes=[idle] data-page-of=[page_of] {
                    a class="skip-link" href="#main" { "本文へ移動" }
                    (crate::web::environment_banner(site))
                    (body)
                }
            }
        }
    }
}

/// Whether pages lock, and are one person's. Who practises has no key to unlock with, and is now this person and now that.
fn locks(site: &Site) -> bool {
    site.practice.is_none()
}

fn header(site: &Site, staff: Option<&Staff>) -> Markup {
    html! {
        header class="bar" {
            a class="bar__name" href="/" {
                img src=(asset_path("mark.svg")) alt="" width="28" height="28";
                span { (site.bureau.name) }
            }
            span class="bar__place" { (place(site.environment)) }
            @if let Some(staff) = staff {
                div class="bar__person" {
                    @if let Some(path) = &staff.guide { a class="noprint" href=(path) { "この画面の使い方" } }
                    a href="/account" { (staff.name) }
                    form method="post" action="/sign-out" { button class="bar__button" type="submit" { "ログアウト" } }
                }
            }
        }
    }
}

/// Mails may fail; this stands on every page until somebody has looked.
fn unseen(alarms: i64) -> Markup {
    html! { p class="notice notice--warning noprint" { "確認していない警報が" (alarms) "件あります。" a href="/alarms" { "警報を見る" } } }
}

fn place(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "本番",
        Environment::Demo => "試用",
        Environment::Training => "研修",
    }
}

fn navigation(staff: &Staff, part: &str) -> Markup {
    let items: Vec<&NavItem> = staff
        .nav
        .iter()
        .filter(|item| item.needs.is_none_or(|permission| staff.may(permission)))
        .collect();
    let list = html! {
        ul { @for item in &items {
            li { a href=(item.path) aria-current=[(item.path == part).then_some("page")] { (item.label) } }
        } }
    };
    html! {
        nav class="rail noprint" aria-label="職員用の画面" { (list) }
        details class="menu noprint" { summary { "メニュー" } nav aria-label="職員用の画面（メニュー）" { (list) } }
    }
}

fn breadcrumb(crumbs: &[(&str, &str)], title: &str) -> Markup {
    html! {
        nav class="crumbs noprint" aria-label="現在の位置" {
            ol {
                @for (label, path) in crumbs { li { a href=(path) { (label) } } }
                li aria-current="page" { (title) }
            }
        }
    }
}

/// Covers the screen when nobody was there for a while, or when the server wants to know who is; what was typed stays
/// underneath (KS18). Of the parts with `data-when`, those are shown that name why (`assets/js/console/desk.js`).
fn lock(site: &Site) -> Markup {
    html! {
        dialog class="lock" id="lock" aria-labelledby="lock-title" {
            h2 id="lock-title" { "画面をロックしました" }
            div role="status" {
                p data-when="locked" { (site.idle_minutes) "分間、操作や保存がなかったためです。入力した内容も、選んだファイルも、このまま残っています。" }
                p data-when="prove" hidden { "この操作の前に、5分以内の本人確認が必要です。入力した内容も、選んだファイルも、このまま残っています。確認のあと、もう一度操作してください。" }
                p data-when="ended" hidden { "ログインが終わったためです。入力した内容も、選んだファイルも、このまま残っています。" }
                p data-when="another" hidden { "いまログインしている人は、この画面を開いた人ではありません。開いた人がもう一度ログインすると、続きから進めます。「ホームを開く」を押すと、入力の途中だった内容は消えます。" }
            }
            div data-when="locked prove ended" { (super::proof_button("本人確認をして続ける", "unlock", "")) }
            div data-when="another" hidden { a class="button" href="/" { "ホームを開く" } }
            form data-when="locked prove" method="post" action="/sign-out" { button class="button button--quiet" type="submit" { "ログアウトする" } }
        }
    }
}

/// Above a list that holds only what waits for somebody: that it does, and the way to all.
pub fn only_waiting(what: &str, all: &str) -> Markup {
    html! { p class="notice" { (what) "だけを表示しています。" a href=(all) { "すべてを見る" } } }
}
