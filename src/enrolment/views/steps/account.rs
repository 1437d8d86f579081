use super::{Extra, name::kana};
use crate::{
    config::{Item, ItemId, PageId},
    enrolment::{
        answers::Answers,
        form::{Context, holder_label},
    },
    institutions::Branch,
    japan::{
        digits::digits,
        kana::to_katakana,
        yucho,
        zengin::{DepositType, HolderKana},
    },
    web::{
        asset_path,
        ui::{Choice, FieldError, TextField, choices, error_message},
    },
};
use maud::{Markup, html};

/// P7, in the bureau's order; ゆうちょ in the shape of its passbook.
pub fn fields(answers: &Answers, context: &Context, extra: &Extra, errors: &[FieldError]) -> Markup {
    html! {
        p { strong { (context.institution_name()) } }
        @if context.is_yucho() { (yucho_fields(answers, errors)) }
        @for item in context.items.on(PageId::Account) {
            @match item.id {
                ItemId::Branch if !context.is_yucho() => (branch(item, answers, context, extra, errors)),
                ItemId::DepositType if !context.is_yucho() => (deposit_type(item, answers, errors)),
                ItemId::AccountNumber if !context.is_yucho() => (TextField {
                    name: "account_number",
                    label: &item.label,
                    hint: &item.hint,
                    value: answers.get("account_number"),
                    width: "w8",
                    mode: "numeric",
                    autocomplete: "off",
                    ..TextField::default()
                }.render(errors)),
                ItemId::HolderKana => (holder(answers, context, errors)),
                _ => {}
            }
        }
    }
}

fn branch(item: &Item, answers: &Answers, context: &Context, extra: &Extra, errors: &[FieldError]) -> Markup {
    let has_error = FieldError::of(errors, "branch_query").is_some();
    html! {
        div class={ "field" @if has_error { " field--error" } } {
            label for="branch_query" { (item.label) }
            p class="hint" id="branch_query-hint" { (item.hint) }
            (error_message("branch_query", errors))
            div class="search" {
                input class="input input--w12" type="text" id="branch_query" name="branch_query" autocomplete="off"
                    value=(answers.get("branch_query")) spellcheck="false" data-ime
                    aria-describedby={ "branch_query-hint" @if has_error { " branch_query-error" } }
                    aria-invalid=[has_error.then_some("true")]
                    hx-get="/apply/branches" hx-trigger="input changed delay:250ms" hx-target="#branches"
                    hx-swap="outerHTML" hx-sync="this:replace";
                button class="button button--secondary" type="submit" name="do" value="search" formnovalidate { (item.label) "をさがす" }
            }
        }
        (branch_list(context, extra.branches.as_ref()))
    }
}

