use super::Extra;
use crate::{
    enrolment::answers::Answers,
    web::ui::{FieldError, error_message},
};
use maud::{Markup, html};

/// One institution on the page.
#[derive(Clone, Debug)]
pub struct BankChoice {
    pub code: String,
    pub name: String,
    pub kana: String,
    /// 「銀行」「信用金庫・信用組合・労働金庫」…
    pub group: &'static str,
    /// Empty while it is open.
    pub state: String,
}

/// P2: radio buttons in groups; a closed institution stays selectable and says when it opens.
pub fn fields(answers: &Answers, extra: &Extra, errors: &[FieldError]) -> Markup {
    let chosen = answers.get("institution");
    let mut groups: Vec<&'static str> = vec![];
    for bank in extra.banks {
        if !groups.contains(&bank.group) {
            groups.push(bank.group)
        }
    }
    let described = (!errors.is_empty()).then_some("institution-error");
    html! {
        div class={ "field" @if !errors.is_empty() { " field--error" } } id="institution" tabindex="-1" role="group"
            aria-label="金融機関" aria-describedby=[described] {
            (error_message("institution", errors))
            @for group in groups {
                fieldset class="field" {
                    legend { (group) }
                    div class="radios" {
                        @for bank in extra.banks.iter().filter(|b| b.group == group) { (radio(bank, chosen)) }
                    }
                }
            }
            @if !extra.over.is_empty() {
                div class="notice" {
                    h2 { "取扱いを終えた金融機関" }
                    @for one in extra.over { p { strong { (one.name) } "：" (one.told) } }
                }
            }
            fieldset class="field" {
                legend { "ほかの金融機関" }
                div class="radios" {
                    div class="radio" {
                        input type="radio" id="institution-other" name="institution" value="other" checked[chosen == "other"];
                        label for="institution-other" { "この中にない" }
                    }
                }
            }
        }
    }
}

fn radio(bank: &BankChoice, chosen: &str) -> Markup {
    let id = format!("institution-{}", bank.code);
    html! {
        div class="radio" {
            input type="radio" id=(id) name="institution" value=(bank.code) checked[chosen == bank.code];
            label for=(id) {
                (bank.name)
                span class="radio__note" { (bank.kana) }
                @if !bank.state.is_empty() { span class="radio__note radio__note--state" { (bank.state) } }
            }
        }
    }
}
