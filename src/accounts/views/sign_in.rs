use super::{ConsolePage, heading};
use crate::{
    accounts::{
        Permission, Role, Staff,
        roles::TABLE,
        store::{WayIn, WayInKind},
    },
    web::{FormBody, Site, ui},
};
use maud::{Markup, html};

/// Why somebody proves to be there once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Locked,
    StepUp,
    /// Much was asked for in a short time.
    Many,
}

/// A button that runs a ceremony: `kind` is `sign-in`, `proof`, `unlock` or `enrol`; `next` is where it leads.
pub fn proof_button(label: &str, kind: &str, next: &str) -> Markup {
    html! {
        div class="proof" data-ceremony=(kind) data-next=(next)
            data-refused="本人確認ができませんでした。登録したキーで、もう一度押してください。"
            data-cancelled="時間切れ、または取り消されました。もう一度押してください。"
            data-known="このキーは、もう登録されています。別のキーを使ってください。"
            data-later="短い時間に続けて操作されました。15分ほどおいてから、もう一度押してください。"
            data-offline="通信できませんでした。つながっていることを確かめて、もう一度押してください。"
            data-another="いまログインしている人は、この画面を開いた人ではありません。画面を開き直してください。"
            data-unable="このブラウザでは使えません。Edge か Chrome の新しい版で開いてください。" {
            button class="button" type="button" { (label) }
            p class="status" role="status" {}
            @if kind != "sign-in" {
                div role="status" { p data-when="ended" hidden {
                    "ログインが終わりました。" a href="/sign-in" target="_blank" { "別のタブでログイン" } "してから、この画面にもどり、もう一度押してください。"
                } }
            }
            noscript { p { "この画面は JavaScript を使います。ブラウザの設定で有効にしてください。" } }
        }
    }
}

pub fn sign_in(site: &Site, next: &str) -> Markup {
    let main = html! {
        (heading("職員ログイン"))
        p class="lead" { "登録したセキュリティキー、または顔・指紋・PINで本人確認をします。パスワードはありません。" }
        (proof_button("セキュリティキーまたは顔・指紋・PINでログイン", "sign-in", next))
        h2 { "ログインできないとき" }
        ul {
            li { "キーをなくした・使えない：" a href="/sign-in/code" { "リカバリーコードを使う" } }
            li { "はじめて使う：管理者から受け取った「招待状」のQRコードかアドレスを開いてください" }
            li { "どちらもない：管理者に、新しい招待を頼んでください" }
        }
        @if let (Some(entrance), None) = (&site.practice_entrance, &site.practice) {
            h2 { "研修を受けるとき" }
            p { a href=(entrance) { "研修の教室に入る" } "（ログインはいりません。教室のコードと席の番号を使います）" }
        }
    };
    ConsolePage::new("職員ログイン", "", main).render_outside(site)
}

pub fn recovery(site: &Site, wrong: bool) -> Markup {
    let errors = match wrong {
        true => vec![ui::FieldError::new(
            "code",
            "リカバリーコードを確かめてください。使い終わったコードは、もう使えません",
        )],
        false => vec![],
    };
    let main = html! {
        (ui::error_summary(&errors))
        (heading("リカバリーコードを使う"))
        p class="lead" { "1つのコードは1回だけ使えます。つぎの画面で、新しいキーを登録します。" }
        form class="form" method="post" action="/sign-in/code" {
            (ui::TextField { name: "code", label: "リカバリーコード", hint: "印刷した用紙のコードのうち、まだ使っていないもの", width: "full", autocomplete: "off", ..Default::default() }.render(&errors))
            (ui::submit("つぎへ進む"))
        }
        p { a href="/sign-in" { "職員ログインにもどる" } }
    };
    ConsolePage::new("リカバリーコードを使う", "", main)
        .errors(wrong)
        .render_outside(site)
}

/// The page of an invitation or a recovery code; with whether the person has keys or codes that an invitation replaces.
pub fn enrolment(site: &Site, token: &str, (way, replaces): (&WayIn, bool), name: &str) -> Markup {
    let main = html! {
        (heading("キーを登録する"))
        p class="lead" { (name) " さん専用の画面です。この端末で使うキーを登録します。" }
        @if way.kind == WayInKind::Recovery {
            div class="notice" { p { "リカバリーコードを1つ使います。登録のあと、なくしたキーを「自分の設定」で停止してください。" } }
        }
        @if way.kind == WayInKind::Invitation && replaces {
            div class="notice notice--warning" { p { "登録すると、いままでのキーとリカバリーコードは使えなくなり、すべての端末からログアウトします。" } }
        }
        ol class="steps" {
            li { "キーの名前を入力します" }
            li { "ボタンを押し、ブラウザの案内にしたがって、顔・指紋・PINで確認します" }
            li { "2つめのキーを登録するか、リカバリーコードを印刷します" }
        }
        (key_field())
        (enrol_button(&format!("/enrolments/{token}"), "/account"))
    };
    ConsolePage::new("キーを登録する", "", main).render_outside(site)
}

