use super::{Studio, select, studio::tried};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    deliveries::layout::{Column, Convert, FIELDS, Overflow, Pad, Part, Side, Summary, Unit, WAREKI_FORMS, When},
    web::{
        FormBody, Site,
        ui::{self, FieldError, TextField},
    },
};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// What is typed about one column. What the form does not offer (parts with their own maps) is in the whole text.
#[derive(Clone, Debug, Default)]
pub struct ColumnForm {
    header: String,
    /// `field fixed summary join`
    source: String,
    field: String,
    fixed: String,
    summary: String,
    /// Names of fields and `"fixed"` texts, one a line.
    join: String,
    separator: String,
    date: String,
    convert: Vec<String>,
    /// `a=b`, one a line.
    map: String,
    width: String,
    with: String,
    side: String,
    unit: String,
    overflow: String,
    when_field: String,
    when_kind: String,
    when_values: String,
    otherwise: String,
}

const PLAIN_DATES: &[(&str, &str)] = &[
    ("", "そのまま（20260401）"),
    ("%Y-%m-%d", "2026-04-01"),
    ("%Y/%m/%d", "2026/04/01"),
    ("%Y-%m-%d %H:%M:%S", "2026-04-01 10:30:00"),
];

impl ColumnForm {
    pub fn of(c: &Column) -> Self {
        let source = match (&c.field, &c.fixed, &c.summary, c.join.is_empty()) {
            (_, _, _, false) => "join",
            (_, Some(_), _, _) => "fixed",
            (_, _, Some(_), _) => "summary",
            _ => "field",
        };
        let part = |p: &Part| match (&p.field, &p.fixed) {
            (Some(field), _) => field.clone(),
            (_, Some(fixed)) => format!("\"{fixed}\""),
            _ => String::new(),
        };
        let when = c.when.clone().unwrap_or_default();
        let (kind, values) = match (when.empty, when.is.is_empty(), when.is_not.is_empty()) {
            (Some(true), _, _) => ("empty", vec![]),
            (Some(false), _, _) => ("filled", vec![]),
            (_, false, _) => ("is", when.is.clone()),
            (_, _, false) => ("is_not", when.is_not.clone()),
            _ => ("", vec![]),
        };
        Self {
            header: c.header.clone(),
            source: source.into(),
            field: c.field.clone().unwrap_or_default(),
            fixed: c.fixed.clone().unwrap_or_default(),
            summary: c.summary.map(|s| s.word().to_owned()).unwrap_or_default(),
            join: c.join.iter().map(part).collect::<Vec<_>>().join("\n"),
            separator: c.separator.clone(),
            date: c.date.clone().unwrap_or_default(),
            convert: c.convert.iter().map(|v| v.word().to_owned()).collect(),
            map: c
                .map
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect::<Vec<_>>()
                .join("\n"),
            width: c.pad.as_ref().map(|p| p.width.to_string()).unwrap_or_default(),
            with: c.pad.as_ref().map(|p| p.with.to_string()).unwrap_or_default(),
            side: c.pad.as_ref().map(|p| p.side.word().to_owned()).unwrap_or_default(),
            unit: c.pad.as_ref().map(|p| p.unit.word().to_owned()).unwrap_or_default(),
            overflow: c.overflow.word().into(),
            when_field: when.field,
            when_kind: kind.into(),
            when_values: values.join(","),
            otherwise: when.otherwise,
        }
    }

