//! Pages that lead out of the form, or tell why it cannot go on now. Never field errors (`ux.md` 2.2).
use crate::{
    enrolment::{answers::Answers, form::Context, limits::Limit},
    web::{Site, ui},
};
use maud::{Markup, html};

/// P2b: the institution cannot be reached now.
pub fn closed(institution: &str, reopens: &str) -> Markup {
    html! {
        (ui::heading(&["この金融機関は、", "いま手続きできません"]))
        p class="lead" { (institution) "は、" strong { (reopens) } "から手続きできます。入力した内容は保存されています。" }
        ul {
            li { a href="/apply/bank" { "別の金融機関を選ぶ" } }
            li { "入力を残して、あとで続ける：しばらくのあいだ、この端末の「続きから再開する」で続けられます。" }
            li { a href="/paper" { "紙の申込書で申し込む" } }
        }
    }
}

/// P2c: the institution is not in the list.
pub fn other_institution() -> Markup {
    html! {
        (ui::heading(&["その金融機関は、", "紙の申込書で", "申し込めます"]))
        p class="lead" { "このサイトで申し込めるのは、一覧にある金融機関です。" }
        ul {
            li { a href="/paper" { "紙の申込書で申し込む方法を見る" } }
            li { a href="/apply/bank" { "一覧にもどって選び直す" } }
        }
    }
}

/// P18: this case is for paper; what was typed can be printed on the form.
pub fn not_eligible(reason: &str, back: &str) -> Markup {
    html! {
        (ui::heading(&["このお申込みは、", "紙の申込書で", "受け付けます"]))
        p class="lead" { (reason) }
        form class="form" method="post" action="/apply/paper" { (ui::submit("紙の申込書を作る")) }
        ul {
            li { a href="/paper" { "紙の申込書で申し込む方法を見る" } }
            li { a href=(back) { "前の画面にもどって直す" } }
        }
    }
}

/// The paper form, prefilled (A4). What was not typed stays an empty line.
pub fn paper(site: &Site, answers: &Answers, context: &Context) -> Markup {
    let name = match answers.get("name_style") {
        "single" => answers.get("full_name").to_owned(),
        _ => format!("{}　{}", answers.get("family_name"), answers.get("given_name")),
    };
    let address = format!(
        "{}{}　{}",
        answers.get("town"),
        answers.get("block"),
        answers.get("building")
    );
    let phones = ["phone_mobile", "phone_home", "phone_work"].map(|field| answers.get(field));
    let phone = phones.into_iter().find(|typed| !typed.is_empty()).unwrap_or_default();
    let blank = "　";
    let rows = [
        ("お問い合わせ番号", answers.get("customer_number")),
        ("使用場所", address.trim()),
        ("使用者氏名", name.trim()),
        ("電話番号", phone),
        (
            "金融機関・支店",
            context.institution.as_ref().map_or("", |i| i.name.as_str()),
        ),
        ("預金種別・口座番号", blank),
        ("口座名義（カナ）", blank),
        ("口座名義", blank),
        ("お届け印", blank),
    ];
    html! {
        (ui::heading(&["口座振替申込書"]))
        p class="noprint lead" { "この画面を印刷して、空いているところを書き、お届け印を押してください。" }
        p class="noprint" { button class="button" type="button" data-print hidden { "印刷する" } }
        p { (site.bureau.name) "　あて" }
        table class="table table--form" {
            tbody { @for (label, value) in rows { tr { th scope="row" { (label) } td { (value) } } } }
        }
        p { "水道料金・下水道使用料を、上の口座から口座振替で納めることを申し込みます。" }
        p { "申込日　　　　年　　月　　日" }
        p class="noprint" { a href="/paper" { "出し方を見る" } }
    }
}

/// P4: an address outside the city is asked about once.
pub fn outside_city(city: &str, address: &str, rev: i32) -> Markup {
    html! {
        (ui::heading(&[city, "の外の住所です。", "この住所でよいですか"]))
        p class="lead" { "入力された住所：" strong { (address) } }
        p { "水道を使用している場所の住所を入力してください。お住まいの住所とちがうことがあります。" }
        form class="form" method="post" action="/apply/place" {
            input type="hidden" name="draft_rev" value=(rev);
            div class="actions" {
                button class="button" type="submit" name="do" value="city_ok" { "この住所で進む" }
                a class="button button--secondary" href="/apply/place" { "住所を直す" }
            }
        }
    }
}

