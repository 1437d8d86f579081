use super::{Practice, Site, asset_path};
use crate::config::Environment;
use maud::{DOCTYPE, Markup, html};

/// Which scripts a page loads. Every page works without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    None,
    /// Submit guard, time-out dialog, kana.
    Form,
    /// The same and htmx (pages marked ▲ in `ux.md` 2).
    Htmx,
}

/// One page: its title (also the browser's), what stands in `main`, and how it behaves.
pub struct Page {
    title: String,
    main: Markup,
    above: Option<Markup>,
    back: Option<String>,
    has_errors: bool,
    scripts: Scripts,
    refresh_seconds: Option<u32>,
    is_step: bool,
}

impl Page {
    pub fn new(title: &str, main: Markup) -> Self {
        Self {
            title: title.to_owned(),
            main,
            above: None,
            back: None,
            has_errors: false,
            scripts: Scripts::None,
            refresh_seconds: None,
            is_step: false,
        }
    }
    /// The link 「前の画面にもどる」.
    pub fn back(mut self, path: &str) -> Self {
        self.back = Some(path.to_owned());
        self
    }
    /// Puts 「エラー：」 before the browser's title.
    pub fn errors(mut self, has_errors: bool) -> Self {
        self.has_errors = has_errors;
        self
    }
    pub fn scripts(mut self, scripts: Scripts) -> Self {
        self.scripts = scripts;
        self
    }
    /// Stands above the page and looks for news by itself, so it needs htmx.
    pub fn above(mut self, above: Option<Markup>) -> Self {
        if above.is_some() {
            self.scripts = Scripts::Htmx;
        }
        self.above = above;
        self
    }
    /// Reloads without JavaScript; the page must say so and offer a link (ux P11).
    pub fn refresh(mut self, seconds: Option<u32>) -> Self {
        self.refresh_seconds = seconds;
        self
    }
    /// A page of the form: it tells of the time limit and warns before it.
    pub fn step(mut self) -> Self {
        self.is_step = true;
        self
    }

    pub fn render(&self, site: &Site) -> Markup {
        let bureau = &site.bureau;
        let idle = self.is_step.then_some(site.idle_minutes);
        html! {
            (DOCTYPE)
            html lang="ja" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="format-detection" content="telephone=no";
                    @if let Some(seconds) = self.refresh_seconds {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                    title {
                        @if site.environment == Environment::Training { "【研修】" }
                        @if self.has_errors { "エラー：" }
                        (self.title) " - 水道料金の口座振替申込み - " (bureau.name)
                    }
                    link rel="icon" href="/favicon.ico" sizes="32x32";
                    link rel="stylesheet" href=(asset_path("app.css"));
                    (self.script_tags())
                }
                body class="public" data-idle-minutes=[idle] {
                    a class="skip-link" href="#main" { "本文へ移動" }
                    (environment_banner(site))
                    header class="site-header" {
                        div class="site-header__inner" {
                            a class="site-name" href="/" {
                                img class="site-name__mark" src=(asset_path("mark.svg")) alt="" width="32" height="32";
                                (bureau.name)
                            }
                        }
                        // An element, not a part of the header's style: it comes when what stands above it is there.
                        div class="wave" {}
                    }
                    div class="page" {
                        @if let Some(path) = &self.back {
                            nav class="back noprint" aria-label="前の画面" { a href=(path) { "前の画面にもどる" } }
                        }
                        main class="main" id="main" {
                            @if self.scripts == Scripts::Htmx { p id="net-error" role="alert" {} }
                            @if let Some(above) = &self.above { (above) }
                            (self.main)
                        }
                        (self.footer(site))
                    }
                    @if self.is_step { (timeout_dialog()) }
                }
            }
        }
    }

    fn script_tags(&self) -> Markup {
        let names: &[&str] = match self.scripts {
            Scripts::None => &[],
            Scripts::Form => &["form.js"],
            Scripts::Htmx => &["htmx-extras.js", "htmx.js", "form.js"],
        };
        html! {
            @if self.scripts == Scripts::Htmx {
                meta name="htmx-config" content=(HTMX_CONFIG);
            }
            @for name in names { script src=(asset_path(name)) defer {} }
        }
    }

    fn footer(&self, site: &Site) -> Markup {
        let bureau = &site.bureau;
        html! {
            footer class="help" {
                h2 { "お問い合わせ" }
                p { (bureau.name) "　" (bureau.office) }
                p { a class="help__tel" href={ "tel:" (bureau.phone.replace('-', "")) } { (bureau.phone) } }
                p { "受付時間：" (bureau.phone_hours) }
                ul class="help__links noprint" {
                    li { a href="/receipt" { "申込みの状況を確認する" } }
                    @if self.is_step { li { a href="/apply/assist" { "電話で相談する" } } }
                    li { a href="/inquiry" { "問合せをする" } }
                    li { a href="/faq" { "よくある質問" } }
                    li { a href="/easy" { "やさしい日本語" } }
                    li { a href="/privacy" { "個人情報の取扱い" } }
                    li { a href="/accessibility" { "アクセシビリティ" } }
                }
                @if self.is_step {
                    p class="help__time noprint" {
                        (site.idle_minutes) "分間操作がないと、安全のため画面を閉じます。入力した内容は" (site.draft_hours) "時間のあいだ再開できます。"
                    }
                }
            }
        }
    }
}

