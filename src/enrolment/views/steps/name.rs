use crate::{
    config::{ItemId, PageId},
    enrolment::{answers::Answers, form::Context},
    japan::kana::to_katakana,
    web::ui::{Choice, FieldError, TextField, choices},
};
use maud::{Markup, html};

/// P5.
pub fn fields(answers: &Answers, context: &Context, errors: &[FieldError]) -> Markup {
    let single = answers.get("name_style") == "single";
    let choice = |value, label| Choice { value, label, note: "" };
    html! {
        @for item in context.items.on(PageId::Name) {
            @match (item.id, single) {
                (ItemId::UserName, true) => {
                    input type="hidden" name="name_style" value="single";
                    (text("full_name", &item.label, "", "name", answers, errors))
                    p { a href="/apply/name?name=split" { "姓と名を分けて入力する" } }
                }
                (ItemId::UserName, false) => {
                    input type="hidden" name="name_style" value="split";
                    div class="columns" {
                        (text("family_name", "姓", "", "family-name", answers, errors))
                        (text("given_name", "名", "", "given-name", answers, errors))
                    }
                    p { a href="/apply/name?name=single" { "姓と名に分けられない方はこちら" } }
                }
                (ItemId::UserKana, true) => {
                    (kana("full_kana", &item.label, &item.hint, "full_name", answers, errors))
                }
                (ItemId::UserKana, false) => {
                    p class="hint" { (item.hint) }
                    div class="columns" {
                        (kana("family_kana", "セイ（カタカナ）", "", "family_name", answers, errors))
                        (kana("given_kana", "メイ（カタカナ）", "", "given_name", answers, errors))
                    }
                }
                _ => {}
            }
        }
        @if context.items.asked(ItemId::OldName).is_some() {
            (choices("name_changed", "使用者の名義の変更", "前の使用者から名義が変わったときは「はい」を選んでください",
                answers.get("name_changed"), &[choice("yes", "はい"), choice("no", "いいえ")], errors))
        } @else { input type="hidden" name="name_changed" value="no"; }
    }
}

/// P5b.
pub fn former_fields(answers: &Answers, context: &Context, errors: &[FieldError]) -> Markup {
    html! {
        @for item in context.items.on(PageId::Former) {
            @match item.id {
                ItemId::OldName => (text("old_name", &item.label, &item.hint, "off", answers, errors)),
                ItemId::OldKana => (kana("old_kana", &item.label, &item.hint, "old_name", answers, errors)),
                _ => {}
            }
        }
    }
}

fn text(name: &str, label: &str, hint: &str, autocomplete: &str, answers: &Answers, errors: &[FieldError]) -> Markup {
    TextField {
        name,
        label,
        hint,
        value: answers.get(name),
        width: "w20",
        autocomplete,
        ..TextField::default()
    }
    .render(errors)
}

/// A kana field shows what it was read as, when that differs from what was typed.
pub fn kana(name: &str, label: &str, hint: &str, from: &str, answers: &Answers, errors: &[FieldError]) -> Markup {
    let typed = answers.get(name);
    let read = to_katakana(typed);
    let field = TextField {
        name,
        label,
        hint,
        value: typed,
        width: "w20",
        kana_from: from,
        ..TextField::default()
    };
    html! {
        div {
            (field.render(errors))
            @if !typed.is_empty() && read != typed && FieldError::of(errors, name).is_none() {
                p class="converted" { "「" (read) "」として受け取りました" }
            }
        }
    }
}