    pub fn read(form: &FormBody) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        let exact = |name: &str| form.get(name).replace("\r\n", "\n");
        let on = Convert::ALL
            .iter()
            .filter(|c| form.has(&format!("convert_{}", c.word())));
        Self {
            header: text("header"),
            source: text("source"),
            field: text("field"),
            fixed: exact("fixed"),
            summary: text("summary"),
            join: exact("join"),
            separator: exact("separator"),
            date: text("date"),
            convert: on.map(|c| c.word().to_owned()).collect(),
            map: exact("map"),
            width: text("width"),
            with: exact("with"),
            side: text("side"),
            unit: text("unit"),
            overflow: text("overflow"),
            when_field: text("when_field"),
            when_kind: text("when_kind"),
            when_values: text("when_values"),
            otherwise: exact("otherwise"),
        }
    }

    /// The column, or what is wrong with what was typed. What the whole layout makes of it, `check` says.
    pub fn column(&self) -> Result<Column, Vec<FieldError>> {
        let mut errors = vec![];
        if self.header.is_empty() {
            errors.push(FieldError::new("header", "項目名を入力してください"));
        }
        let map = self.read_map(&mut errors);
        let pad = self.read_pad(&mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let is = |kind: &str| self.source == kind;
        let convert = Convert::ALL
            .iter()
            .copied()
            .filter(|c| self.convert.iter().any(|w| w == c.word()));
        Ok(Column {
            header: self.header.clone(),
            field: is("field").then(|| self.field.clone()),
            fixed: is("fixed").then(|| self.fixed.clone()),
            summary: Summary::ALL
                .iter()
                .copied()
                .find(|s| is("summary") && s.word() == self.summary),
            separator: if is("join") {
                self.separator.clone()
            } else {
                String::new()
            },
            date: Some(self.date.clone()).filter(|d| !d.is_empty()),
            convert: convert.collect(),
            overflow: Overflow::ALL
                .iter()
                .copied()
                .find(|o| o.word() == self.overflow)
                .unwrap_or_default(),
            join: if is("join") { self.parts() } else { vec![] },
            when: self.when(),
            map,
            pad,
        })
    }

    fn parts(&self) -> Vec<Part> {
        let lines = self.join.lines().map(str::trim).filter(|l| !l.is_empty());
        lines
            .map(|line| match line.strip_prefix('"').and_then(|l| l.strip_suffix('"')) {
                Some(fixed) => Part {
                    fixed: Some(fixed.to_owned()),
                    ..Part::default()
                },
                None => Part {
                    field: Some(line.to_owned()),
                    ..Part::default()
                },
            })
            .collect()
    }

    fn when(&self) -> Option<When> {
        if self.when_field.is_empty() || self.when_kind.is_empty() {
            return None;
        }
        let values = || {
            self.when_values
                .split(',')
                .map(|v| v.trim().to_owned())
                .collect::<Vec<_>>()
        };
        let is = |kind: &str| self.when_kind == kind;
        Some(When {
            field: self.when_field.clone(),
            is: if is("is") { values() } else { vec![] },
            is_not: if is("is_not") { values() } else { vec![] },
            empty: (is("empty") || is("filled")).then(|| is("empty")),
            otherwise: self.otherwise.clone(),
            else_field: None,
        })
    }

    fn read_map(&self, errors: &mut Vec<FieldError>) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        for line in self.map.lines().filter(|l| !l.trim().is_empty()) {
            match line.split_once('=') {
                Some((from, to)) => drop(map.insert(from.trim().to_owned(), to.to_owned())),
                None => {
                    let message = "変換表は、1行に「もとの値=書く値」の形で入力してください";
                    errors.push(FieldError::new("map", message));
                    break;
                }
            }
        }
        map
    }

    fn read_pad(&self, errors: &mut Vec<FieldError>) -> Option<Pad> {
        if self.width.is_empty() {
            return None;
        }
        let Ok(width) = self.width.parse() else {
            errors.push(FieldError::new("width", "桁数は、数字で入力してください"));
            return None;
        };
        Some(Pad {
            width,
            with: self.with.chars().next().unwrap_or(' '),
            side: Side::ALL
                .iter()
                .copied()
                .find(|s| s.word() == self.side)
                .unwrap_or(Side::Right),
            unit: Unit::ALL
                .iter()
                .copied()
                .find(|u| u.word() == self.unit)
                .unwrap_or(Unit::Bytes),
        })
    }
}

pub fn column(site: &Site, staff: &Staff, s: &Studio, place: usize, f: &ColumnForm, errors: &[FieldError]) -> Markup {
    let path = format!("/layouts/{}", s.version.id);
    let title = format!("{}番目の項目", place + 1);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        form class="form" method="post" action={ (path) "/columns/" (place) } novalidate {
            (input("header", "項目名", "はじめの行に書く名前", &f.header, "w20", errors))
            (source(f))
            (shape(f, errors))
            (condition(f))
            div class="actions" {
                button class="button" type="submit" { "この内容で保存する" }
                button class="button button--secondary" type="submit" name="try" value="yes" { "試しに見る" }
            }
        }
        (tried(s, place))
        p { a href={ (path) "#columns" } { "保存せずにもどる" } }
    };
    ConsolePage::new(&title, "/deliveries", main)
        .crumbs(&[
            ("還元データ", "/deliveries"),
            ("レイアウト", "/layouts"),
            ("この版", &path),
        ])
        .errors(!errors.is_empty())
        .render(site, staff)
}