/// The branches found, as radio buttons; the chosen one stays in the list.
pub fn branch_list(context: &Context, found: Option<&(Vec<Branch>, i64)>) -> Markup {
    let (label, chosen) = (context.label(ItemId::Branch), context.branch.as_ref());
    let listed = |code: &str| found.is_some_and(|(list, _)| list.iter().any(|b| b.code == code));
    let extra = chosen.filter(|c| !listed(&c.code));
    html! {
        div id="branches" {
            p class="status" role="status" {
                @match found {
                    Some((list, 0)) if list.is_empty() => "見つかりませんでした。名前の一部か、店番3桁で、もう一度さがしてください。",
                    Some((list, count)) if *count > list.len() as i64 => {
                        (list.len()) "件を表示しています。ほか" (count - list.len() as i64) "件。続きを入力してください。"
                    },
                    Some((_, count)) => { (count) "件見つかりました。" },
                    None => {},
                }
            }
            @if extra.is_some() || found.is_some_and(|(list, _)| !list.is_empty()) {
                fieldset class="field" id="branch" tabindex="-1" {
                    legend { (label) "を選んでください" }
                    div class="radios" {
                        @for branch in extra.into_iter().chain(found.iter().flat_map(|(list, _)| list)) {
                            @let id = format!("branch-{}", branch.code);
                            div class="radio" {
                                input type="radio" id=(id) name="branch" value=(branch.code)
                                    checked[chosen.is_some_and(|c| c.code == branch.code)];
                                label for=(id) {
                                    (branch.name)
                                    span class="radio__note" { (branch.kana) "　店番 " (branch.code) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn deposit_type(item: &Item, answers: &Answers, errors: &[FieldError]) -> Markup {
    let list = [
        (DepositType::Ordinary, "普通（総合口座を含む）"),
        (DepositType::Current, "当座"),
        (DepositType::TaxReserve, "納税準備"),
        (DepositType::Other, "そのほか（貯蓄など）"),
    ]
    .map(|(kind, label)| Choice {
        value: kind.code(),
        label,
        note: "",
    });
    choices(
        "deposit_type",
        &item.label,
        &item.hint,
        answers.get("deposit_type"),
        &list,
        errors,
    )
}

fn yucho_fields(answers: &Answers, errors: &[FieldError]) -> Markup {
    let typed = |field| digits(answers.get(field)).unwrap_or_default();
    let (symbol, number) = (typed("yucho_symbol"), typed("yucho_number"));
    let read = yucho::parse(&symbol, &number).ok();
    let part = |name: &str, label: &str, hint: &str, width: &str| {
        TextField {
            name,
            label,
            hint,
            value: answers.get(name),
            width,
            mode: "numeric",
            autocomplete: "off",
            ..TextField::default()
        }
        .render(errors)
    };
    html! {
        img class="figure" src=(asset_path("passbook-yucho.svg")) width="440" height="300" loading="lazy"
            alt="ゆうちょ銀行の通帳の見本。記号と番号は、表紙を開いたページの上に並んでいます。";
        div class="columns" {
            (part("yucho_symbol", "記号", "1で始まる5桁です", "w6"))
            (part("yucho_number", "番号", "最後が1の、2〜8桁です", "w8"))
        }
        @if let Some(read) = read {
            p class="converted" { "店番 " (read.branch) "　口座番号 " (read.account) " として受け取りました" }
            // The next send of the same numbers is taken, although the check digit differs.
            @if !read.check_digit_ok {
                input type="hidden" name="check_digit_seen" value={ (symbol) "-" (number) };
            }
        }
    }
}

fn holder(answers: &Answers, context: &Context, errors: &[FieldError]) -> Markup {
    let user = match answers.get("name_style") {
        "single" => to_katakana(answers.get("full_kana")),
        _ => format!(
            "{}　{}",
            to_katakana(answers.get("family_kana")),
            to_katakana(answers.get("given_kana"))
        ),
    };
    let same = format!("使用者と同じ（{}）", user.trim());
    let list = [("same", same.as_str()), ("other", "ちがう")].map(|(value, label)| Choice { value, label, note: "" });
    let sent_from = match answers.get("holder") {
        "other" => to_katakana(answers.get("holder_kana")),
        _ => user.clone(),
    };
    let sent = HolderKana::parse(&sent_from).ok();
    html! {
        (choices("holder", holder_label(context), "通帳の名義と同じ方を選んでください", answers.get("holder"), &list, errors))
        div data-shown-by="holder=other" {
            @if let Some(item) = context.items.asked(ItemId::HolderName) {
                (TextField {
                    name: "holder_name",
                    label: &item.label,
                    hint: "「ちがう」を選んだ方だけ入力してください",
                    value: answers.get("holder_name"),
                    width: "w20",
                    autocomplete: "off",
                    ..TextField::default()
                }.render(errors))
            }
            @if let Some(item) = context.items.asked(ItemId::HolderKana) {
                (kana("holder_kana", &item.label, &item.hint, "holder_name", answers, errors))
            }
        }
        @if let Some(sent) = sent {
            p class="converted" { "金融機関へは " span class="mono" { (sent.as_str()) } " として送ります" }
        }
    }
}