/// A second tab is behind.
pub fn other_tab(path: &str) -> Markup {
    html! {
        (ui::heading(&["別の画面で", "入力が進んでいます"]))
        p class="lead" { "同じ申込みを、別の画面でも開いています。この画面で押した内容は、まだ保存していません。" }
        p { a class="button" href=(path) { "いまの内容を表示する" } }
    }
}

/// Rule 3: another application for this customer number is not decided.
pub fn already_in_flight(site: &Site) -> Markup {
    html! {
        (ui::heading(&["このお問い合わせ番号は、", "結果を確認しています"]))
        p class="lead" { "同じお問い合わせ番号の申込みが、金融機関で手続中です。結果が分かるまで、次の申込みはできません。" }
        p { "入力した内容は保存されています。結果は、先の申込みの受付番号で確認できます。" }
        ul {
            li { a href="/receipt" { "申込みの状況を確認する" } }
            li { "お急ぎのときは、" (site.bureau.phone) "（" (site.bureau.phone_hours) "）へお電話ください。" }
        }
    }
}

/// P13: closed for inactivity. `ask_phone` when somebody's phone number is already known.
pub fn timed_out(minutes: i64, hours: i64, ask_phone: bool, errors: &[ui::FieldError]) -> Markup {
    html! {
        (ui::error_summary(errors))
        (ui::heading(&[&format!("{minutes}分間"), "操作がなかったため、", "画面を閉じました"]))
        p class="lead" { "入力した内容は" (hours) "時間保存しています。" }
        form class="form" method="post" action="/apply/timeout" novalidate {
            @if ask_phone {
                (ui::TextField {
                    name: "phone_last4",
                    label: "入力した電話番号の下4桁",
                    hint: "本人の確認に使います",
                    width: "w4",
                    mode: "numeric",
                    autocomplete: "off",
                    ..ui::TextField::default()
                }.render(errors))
            }
            div class="actions" {
                button class="button" type="submit" { "続きから再開する" }
                button class="button button--secondary" type="submit" name="do" value="restart" { "はじめから申し込む" }
            }
        }
        p class="hint" { "安全のため、口座の情報だけはもう一度入力してください。" }
    }
}

/// The whole service accepts nothing now. What was typed stays.
pub fn stopped(site: &Site, announcement: &str) -> Markup {
    html! {
        (ui::heading(&["いまは申込みが", "できません"]))
        p class="lead" { (announcement) }
        p { "入力した内容は、" (site.draft_hours) "時間保存しています。再開したら、この端末の「続きから再開する」で続けられます。" }
        ul {
            li { a href="/availability" { "いまの状況を見る" } }
            li { a href="/paper" { "紙の申込書で申し込む" } }
        }
    }
}

/// Too many hand-offs: what is limited, why, and what can be done meanwhile.
pub fn limited(site: &Site, limit: Limit) -> Markup {
    let why = match limit {
        Limit::Account => "同じ口座での手続きが続いたため、口座を守るために止めています。",
        Limit::Application => "この申込みで、金融機関の手続きが続けて行われました。",
        Limit::Client => "お使いの接続で、登録できない手続きが続いたため、安全のために止めています。",
    };
    html! {
        (ui::heading(&["いまは金融機関の", "手続きへ進めません"]))
        p class="lead" { (why) "24時間ほどおいて、もう一度お試しください。入力した内容は保存されています。" }
        ul {
            li { a href="/paper" { "紙の申込書で申し込む" } }
            @if limit == Limit::Client { li { "ほかの方と同じ接続（共用のWi-Fiなど）のときは、別の接続でお試しください" } }
            li { "お急ぎのときは、" (site.bureau.phone) "（" (site.bureau.phone_hours) "）へお電話ください" }
        }
    }
}
