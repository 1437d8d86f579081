//! The steps of the form: one frame, and the fields of each.
mod account;
mod bank;
mod contact;
mod name;
mod number;
mod place;
mod terms;

pub use account::branch_list;
pub use bank::BankChoice;
pub use place::Towns;

use crate::{
    config::PageId,
    enrolment::{
        answers::Answers,
        form::{Context, Step},
    },
    institutions::{Branch, Leaving},
    texts::TermsInUse,
    web::ui::{self, FieldError},
};
use maud::{Markup, html};

/// What a step shows besides the answers.
pub struct Extra<'a> {
    /// On the page of the terms.
    pub terms: Option<&'a TermsInUse>,
    pub banks: &'a [BankChoice],
    /// Institutions that cannot be chosen any more since lately.
    pub over: &'a [Leaving],
    pub towns: Option<Towns>,
    /// Branches found, and how many there are in all; `None` before a search.
    pub branches: Option<(Vec<Branch>, i64)>,
    /// Revision of the draft; 0 before there is one.
    pub rev: i32,
    /// Come back to the check page afterwards.
    pub back_to_check: bool,
}

/// One step, with what is wrong on it.
pub fn step(step: Step, answers: &Answers, context: &Context, errors: &[FieldError], extra: &Extra) -> Markup {
    let body = match step {
        Step::Terms => terms::fields(extra, errors),
        Step::Bank => bank::fields(answers, extra, errors),
        Step::Number => number::fields(answers, context, errors),
        Step::Place => place::fields(answers, context, extra, errors),
        Step::Name => name::fields(answers, context, errors),
        Step::Former => name::former_fields(answers, context, errors),
        Step::Contact => contact::fields(answers, context, errors),
        Step::Account => account::fields(answers, context, extra, errors),
        Step::Check => html! {},
    };
    html! {
        (ui::error_summary(errors))
        (ui::step(step.number(), Step::SHOWN))
        (ui::heading(title(step)))
        (lead(step))
        form class="form" method="post" action=(step.path()) novalidate autocomplete="on" {
            // The place's revision is part of what a postal-code look-up replaces.
            @if step != Step::Place { (hidden_rev(extra.rev)) }
            // Enter means つぎへ進む, not the look-up whose button stands first on some pages.
            @if matches!(step, Step::Place | Step::Account) { button class="vh" type="submit" tabindex="-1" aria-hidden="true" {} }
            @if extra.back_to_check { input type="hidden" name="back" value="check"; }
            (body)
            (ui::submit("つぎへ進む"))
        }
    }
}

/// The fields of a page as somebody finds them who comes there for the first time.
pub fn asked(page: PageId, context: &Context) -> Markup {
    let mut answers = Answers::default();
    let extra = Extra {
        terms: None,
        banks: &[],
        over: &[],
        towns: None,
        branches: None,
        rev: 0,
        back_to_check: false,
    };
    match page {
        PageId::Number => number::fields(&answers, context, &[]),
        PageId::Place => place::fields(&answers, context, &extra, &[]),
        PageId::Name => name::fields(&answers, context, &[]),
        PageId::Former => name::former_fields(&answers, context, &[]),
        PageId::Contact => contact::fields(&answers, context, &[]),
        PageId::Account => {
            // The page speaks of the user, whose name was typed before: an invented one.
            answers.set("family_kana", "スイドウ");
            answers.set("given_kana", "タロウ");
            account::fields(&answers, context, &extra, &[])
        }
    }
}

/// Tells a second tab that it is behind.
fn hidden_rev(rev: i32) -> Markup {
    html! { input type="hidden" name="draft_rev" value=(rev); }
}

/// The heading, in phrases.
fn title(step: Step) -> &'static [&'static str] {
    match step {
        Step::Terms => &["利用規約と", "個人情報の取扱いを", "確認してください"],
        Step::Bank => &["口座のある", "金融機関を", "選んでください"],
        Step::Number => &["お申込みの種類と、", "お問い合わせ番号を", "入力してください"],
        Step::Place => &["水道を使用している", "場所を", "入力してください"],
        Step::Name => &["水道を使用している方の", "お名前を", "入力してください"],
        Step::Former => &["前に使用していた方の", "お名前を", "入力してください"],
        Step::Contact => &["連絡先を", "入力してください"],
        Step::Account => &["引き落とし口座を", "入力してください"],
        Step::Check => &["入力内容を確認して、", "金融機関の画面へ", "進んでください"],
    }
}

/// The heading in one piece, for the browser's title.
pub fn title_text(step: Step) -> String {
    title(step).concat()
}

fn lead(step: Step) -> Markup {
    html! {
        @match step {
            Step::Bank => p class="lead" { "キャッシュカードをお持ちの、個人の口座が使えます。暗証番号は、金融機関の画面だけで入力します。" },
            Step::Account => p class="lead" { "暗証番号は、ここでは入力しません。金融機関の画面だけで入力します。" },
            _ => {},
        }
    }
}