fn input(name: &str, label: &str, hint: &str, value: &str, width: &str, errors: &[FieldError]) -> Markup {
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
}

fn area(name: &str, label: &str, hint: &str, value: &str, errors: &[FieldError]) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            p class="hint" id={ (name) "-hint" } { (hint) }
            (ui::error_message(name, errors))
            textarea class="input mono" id=(name) name=(name) rows="4" aria-describedby={ (name) "-hint" } { (value) }
        }
    }
}

fn source(f: &ColumnForm) -> Markup {
    let fields: Vec<(&str, &str)> = FIELDS.iter().map(|x| (x.name, x.label)).collect();
    let summaries: Vec<(&str, &str)> = Summary::ALL.iter().map(|x| (x.word(), x.label())).collect();
    let kinds = [
        ("field", "申込みの項目"),
        ("fixed", "決まった文字"),
        ("summary", "ファイルの値"),
        ("join", "つなげたもの"),
    ];
    html! {
        h2 { "書く内容" }
        (select("source", "もとになるもの", &f.source, &kinds))
        div class="grid" {
            (select("field", "申込みの項目", &f.field, &fields))
            (input("fixed", "決まった文字", "空でもかまいません", &f.fixed, "w12", &[]))
            (select("summary", "ファイルの値", &f.summary, &summaries))
        }
        (area("join", "つなげるもの", "1行に1つ。項目は英語の名前、文字は \"…\" で囲みます", &f.join, &[]))
        (input("separator", "間に入れる文字", "", &f.separator, "w4", &[]))
        details class="details" { summary { "項目の英語の名前" } ul { @for x in FIELDS { li { code { (x.name) } " " (x.label) "：" (x.meaning) } } } }
    }
}

fn shape(f: &ColumnForm, errors: &[FieldError]) -> Markup {
    let mut dates: Vec<(&str, &str)> = PLAIN_DATES.iter().chain(WAREKI_FORMS).copied().collect();
    if !dates.iter().any(|(word, _)| *word == f.date) {
        dates.push((&f.date, &f.date));
    }
    let words = |list: &[(&'static str, &'static str)]| list.to_vec();
    html! {
        h2 { "書く形" }
        (area("map", "変換表", "1行に「もとの値=書く値」。ほかの値すべては「*=書く値」。変換しないときは空にします", &f.map, errors))
        fieldset class="field" {
            legend { "文字の変換" }
            div class="checks" { @for c in Convert::ALL {
                @let id = format!("convert_{}", c.word());
                div class="checkbox" {
                    input type="checkbox" id=(id) name=(id) checked[f.convert.iter().any(|w| w == c.word())];
                    label for=(id) { (c.label()) }
                }
            } }
        }
        div class="grid" {
            (select("date", "日付の形", &f.date, &dates))
            (input("width", "桁数", "そろえないときは空にします", &f.width, "w4", errors))
            (select("unit", "桁の数え方", &f.unit, &words(&Unit::ALL.iter().map(|u| (u.word(), u.label())).collect::<Vec<_>>())))
            (input("with", "埋める文字", "空白か0など1文字", &f.with, "w4", &[]))
            (select("side", "埋める側", &f.side, &words(&Side::ALL.iter().map(|u| (u.word(), u.label())).collect::<Vec<_>>())))
            (select("overflow", "長すぎるとき", &f.overflow, &words(&Overflow::ALL.iter().map(|u| (u.word(), u.label())).collect::<Vec<_>>())))
        }
    }
}

fn condition(f: &ColumnForm) -> Markup {
    let mut fields = vec![("", "条件なし")];
    fields.extend(FIELDS.iter().map(|x| (x.name, x.label)));
    let kinds = [
        ("", "―"),
        ("is", "がつぎの値のどれか"),
        ("is_not", "がつぎの値でない"),
        ("empty", "が空"),
        ("filled", "が空でない"),
    ];
    html! {
        h2 { "条件" }
        p class="hint" { "条件にあうときだけ上の内容を書き、あわないときは「あわないときの文字」を書きます" }
        div class="grid" {
            (select("when_field", "項目", &f.when_field, &fields))
            (select("when_kind", "条件", &f.when_kind, &kinds))
            (input("when_values", "値", "コンマで区切ります", &f.when_values, "w12", &[]))
            (input("otherwise", "あわないときの文字", "", &f.otherwise, "w12", &[]))
        }
    }
}
