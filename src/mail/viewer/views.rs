use super::{Above, Shown};
use maud::{DOCTYPE, Markup, html};

pub fn index(above: Option<&Above>, mails: &[Shown]) -> Markup {
    page(
        above,
        "届いたメール",
        html! {
            h1 { "届いたメール" }
            p { "ここの画面から送られたメールです。外には送られていません。" }
            @if mails.is_empty() { p { "まだありません。申込みで「メールで受け取る」を選ぶと、ここに届きます。" } }
            @else {
                table border="1" cellpadding="8" {
                    thead { tr { th scope="col" { "件名" } th scope="col" { "宛先" } th scope="col" { "日時" } } }
                    tbody {
                        @for mail in mails {
                            tr { td { a href={ "/mails/" (mail.id) } { (mail.title) } } td { (mail.to) } td { (mail.sent) } }
                        }
                    }
                }
            }
        },
    )
}

pub fn show(above: Option<&Above>, mail: &Shown) -> Markup {
    page(
        above,
        &mail.title,
        html! {
            p { a href="/" { "一覧にもどる" } }
            h1 { (mail.title) }
            p { "宛先：" (mail.to) "　日時：" (mail.sent) }
            pre { (mail.body) }
        },
    )
}

fn page(above: Option<&Above>, title: &str, main: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { (title) " - メールの確認（試用・研修）" }
            }
            body {
                @if let Some(above) = above { (above.0) }
                main { (main) }
            }
        }
    }
}
