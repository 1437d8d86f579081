use super::{ConsolePage, enrol_button, heading, key_field, names};
use crate::{
    accounts::{
        Staff,
        store::{Key, Session},
        ways::{self, InvitedAgain},
    },
    web::{Site, ui::when},
};
use chrono::NaiveDateTime;
use maud::{Markup, html};

pub struct OwnAccount {
    pub keys: Vec<Key>,
    pub codes: i64,
    pub sessions: Vec<Session>,
    pub invited: Vec<InvitedAgain>,
}

pub fn account(site: &Site, staff: &Staff, own: &OwnAccount, now: NaiveDateTime) -> Markup {
    let main = html! {
        (heading("自分の設定"))
        (invited_again(&own.invited))
        @if staff.ways_in < 2 {
            div class="notice notice--warning" role="region" aria-label="はじめにすること" {
                h2 { "もう1つ、ログインの方法を用意してください" }
                p { "いまのキー1つだけでは、なくしたときにログインできなくなります。2つめのキーを登録するか、リカバリーコードを印刷すると、ほかの画面が使えます。" }
            }
        }
        dl class="summary" {
            (crate::web::ui::summary_row("氏名", &staff.name, None))
            (crate::web::ui::summary_row("職員番号", &staff.code, None))
            (crate::web::ui::summary_row("役割", &names(&staff.roles), None))
        }
        h2 { "ログインに使うキー" }
        (keys(&own.keys))
        h3 { "キーを追加する" }
        (key_field())
        (enrol_button("/account/keys", "/account"))
        h2 { "リカバリーコード" }
        p { "キーをなくしたときに、1つで1回だけログインできるコードです。残り " strong { (own.codes) "個" } "。印刷して、鍵のかかる所に保管してください。" }
        form method="post" action="/account/codes" {
            button class="button button--secondary" type="submit" {
                @if own.codes == 0 { "リカバリーコードを作る" } @else { "新しいリカバリーコードを作る（古いコードは使えなくなります）" }
            }
        }
        h2 { "ログインの記録" }
        (sessions(&own.sessions, &staff.session, now))
        form method="post" action="/account/sessions/end" {
            button class="button button--secondary" type="submit" { "すべての端末からログアウトする" }
        }
        p { a href="/permissions" { "役割ごとの権限の表を見る" } }
    };
    ConsolePage::new("自分の設定", "/account", main).render(site, staff)
}

/// That somebody who had keys was invited once more: by whom, when, and what became of it.
pub fn invited_again(invited: &[InvitedAgain]) -> Markup {
    html! { @if !invited.is_empty() {
        div class="notice notice--warning" role="region" aria-label="新しい招待状" {
            h2 { "あなたの新しい招待状が作られました" }
            ul { @for one in invited { li {
                (when(one.at)) "　作った人：" (one.by) "　"
                @match one.used_at {
                    Some(at) => { (when(at)) "に使われました。それまでのキーとリカバリーコードは使えません" }
                    None => "まだ使われていません",
                }
            } } }
            p { "頼んだ覚えがないときは、すぐに監査担当とほかの管理者に知らせてください。このお知らせは30日間出ます。" }
        }
    } }
}

fn keys(keys: &[Key]) -> Markup {
    html! {
        ul class="rows" { @for key in keys {
            li class="rows__item" {
                div {
                    form class="inline" method="post" action={ "/account/keys/" (key.id) } {
                        label class="vh" for={ "label-" (key.id) } { "キーの名前" }
                        input class="input input--w20" type="text" id={ "label-" (key.id) } name="label" value=(key.label) autocomplete="off";
                        button class="button button--secondary" type="submit" { "名前を変える" span class="vh" { "：" (key.label) } }
                    }
                    (key_dates(key))
                }
                form method="post" action={ "/account/keys/" (key.id) "/revocation" } {
                    button class="button button--secondary" type="submit" { "停止する" span class="vh" { "：" (key.label) } }
                }
            }
        } }
        @if keys.is_empty() { p { "登録されたキーはありません。下で登録してください。" } }
    }
}

/// Since when a key opens something, and when it last did.
pub(super) fn key_dates(key: &Key) -> Markup {
    html! {
        p class="hint" { "登録 " (when(key.created_at)) "　最後に使用 " @match key.used_at { Some(at) => (when(at)), None => "なし" } }
    }
}

fn sessions(sessions: &[Session], current: &str, now: NaiveDateTime) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="ログインの記録" {
            table class="table" {
                caption class="vh" { "ログインの記録（新しい順に20件まで）" }
                thead { tr { th scope="col" { "ログイン" } th scope="col" { "最後の操作" } th scope="col" { "アドレス" } th scope="col" { "状態" } } }
                tbody { @for s in sessions {
                    @let open = s.ended_at.is_none() && s.expires_at > now;
                    tr {
                        td data-label="ログイン" { (when(s.began_at)) }
                        td data-label="最後の操作" { (when(s.seen_at)) }
                        td data-label="アドレス" { (s.address) span class="hint" { "　" (browser(&s.agent)) } }
                        td data-label="状態" {
                            @if s.id == current { "この画面" }
                            @else if open {
                                form method="post" action={ "/account/sessions/" (s.id) "/end" } {
                                    button class="button button--secondary" type="submit" { "ログアウトさせる" }
                                }
                            }
                            @else { "終了" }
                        }
                    }
                } }
            }
        }
    }
}

/// The browser's name, as people know it.
fn browser(agent: &str) -> &'static str {
    let names = [
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    names
        .iter()
        .find(|(word, _)| agent.contains(word))
        .map_or("", |(_, name)| name)
}

pub fn last_way_in(site: &Site, staff: &Staff) -> Markup {
    let main = html! {
        (heading("このキーは停止できません"))
        p class="lead" { "停止すると、ログインの方法がなくなります。さきに別のキーを登録するか、リカバリーコードを作ってください。" }
        p { a href="/account" { "自分の設定にもどる" } }
    };
    ConsolePage::new("このキーは停止できません", "/account", main).render(site, staff)
}

/// The sheet of recovery codes, shown once.
pub fn codes(site: &Site, staff: &Staff, codes: &[String], now: NaiveDateTime) -> Markup {
    let main = html! {
        (heading("リカバリーコード"))
        p class="lead" { "この画面を閉じると、もう表示できません。いま印刷して、鍵のかかる所に保管してください。" }
        p { (site.bureau.name) "　" (staff.name) "（職員番号 " (staff.code) "）　作成 " (when(now)) }
        ol class="codes" { @for code in codes { li { span class="mono" { (ways::grouped(code)) } span class="codes__used" { "使った日：" } } } }
        ul {
            li { "キーをなくしたとき：" (site.url) "/sign-in/code を開き、まだ使っていないコードを1つ入力します" }
            li { "1つのコードは1回だけ使えます" }
            li { "人に見せない、写真に撮らない、メールで送らない" }
        }
        div class="actions noprint" data-shown-once="/account" {
            button class="button" type="button" data-print { "印刷する" }
            a class="button button--secondary" href="/" { "印刷したので、ホームへ進む" }
        }
    };
    ConsolePage::new("リカバリーコード", "/account", main).render(site, staff)
}
