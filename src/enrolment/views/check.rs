use crate::{
    config::ItemId,
    enrolment::{
        answers::Answers,
        form::{AccountDetails, AccountShape, Context, Details, PersonName, Step},
    },
    japan::{date::wareki, phone},
    web::ui::{self, summary_row},
};
use maud::{Markup, html};

/// P8: everything as it will be sent, each row with its way back.
pub fn check(answers: &Answers, details: &Details, context: &Context, rev: i32, submit_key: &str) -> Markup {
    html! {
        (ui::step(Step::Check.number(), Step::SHOWN))
        (ui::heading(&["入力内容を確認して、", "金融機関の画面へ", "進んでください"]))
        p class="lead" { strong { "まだ申込みは終わっていません。" } "合っているときは、いちばん下のボタンを押してください。" }
        h2 { "口座のある金融機関" }
        dl class="summary" { (summary_row("金融機関", context.institution_name(), change(Step::Bank).as_deref())) }
        (number_and_place(details, context))
        (names(answers, details, context))
        (contact(details, context))
        h2 { "引き落とし口座" }
        dl class="summary" {
            @match &details.account {
                Some(account) => (account_rows(account, context)),
                None => (summary_row("口座", "金融機関の画面で入力します", None)),
            }
            (summary_row(context.label(ItemId::Pin), "金融機関の画面だけで入力します", None))
        }
        form class="form" method="post" action="/apply/check" {
            input type="hidden" name="draft_rev" value=(rev);
            input type="hidden" name="key" value=(submit_key);
            (ui::submit("この内容で金融機関の画面へ進む"))
        }
        p class="hint" { "押すと受付番号が決まり、次の画面に表示されます。" }
    }
}

fn change(step: Step) -> Option<String> {
    Some(format!("{}?back=check", step.path()))
}

fn number_and_place(details: &Details, context: &Context) -> Markup {
    let (number, place) = (change(Step::Number), change(Step::Place));
    let start = details.start_date.map(wareki).unwrap_or_default();
    html! {
        h2 { "お申込みの種類と番号" }
        dl class="summary" {
            (summary_row(context.label(ItemId::ApplicationKind), details.kind.label(), number.as_deref()))
            (summary_row(context.label(ItemId::CustomerNumber), &details.customer_number, number.as_deref()))
        }
        h2 { "水道を使用している場所" }
        dl class="summary" {
            @if context.items.asked(ItemId::PostalCode).is_some() {
                (summary_row(context.label(ItemId::PostalCode), &details.premises.postal_display(), place.as_deref()))
            }
            @if context.items.asked(ItemId::Premises).is_some() {
                (summary_row(context.label(ItemId::Premises), &details.premises.address(), place.as_deref()))
            }
            @if context.items.asked(ItemId::StartDate).is_some() {
                (summary_row(context.label(ItemId::StartDate), &start, place.as_deref()))
            }
        }
    }
}

fn names(answers: &Answers, details: &Details, context: &Context) -> Markup {
    let path = change(Step::Name);
    let changed = match answers.get("name_changed") {
        "yes" => "はい",
        _ => "いいえ",
    };
    html! {
        h2 { "使用している方" }
        dl class="summary" {
            (person([ItemId::UserName, ItemId::UserKana], &details.user, context, path.as_deref()))
            @if context.items.asked(ItemId::OldName).is_some() {
                (summary_row("使用者の名義の変更", changed, path.as_deref()))
            }
            @if let Some(former) = &details.former { (person([ItemId::OldName, ItemId::OldKana], former, context, change(Step::Former).as_deref())) }
        }
    }
}

fn person([kanji, kana]: [ItemId; 2], name: &PersonName, context: &Context, path: Option<&str>) -> Markup {
    html! {
        (summary_row(context.label(kanji), &name.kanji, path))
        @if !name.kana.is_empty() { (summary_row(context.label(kana), &name.kana, path)) }
    }
}

fn contact(details: &Details, context: &Context) -> Markup {
    let path = change(Step::Contact);
    let contact = &details.contact;
    let phones = [
        (ItemId::PhoneMobile, &contact.mobile),
        (ItemId::PhoneHome, &contact.home),
        (ItemId::PhoneWork, &contact.work),
    ];
    html! {
        h2 { "連絡先" }
        dl class="summary" {
            @for (id, number) in phones {
                @if context.items.asked(id).is_some() {
                    (summary_row(context.label(id), &phone::display(number), path.as_deref()))
                }
            }
            @if let Some(relation) = contact.relation {
                (summary_row(context.label(ItemId::Relation), relation.label(), path.as_deref()))
            }
            (summary_row("結果のお知らせ方法", match contact.email {
                Some(_) => "メールで受け取る",
                None => "このサイトで受付番号から確認する",
            }, path.as_deref()))
            @if let Some(email) = &contact.email { (summary_row(context.label(ItemId::Email), email, path.as_deref())) }
        }
    }
}

fn account_rows(account: &AccountDetails, context: &Context) -> Markup {
    let path = change(Step::Account);
    let path = path.as_deref();
    html! {
        @match &account.shape {
            AccountShape::Yucho(yucho) => {
                (summary_row("記号", &yucho.symbol, path))
                (summary_row("番号", &yucho.number, path))
                (summary_row("店番・口座番号", &format!("{}　{}", account.sent.branch, account.sent.number), None))
            }
            AccountShape::Bank => {
                (summary_row(context.label(ItemId::Branch), &format!("{}（店番 {}）", account.branch_name, account.sent.branch), path))
                (summary_row(context.label(ItemId::DepositType), account.deposit.label(), path))
                (summary_row(context.label(ItemId::AccountNumber), &account.sent.number, path))
            }
        }
        @if !account.holder_name.is_empty() { (summary_row(context.label(ItemId::HolderName), &account.holder_name, path)) }
        (summary_row(context.label(ItemId::HolderKana), &account.holder_kana, path))
        (summary_row("金融機関へ送る名義", &account.sent.holder_kana, None))
    }
}
