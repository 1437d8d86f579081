use super::{Kind, LONGEST};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    config::Bureau,
    web::{
        Site,
        ui::{self, FieldError, TextField},
    },
};
use maud::{DOCTYPE, Markup, html};

const PART: &str = "/promotion";
const HOME: (&str, &str) = ("広報物", PART);
const STYLE: &str = include_str!("../../assets/css-console/30-promotion.css");

/// `code` is `None` when what was typed cannot be one.
pub fn index(site: &Site, staff: &Staff, typed: &str, code: Option<&str>) -> Markup {
    let errors: Vec<FieldError> = match code {
        Some(_) => vec![],
        None => vec![FieldError::new(
            "c",
            format!("キャンペーンの符号は、半角の英数字とハイフンで{LONGEST}文字までで入力してください"),
        )],
    };
    let field = TextField {
        name: "c",
        label: "キャンペーンの符号",
        hint: "例：p-2026　どこで見た人かを分けるための言葉です。人の名前や番号は入れません。",
        value: typed,
        optional: true,
        width: "w20",
        autocomplete: "off",
        ..Default::default()
    };
    let query = code
        .filter(|code| !code.is_empty())
        .map(|code| format!("?c={code}"))
        .unwrap_or_default();
    let body = html! {
        (heading("広報物"))
        p class="lead" { "水道局の名前と、申込みの画面を開くQRコードが入った印刷物です。" }
        form class="form" method="get" action=(PART) novalidate {
            (field.render(&errors))
            (ui::submit("符号を入れる"))
        }
        @if errors.is_empty() {
            h2 { "印刷するもの" }
            ul { @for kind in Kind::ALL { li { a href={ (PART) "/" (kind.word()) (query) } { (kind.label()) } } } }
        }
    };
    ConsolePage::new("広報物", PART, body)
        .errors(!errors.is_empty())
        .render(site, staff)
}

pub fn show(site: &Site, staff: &Staff, kind: Kind, address: &str, institutions: &[String]) -> Markup {
    let body = html! {
        div class="noprint promo-head" {
            (heading(kind.label()))
            p { "倍率100％で印刷してください。印刷の画面でPDFにもできます。" }
            p { "QRコードのアドレス　" strong class="mono" { (address) } }
            div class="actions" { button class="button" type="button" data-print { "印刷する" } }
        }
        div class="scroll promo-frame" tabindex="0" role="region" aria-label="印刷の見本" { (print(&site.bureau, kind, address, institutions)) }
    };
    ConsolePage::new(kind.label(), PART, body)
        .crumbs(&[HOME])
        .render(site, staff)
}

/// The same without the console around it.
pub fn alone(bureau: &Bureau, kind: Kind, address: &str, institutions: &[String]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                title { (kind.label()) " - " (bureau.name) }
                link rel="stylesheet" href="promotion.css";
            }
            body class="promotion-alone" { (print(bureau, kind, address, institutions)) }
        }
    }
}

pub fn style() -> &'static str {
    STYLE
}

fn print(bureau: &Bureau, kind: Kind, address: &str, institutions: &[String]) -> Markup {
    let copies = match kind {
        Kind::Poster | Kind::Leaflet => 1,
        Kind::Insert => 3,
        Kind::Card => 2,
    };
    html! {
        article class={ "promo promo--" (kind.word()) } aria-label=(kind.label()) {
            @for _ in 0..copies { section class="promo__one" {
                @match kind {
                    Kind::Poster => (poster(bureau, address)),
                    Kind::Leaflet => (leaflet(bureau, address, institutions)),
                    Kind::Insert => (insert(bureau, address)),
                    Kind::Card => (card(bureau, address)),
                }
            } }
        }
    }
}

fn code(address: &str) -> Markup {
    html! { div class="promo__code" { (ui::qr(address, "申込みの画面を開くQRコード")) p class="promo__url" { (shown(address)) } } }
}

/// As people type it: without what the QR code carries besides.
fn shown(address: &str) -> &str {
    let address = address.split('?').next().unwrap_or(address);
    address.trim_start_matches("https://").trim_end_matches('/')
}

fn foot(bureau: &Bureau) -> Markup {
    html! {
        footer class="promo__foot" {
            p class="promo__bureau" { (bureau.name) "　" (bureau.office) }
            p { "電話 " (bureau.phone) "（" (bureau.phone_hours) "）" }
        }
    }
}

fn title(level: &str) -> Markup {
    html! {
        p class="promo__over" { "水道料金・下水道使用料" }
        p class={ "promo__title " (level) } { "口座振替の申込みが" br; "スマートフォンで" br; "できます" }
    }
}

const NEEDED: [&str; 3] = [
    "お問い合わせ番号（検針票や納入通知書に書いてあります）",
    "引き落としをする口座の番号と、キャッシュカードなどの暗証番号",
    "連絡のとれる電話番号とメールアドレス",
];

const STEPS: [&str; 4] = [
    "QRコードを読み、「申込みを始める」を押します。",
    "お問い合わせ番号、お名前、口座を入力します。",
    "金融機関の画面で、本人の確認をします。",
    "受付番号が出ます。結果はメールと画面でお知らせします。",
];

fn poster(bureau: &Bureau, address: &str) -> Markup {
    html! {
        (title("promo__title--large"))
        p class="promo__lead" { "紙の申込書も、印鑑も、窓口に行くこともいりません。金融機関の休止の時間を除いて、24時間いつでも申し込めます。" }
        (code(address))
        div class="promo__box" {
            p class="promo__sub" { "用意するもの" }
            ul { @for line in NEEDED { li { (line) } } }
        }
        (foot(bureau))
    }
}

fn leaflet(bureau: &Bureau, address: &str, institutions: &[String]) -> Markup {
    html! {
        (title(""))
        div class="promo__two" {
            div {
                p class="promo__sub" { "申込みのしかた" }
                ol { @for line in STEPS { li { (line) } } }
                p class="promo__sub" { "用意するもの" }
                ul { @for line in NEEDED { li { (line) } } }
            }
            (code(address))
        }
        div class="promo__box" {
            p class="promo__sub" { "申し込める金融機関" }
            p { (institutions.join("、")) }
            p class="promo__small" { "金融機関の休止の時間は、申し込めません。予定は申込みの画面でお知らせします。" }
        }
        div class="promo__box" {
            p class="promo__sub" { "ご注意" }
            ul {
                li { "暗証番号は、金融機関の画面だけで入力します。水道局が電話やメールでたずねることはありません。" }
                li { "引き落としが始まるまでは、お手元の納入通知書でお支払いください。" }
                li { "会社や団体の口座など、紙の申込書が必要なことがあります。" }
            }
        }
        (foot(bureau))
    }
}

fn insert(bureau: &Bureau, address: &str) -> Markup {
    html! {
        div class="promo__two" {
            div {
                (title("promo__title--small"))
                p { "お手元に、この封筒の納入通知書を用意してください。お問い合わせ番号が書いてあります。" }
                p { "引き落としが始まるまでは、納入通知書でお支払いください。" }
            }
            (code(address))
        }
        (foot(bureau))
    }
}

fn card(bureau: &Bureau, address: &str) -> Markup {
    html! {
        div class="promo__two" {
            div {
                (title("promo__title--small"))
                ol { @for line in STEPS { li { (line) } } }
            }
            (code(address))
        }
        (foot(bureau))
    }
}
