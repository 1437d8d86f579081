use super::{ColumnForm, Studio, select, studio::tried};
use crate::{
    accounts::{ConsolePage, Staff, heading},
    deliveries::layout::{Column, Convert, FIELDS, Overflow, Side, Summary, Unit, WAREKI_FORMS},
    web::{
        Site,
        ui::{self, FieldError, TextField},
    },
};
use maud::{Markup, html};

const PLAIN_DATES: &[(&str, &str)] = &[
    ("", "そのまま（20260401）"),
    ("%Y-%m-%d", "2026-04-01"),
    ("%Y/%m/%d", "2026/04/01"),
    ("%Y-%m-%d %H:%M:%S", "2026-04-01 10:30:00"),
];

/// The page of one column. `kept` is the column as it is kept: what the form cannot show of it is told.
pub fn column(
    site: &Site,
    staff: &Staff,
    s: &Studio,
    (place, kept): (usize, &Column),
    f: &ColumnForm,
    errors: &[FieldError],
) -> Markup {
    let path = format!("/layouts/{}", s.version.id);
    let title = format!("{}番目の項目", place + 1);
    let main = html! {
        (ui::error_summary(errors))
        (heading(&title))
        (unseen(kept, &path))
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

/// What stays as it is when the form is saved, and where it can be changed.
fn unseen(kept: &Column, path: &str) -> Markup {
    let unseen = ColumnForm::unseen(kept);
    html! {
        @if !unseen.is_empty() {
            div class="notice" {
                p { "この欄に出せない設定があります。保存しても残ります。変えるときは、" a href={ (path) "#whole" } { "設定の全文" } "で直してください。" }
                ul { @for sentence in &unseen { li { (sentence) } } }
            }
        }
    }
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

/// The fields of a row; one that there is no more is listed too, so that a saved form does not change it.
fn fields(chosen: &str) -> Vec<(&str, &str)> {
    let mut list: Vec<(&str, &str)> = FIELDS.iter().map(|x| (x.name, x.label)).collect();
    if !chosen.is_empty() && !list.iter().any(|(name, _)| *name == chosen) {
        list.push((chosen, chosen));
    }
    list
}

fn source(f: &ColumnForm) -> Markup {
    let fields = fields(&f.field);
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
        (area("join", "つなげるもの", "1行に1つ。項目は英語の名前、文字は \"…\"、ファイルの値は {…} で囲みます", &f.join, &[]))
        (input("separator", "間に入れる文字", "", &f.separator, "w4", &[]))
        details class="details" { summary { "項目の英語の名前" } ul { @for x in FIELDS { li { code { (x.name) } " " (x.label) "：" (x.meaning) } }
            @for x in Summary::ALL { li { code { "{" (x.word()) "}" } " " (x.label()) } } } }
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
    let with = |nothing: &'static str, chosen| {
        let mut list = vec![("", nothing)];
        list.extend(fields(chosen));
        list
    };
    let kinds = [
        ("", "―"),
        ("is", "がつぎの値のどれか"),
        ("is_not", "がつぎの値でない"),
        ("empty", "が空"),
        ("filled", "が空でない"),
    ];
    html! {
        h2 { "条件" }
        p class="hint" { "条件にあうときだけ上の内容を書き、あわないときは「あわないときの文字」か「あわないときの項目」を書きます" }
        div class="grid" {
            (select("when_field", "項目", &f.when_field, &with("条件なし", &f.when_field)))
            (select("when_kind", "条件", &f.when_kind, &kinds))
            (input("when_values", "値", "コンマで区切ります", &f.when_values, "w12", &[]))
            (input("otherwise", "あわないときの文字", "", &f.otherwise, "w12", &[]))
            (select("else_field", "あわないときの項目", &f.else_field, &with("文字を書く", &f.else_field)))
        }
    }
}
