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
                table border="1" cellpadding="8" class=[above.map(|_| "table")] {
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
            @match above {
                // Long lines are wrapped, as on every page with a stylesheet.
                Some(_) => p { @for line in mail.body.lines() { (line) br; } },
                None => pre { (mail.body) },
            }
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
                link rel="icon" href=(if above.is_some() { "/favicon.ico" } else { "data:," });
                title { @if let Some(above) = above { (above.title) } (title) " - メールの確認（試用・研修）" }
                @if let Some(above) = above { link rel="stylesheet" href=(above.stylesheet); }
            }
            @match above {
                Some(above) => body class="public" {
                    ((above.bar)())
                    main class="main" { (main) }
                },
                None => body { main { (main) } },
            }
        }
    }
}