pub fn key_field() -> Markup {
    ui::TextField {
        name: "key_label",
        label: "キーの名前",
        hint: "例：窓口1番のパソコン、青いUSBキー",
        width: "w20",
        autocomplete: "off",
        ..Default::default()
    }
    .render(&[])
}

/// `path` is where the challenge comes from and the answer goes to.
pub fn enrol_button(path: &str, next: &str) -> Markup {
    html! { div data-enrol=(path) { (proof_button("このキーを登録する", "enrol", next)) } }
}

pub fn enrolment_over(site: &Site) -> Markup {
    let main = html! {
        (heading("この招待は使えません"))
        p class="lead" { "もう使われたか、期限（72時間）が過ぎたか、新しい招待に替わりました。" }
        p { "管理者に、新しい招待を頼んでください。" }
        p { a href="/sign-in" { "職員ログインを開く" } }
    };
    ConsolePage::new("この招待は使えません", "", main).render_outside(site)
}

/// What follows a proof.
pub enum AfterProof {
    Open(String),
    /// What was typed is held in the page and sent again.
    Send(String, FormBody),
    /// A file was sent, which a page cannot hold: back to the page where it is chosen.
    ChooseAgain(String),
}

/// Asks for a proof before what was asked for is done. `before` is the page that it was asked for on: a download leaves
/// this page where it is, and the person needs a way on.
pub fn prove(site: &Site, staff: &Staff, why: Why, after: &AfterProof, before: Option<&str>) -> Markup {
    let (title, lead) = match why {
        Why::Locked => (
            "画面をロックしました",
            "しばらく操作がなかったためです。本人確認をすると、続きから進みます。",
        ),
        Why::StepUp => (
            "もう一度、本人確認をしてください",
            "大切な操作の前に、5分以内の本人確認が必要です。確認すると、そのまま進みます。",
        ),
        Why::Many => (
            "もう一度、本人確認をしてください",
            "短い時間に、多くの申込みの伏せた項目を表示しています。本人確認をすると、そのまま進みます。",
        ),
    };
    let main = html! {
        (heading(title))
        div id="proof" {
            p class="lead" { (lead) }
            @match after {
                AfterProof::Open(path) => (proof_button("本人確認をして進む", "proof", path)),
                AfterProof::Send(path, held) => {
                    p { "入力した内容は残っています。" }
                    form id="held" method="post" action=(path) hidden {
                        @for (name, value) in &held.0 { input type="hidden" name=(name) value=(value); }
                    }
                    (proof_button("本人確認をして進む", "proof", ""))
                }
                AfterProof::ChooseAgain(path) => {
                    p { strong { "選んだファイルは残っていません。" } "本人確認のあと、もう一度ファイルを選んで送ってください。" }
                    (proof_button("本人確認をして、前の画面にもどる", "proof", path))
                }
            }
            form method="post" action="/sign-out" { button class="button button--quiet" type="submit" { (staff.name) " さんをログアウトする" } }
        }
        div id="proved" data-title="本人確認ができました" tabindex="-1" hidden {
            p class="lead" { "つぎの画面が開くまで、お待ちください。ファイルのダウンロードのときは、この画面のままで始まります。" }
            p { a href=(before.unwrap_or("/")) { @if before.is_some() { "前の画面にもどる" } @else { "ホームを開く" } } }
        }
    };
    ConsolePage::new(title, "", main).render_closed(site, staff)
}

/// Whose a permission is, as the page of a denial says it.
pub fn needed(permission: Permission) -> String {
    let row = TABLE.iter().find(|(p, _, _)| *p == permission);
    row.map_or(String::new(), |(_, what, roles)| {
        format!("「{what}」には、{}の役割が必要です。", names(roles))
    })
}

/// `whose` says for whom it is.
pub fn denied(site: &Site, staff: &Staff, whose: &str) -> Markup {
    let main = html! {
        (heading("この操作の権限がありません"))
        p class="lead" { (whose) }
        p { "あなたの役割：" (names(&staff.roles)) "。必要なときは、管理者に相談してください。" }
        p { "この操作があったことは、操作記録に残りました。" }
        p { a href="/" { "ホームにもどる" } }
    };
    ConsolePage::new("この操作の権限がありません", "", main).render(site, staff)
}

/// 「受付担当・承認者」
pub fn names(roles: &[Role]) -> String {
    match roles.is_empty() {
        true => "なし".into(),
        false => roles.iter().map(|r| r.label()).collect::<Vec<_>>().join("・"),
    }
}
