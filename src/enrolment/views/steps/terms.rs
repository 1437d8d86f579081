use super::Extra;
use crate::web::ui::{self, FieldError, error_message};
use maud::{Markup, html};

/// P1: the whole text in the page, each section's summary outside its `<details>`.
pub fn fields(extra: &Extra, errors: &[FieldError]) -> Markup {
    html! {
        @if let Some(shown) = extra.terms {
            // Whoever agrees, agrees to this text and no other.
            input type="hidden" name="terms" value=(shown.hash);
            p class="hint" { "第" (shown.terms.version) "版（" (shown.terms.effective) "から）　"
                a href="/terms" { "印刷用の画面を開く" } }
        @for section in ui::sections(&shown.terms.body, ui::markdown) {
            section class="terms" {
                h2 { (section.title) }
                (section.summary)
                details class="details" { summary { "くわしく読む" span class="vh" { "：" (section.title) } } (section.rest) }
            }
        }
        }
        div class={ "field" @if !errors.is_empty() { " field--error" } } {
            (error_message("agree", errors))
            div class="checkbox" {
                input type="checkbox" id="agree" name="agree" value="yes" checked[extra.rev > 0]
                    aria-describedby=[(!errors.is_empty()).then_some("agree-error")];
                label for="agree" { "利用規約と個人情報の取扱いに同意します" }
            }
        }
    }
}