/// `ux.md` 5.3.
pub const HTMX_CONFIG: &str = r#"{"includeIndicatorCSS":false,"history":"reload","noSwap":[204,304,"4xx","5xx"],"extensions":"none","defaultSwap":"outerHTML"}"#;

/// Says on every page that this is no production.
pub fn environment_banner(site: &Site) -> Markup {
    html! {
        @match site.environment {
            Environment::Production => {}
            Environment::Demo => div class="training-banner" role="region" aria-label="試用環境の表示" data-print="試用" {
                "試用環境です。実在の方のお名前や口座は使わないでください。"
            }
            Environment::Training => {
                div class="training-banner" role="region" aria-label="研修環境の表示" data-print="研修用" {
                    "研修環境です。ここでの操作は本番のデータに影響しません。"
                }
                @if let Some(practice) = &site.practice { (practice_bar(practice)) }
            }
        }
    }
}

/// The way between the faces of a practice desk, on each of their pages.
pub fn practice_bar(practice: &Practice) -> Markup {
    html! {
        nav class="practice-bar actions" aria-label="研修の画面" {
            span { (practice.place) }
            @if practice.unread.most() > 0 {
                a class="button button--secondary" href={ (practice.console) "/training/" } { "研修担当から" (practice.unread.most()) "件" }
            }
            a class="button button--quiet" href={ (practice.console) "/training/" } { "課題" }
            a class="button button--quiet" href={ (practice.console) "/" } { "職員の画面" }
            a class="button button--quiet" href={ (practice.public) "/" } { "申込みの画面" }
            a class="button button--quiet" href={ (practice.mails) "/" } { "届いたメール" }
            a class="button button--quiet" href={ (practice.bank) "/control" } { "金融機関の画面" }
        }
    }
}

/// A problem page of the console. It knows nobody: the person may not be signed in.
pub fn console_problem(site: &Site, title: &str, code: &str, advice: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title {
                    @if site.environment == Environment::Training { "【研修】" }
                    (title) " - 職員用 - " (site.bureau.name)
                }
                link rel="icon" href="/favicon.ico" sizes="32x32";
                link rel="stylesheet" href=(asset_path("app.css"));
                link rel="stylesheet" href=(asset_path("console.css"));
            }
            body class="console" {
                (environment_banner(site))
                header class="bar" { a class="bar__name" href="/" { span { (site.bureau.name) } } }
                main class="desk__main desk__main--alone" id="main" {
                    h1 { (title) }
                    p class="lead" { (advice) }
                    p { a href="/" { "ホームを開く" } }
                    p { "サポートコード　" strong class="mono" { (code) } }
                }
            }
        }
    }
}

fn timeout_dialog() -> Markup {
    html! {
        dialog class="dialog" id="timeout-dialog" data-expired="/apply/timeout" aria-labelledby="timeout-title" {
            h2 id="timeout-title" { "あと5分で画面を閉じます" }
            p { "入力を続けるときは「続ける」を押してください。入力した内容は保存されています。" }
            p class="status" role="status" {}
            button class="button" type="button" { "続ける" }
        }
    }
}
