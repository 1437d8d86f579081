use super::{Studio, select};
use crate::{
    deliveries::layout::{
        Delimiter, EmptyDay, Encoding, Extension, Form, Layout, LineEnd, PLACEHOLDERS, Quote, Reader, STATES,
    },
    japan::date::parse_compact,
    web::{
        FormBody,
        ui::{FieldError, TextField},
    },
};
use maud::{Markup, html};

/// What is typed about the file as a whole.
#[derive(Clone, Debug, Default)]
pub struct SettingsForm {
    pub name: String,
    pub effective_from: String,
    pub note: String,
    encoding: String,
    line_end: String,
    form: String,
    delimiter: String,
    header: bool,
    quote: String,
    record_bytes: String,
    reader: String,
    file_name: String,
    extension: String,
    empty_day: String,
    states: Vec<String>,
    /// The whole as TOML.
    pub text: String,
    /// Why the second person refuses it.
    pub refusal: String,
}

/// The value of a word, or what stood there.
fn choice<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, typed: &str, before: T) -> T {
    all.iter().copied().find(|v| word(*v) == typed).unwrap_or(before)
}

impl SettingsForm {
    pub fn of(studio: &Studio) -> Self {
        let l = &studio.layout;
        Self {
            name: l.name.clone(),
            effective_from: super::day(studio.version.effective_from),
            note: studio.version.note.clone(),
            encoding: l.encoding.word().into(),
            line_end: l.line_end.word().into(),
            form: l.form.word().into(),
            delimiter: l.delimiter.word().into(),
            header: l.header,
            quote: l.quote.word().into(),
            record_bytes: l.record_bytes.map(|n| n.to_string()).unwrap_or_default(),
            reader: l.reader.word().into(),
            file_name: l.file_name.clone(),
            extension: l.extension.word().into(),
            empty_day: l.empty_day.word().into(),
            states: l.states.clone(),
            text: l.to_toml(),
            refusal: String::new(),
        }
    }

    pub fn read(form: &FormBody) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        let states = STATES.iter().filter(|(word, _)| form.has(&format!("state_{word}")));
        Self {
            refusal: String::new(),
            name: text("name"),
            effective_from: text("effective_from"),
            note: text("note"),
            encoding: text("encoding"),
            line_end: text("line_end"),
            form: text("form"),
            delimiter: text("delimiter"),
            header: form.has("header"),
            quote: text("quote"),
            record_bytes: text("record_bytes"),
            reader: text("reader"),
            file_name: text("file_name"),
            extension: text("extension"),
            empty_day: text("empty_day"),
            states: states.map(|(word, _)| (*word).to_owned()).collect(),
            text: String::new(),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = vec![];
        if self.name.is_empty() {
            errors.push(FieldError::new("name", "レイアウトの名前を入力してください"));
        }
        if parse_compact(&self.effective_from).is_none() {
            let message = "使い始める日は、2026-04-01 の形で入力してください";
            errors.push(FieldError::new("effective_from", message));
        }
        if !self.record_bytes.is_empty() && self.record_bytes.parse::<usize>().is_err() {
            errors.push(FieldError::new("record_bytes", "レコード長は、数字で入力してください"));
        }
        errors
    }

    /// Writes what was typed into the layout; no state, or all of them, means all.
    pub fn apply(&self, l: &mut Layout) {
        l.name = self.name.clone();
        l.encoding = choice(Encoding::ALL, Encoding::word, &self.encoding, l.encoding);
        l.line_end = choice(LineEnd::ALL, LineEnd::word, &self.line_end, l.line_end);
        l.form = choice(Form::ALL, Form::word, &self.form, l.form);
        l.delimiter = choice(Delimiter::ALL, Delimiter::word, &self.delimiter, l.delimiter);
        l.header = self.header;
        l.quote = choice(Quote::ALL, Quote::word, &self.quote, l.quote);
        l.record_bytes = self.record_bytes.parse().ok();
        l.reader = choice(Reader::ALL, Reader::word, &self.reader, l.reader);
        l.file_name = self.file_name.clone();
        l.extension = choice(Extension::ALL, Extension::word, &self.extension, l.extension);
        l.empty_day = choice(EmptyDay::ALL, EmptyDay::word, &self.empty_day, l.empty_day);
        l.states = match self.states.len() == STATES.len() {
            true => vec![],
            false => self.states.clone(),
        };
    }

    pub fn render(&self, path: &str, errors: &[FieldError]) -> Markup {
        let text = |name: &'static str, label: &'static str, hint: &'static str, value: &str, width: &'static str| {
            TextField {
                name,
                label,
                hint,
                value,
                width,
                autocomplete: "off",
                ..Default::default()
            }
            .render(errors)
        };
        html! {
            form class="form" method="post" action=(path) novalidate {
                div class="grid" {
                    (text("name", "レイアウトの名前", "", &self.name, "w20"))
                    (text("effective_from", "使い始める日", "この日の還元データから使います", &self.effective_from, "w12"))
                    (text("note", "変更のメモ", "何のための変更か", &self.note, "w20"))
                    (self.selects())
                    (text("record_bytes", "レコード長（固定長のとき）", "改行を除いたバイト数", &self.record_bytes, "w6"))
                    (text("file_name", "ファイル名", "", &self.file_name, "w20"))
                }
                p class="hint" { "ファイル名に使えるもの：" @for (word, meaning) in PLACEHOLDERS { code { "{" (word) "}" } " " (meaning) "　" } }
                div class="checkbox" {
                    input type="checkbox" id="header" name="header" checked[self.header];
                    label for="header" { "はじめの行に項目名を書く" }
                }
                fieldset class="field" {
                    legend { "書き出す結果" }
                    p class="hint" { "どれも選ばないと、すべての結果を書き出します" }
                    div class="checks" { @for (word, label) in STATES {
                        @let id = format!("state_{word}");
                        div class="checkbox" {
                            input type="checkbox" id=(id) name=(id) checked[self.states.iter().any(|s| s == word)];
                            label for=(id) { (label) }
                        }
                    } }
                }
                div class="actions" {
                    button class="button" type="submit" { "この内容で保存する" }
                    button class="button button--secondary" type="submit" name="try" value="yes" formaction={ (path) "#seen" } { "試しに見る" }
                }
            }
        }
    }

    fn selects(&self) -> Markup {
        macro_rules! options {
            ($kind:ty) => {
                &<$kind>::ALL
                    .iter()
                    .map(|v| (v.word(), v.label()))
                    .collect::<Vec<_>>()
            };
        }
        html! {
            (select("encoding", "文字コード", &self.encoding, options!(Encoding)))
            (select("line_end", "改行", &self.line_end, options!(LineEnd)))
            (select("form", "形", &self.form, options!(Form)))
            (select("delimiter", "区切り", &self.delimiter, options!(Delimiter)))
            (select("quote", "引用符", &self.quote, options!(Quote)))
            (select("reader", "読む相手", &self.reader, options!(Reader)))
            (select("extension", "拡張子", &self.extension, options!(Extension)))
            (select("empty_day", "0件の日", &self.empty_day, options!(EmptyDay)))
        }
    }
}
