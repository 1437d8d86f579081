use crate::web::ui;
use maud::{Markup, html};

/// What the hand-off page needs; token and address go nowhere but into its one form.
pub struct Leaving<'a> {
    pub institution: &'a str,
    pub receipt_number: &'a str,
    pub status_url: &'a str,
    pub start_url: &'a str,
    pub tran_id: &'a str,
    pub token: &'a str,
}

/// P9: the receipt number before leaving, and one form that leaves.
pub fn handoff(leaving: &Leaving) -> Markup {
    html! {
        (ui::heading(&["ここから先は、", leaving.institution, "の画面です"]))
        (receipt_panel(leaving.receipt_number))
        ol class="steps" role="list" {
            li { "受付番号を控えてください。結果の確認に使います。" }
            li { "下のボタンを押すと、" (leaving.institution) "の画面に変わります。暗証番号は、その画面だけで入力します。" }
            li { "終わったら「収納機関へ戻る」ボタンを押してください。押し忘れても、受付番号で結果を確認できます。" }
        }
        form class="form" method="post" action=(leaving.start_url) {
            input type="hidden" name="tran_id" value=(leaving.tran_id);
            input type="hidden" name="token" value=(leaving.token);
            (ui::submit("金融機関の画面へ進む"))
        }
        div class="notice notice--info" {
            h2 { "別のスマートフォンで結果を見るとき" }
            p { "次のコードを読み取ると、1回だけ結果の画面が開きます。" }
            (ui::qr(leaving.status_url, "結果の画面を開くコード"))
        }
        p class="noprint" { button class="button button--quiet" type="button" data-print hidden { "控えを印刷する" } }
    }
}

/// The receipt number, large, with a copy button where there is JavaScript.
pub fn receipt_panel(receipt_number: &str) -> Markup {
    html! {
        div class="panel" {
            p { "受付番号" }
            p class="receipt-number" id="receipt-number" { (receipt_number) }
            button class="button button--secondary noprint" type="button" data-copy="#receipt-number" hidden {
                "受付番号をコピーする"
            }
            p class="status" role="status" {}
        }
    }
}

/// The gateway could not be asked to begin: nothing is lost, and it can be tried again.
pub fn cannot_begin(institution: &str, receipt_number: &str) -> Markup {
    html! {
        (ui::heading(&["いまは", institution, "の画面へ", "進めません"]))
        p class="lead" { "通信が混み合っています。入力した内容は保存されています。少し時間をおいて、もう一度お試しください。" }
        (receipt_panel(receipt_number))
        form class="form" method="post" action="/apply/handoff" { (ui::submit("もう一度試す")) }
        p { a href="/result" { "いまの状態を表示する" } }
    }
}

/// Accepted while the hand-off has to wait. `wait` says until when; without it the way is open.
pub fn deferred(institution: &str, receipt_number: &str, wait: Option<&str>) -> Markup {
    html! {
        (ui::heading(&["申込みを", "受け付けました"]))
        (receipt_panel(receipt_number))
        @match wait {
            Some(wait) => {
                p class="lead" { (wait) }
                p { strong { "登録は、まだ終わっていません。" } "再開したら、このページか受付番号の確認から、" (institution) "の画面へ進めます。メールのあて先を入力した方には、再開をメールでお知らせします。" }
            }
            None => {
                p class="lead" { strong { "登録は、まだ終わっていません。" } (institution) "の画面で手続きを終えてください。" }
                form class="form" method="post" action="/apply/handoff" { (ui::submit("金融機関の画面へ進む")) }
            }
        }
        p { a href="/availability" { "いまの状況を見る" } "　" a href="/result" { "申込みの状態を表示する" } }
    }
}
