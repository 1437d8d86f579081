use super::{FieldError, error_message};
use maud::{Markup, html};

/// A text input with its label, hint and error.
#[derive(Default)]
pub struct TextField<'a> {
    /// Name and id.
    pub name: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
    pub value: &'a str,
    pub optional: bool,
    /// `w4` … `w20`, `full`.
    pub width: &'a str,
    /// `numeric`, `tel`, `email` or empty.
    pub mode: &'a str,
    /// A token of the HTML standard; left out when empty (there is none for kana).
    pub autocomplete: &'a str,
    /// The id of the input whose reading fills this one.
    pub kana_from: &'a str,
    /// Takes the focus when the page opens.
    pub focus: bool,
}

impl TextField<'_> {
    pub fn render(&self, errors: &[FieldError]) -> Markup {
        let has_error = FieldError::of(errors, self.name).is_some();
        html! {
            div class={ "field" @if has_error { " field--error" } } {
                label for=(self.name) { (self.label) @if self.optional { span class="badge badge--optional" { "任意" } } }
                @if !self.hint.is_empty() { p class="hint" id={ (self.name) "-hint" } { (self.hint) } }
                (error_message(self.name, errors))
                (self.input(has_error))
                @if !self.kana_from.is_empty() { p class="hint" id={ (self.name) "-auto" } role="status" {} }
            }
        }
    }

    /// The input alone, described by its hint and its error.
    pub fn input(&self, has_error: bool) -> Markup {
        let kind = match self.mode {
            "tel" => "tel",
            "email" => "email",
            _ => "text",
        };
        let mut described = vec![];
        if !self.hint.is_empty() {
            described.push(format!("{}-hint", self.name))
        }
        if has_error {
            described.push(format!("{}-error", self.name))
        }
        let described = (!described.is_empty()).then(|| described.join(" "));
        let kana = matches!(self.mode, "" | "email").then_some("false");
        html! {
            input class={ "input input--" (self.width) } type=(kind) id=(self.name) name=(self.name) value=(self.value)
                inputmode=[(self.mode == "numeric").then_some("numeric")]
                autocomplete=[(!self.autocomplete.is_empty()).then_some(self.autocomplete)]
                aria-describedby=[described] aria-invalid=[has_error.then_some("true")]
                spellcheck=[kana] autofocus[self.focus]
                data-kana-from=[(!self.kana_from.is_empty()).then_some(self.kana_from)];
        }
    }
}

/// A box for several lines, with its label, hint and error.
pub fn text_area(name: &str, label: &str, hint: &str, value: &str, rows: u32, errors: &[FieldError]) -> Markup {
    let has_error = FieldError::of(errors, name).is_some();
    let mut described = vec![];
    if !hint.is_empty() {
        described.push(format!("{name}-hint"))
    }
    if has_error {
        described.push(format!("{name}-error"))
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    html! {
        div class={ "field" @if has_error { " field--error" } } {
            label for=(name) { (label) }
            @if !hint.is_empty() { p class="hint" id={ (name) "-hint" } { (hint) } }
            (error_message(name, errors))
            textarea class="input input--full" id=(name) name=(name) rows=(rows) aria-describedby=[described]
                aria-invalid=[has_error.then_some("true")] { (value) }
        }
    }
}

/// One radio button.
pub struct Choice<'a> {
    pub value: &'a str,
    pub label: &'a str,
    /// Beside the label: a reading, a state.
    pub note: &'a str,
}

/// A group of radio buttons with its legend, hint and error. The error's link leads to the first button.
pub fn choices(name: &str, legend: &str, hint: &str, chosen: &str, list: &[Choice], errors: &[FieldError]) -> Markup {
    let error = FieldError::of(errors, name);
    let hint_id = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let error_id = error.map(|_| format!("{name}-error"));
    let described: Vec<String> = hint_id.iter().chain(&error_id).cloned().collect();
    html! {
        fieldset class={ "field" @if error.is_some() { " field--error" } } id=(name) tabindex="-1"
            aria-describedby=[(!described.is_empty()).then(|| described.join(" "))] {
            legend { (legend) }
            @if let Some(id) = &hint_id { p class="hint" id=(id) { (hint) } }
            (error_message(name, errors))
            (radios(name, chosen, list))
        }
    }
}

/// The radio buttons alone.
fn radios(name: &str, chosen: &str, list: &[Choice]) -> Markup {
    html! {
        div class="radios" {
            @for choice in list {
                @let id = format!("{name}-{}", choice.value);
                div class="radio" {
                    input type="radio" id=(id) name=(name) value=(choice.value) checked[chosen == choice.value];
                    label for=(id) {
                        (choice.label)
                        @if !choice.note.is_empty() { span class="radio__note" { (choice.note) } }
                    }
                }
            }
        }
    }
}

/// Year, month and day as three text inputs: `{name}_year`, `{name}_month`, `{name}_day`.
pub struct DateField<'a> {
    pub name: &'a str,
    pub legend: &'a str,
    pub hint: &'a str,
    pub optional: bool,
    pub values: [&'a str; 3],
}

impl DateField<'_> {
    pub fn render(&self, errors: &[FieldError]) -> Markup {
        let names = ["year", "month", "day"].map(|part| format!("{}_{part}", self.name));
        let wrong = names.iter().any(|n| FieldError::of(errors, n).is_some());
        html! {
            fieldset class={ "field" @if wrong { " field--error" } } {
                legend { (self.legend) @if self.optional { span class="badge badge--optional" { "任意" } } }
                p class="hint" id={ (self.name) "-hint" } { (self.hint) }
                @for name in &names { (error_message(name, errors)) }
                div class="date-inputs" {
                    @for (i, label) in ["年", "月", "日"].iter().enumerate() {
                        div {
                            label for=(names[i]) { (label) }
                            (TextField {
                                name: &names[i],
                                value: self.values[i],
                                width: if i == 0 { "w8" } else { "w4" },
                                mode: if i == 0 { "" } else { "numeric" },
                                autocomplete: "off",
                                ..TextField::default()
                            }.input(FieldError::of(errors, &names[i]).is_some()))
                        }
                    }
                }
            }
        }
    }
}
