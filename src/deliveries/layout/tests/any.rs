//! Any layout that `check` finds right, and any row.
use super::super::row::{FieldKind, field};
use super::{super::*, sample::Sample};
use chrono::{Days, NaiveDate};
use proptest::{collection, option, prelude::*, sample::select, strategy::Union};
use std::collections::BTreeMap;

/// Text of every kind that can go wrong in a file.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[0-9]{1,12}",
        "[ -~]{0,12}",
        "[ぁ-んァ-ヶー一-龠　]{0,12}",
        "[ｦ-ﾟ ]{0,12}",
        "[=+@＝\t\r\n\",;|\\-]{1,4}",
        "[髙﨑𠮷①㈱ポ表é💧〜−¥\u{E0100}\u{3099}]{0,6}",
        "\\PC{0,12}",
    ]
}

fn field_name() -> impl Strategy<Value = String> {
    select(FIELDS).prop_map(|f| f.name.to_owned())
}

fn is_time(name: &str) -> bool {
    field(name).is_some_and(|f| matches!(f.kind, FieldKind::Date | FieldKind::Time))
}

fn date() -> impl Strategy<Value = String> {
    select(vec![
        "%Y%m%d",
        "%Y-%m-%d %H:%M:%S",
        "wareki",
        "wareki-short",
        "wareki-digits",
        "%m%d",
    ])
    .prop_map(str::to_owned)
}

fn map() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key = prop_oneof![Just("*".to_owned()), Just("registered".to_owned()), text()];
    collection::btree_map(key, text(), 0..3)
}

fn part() -> impl Strategy<Value = Part> {
    let summary = select(&[Summary::DeliveryDate, Summary::MadeAt, Summary::BatchNumber][..]);
    prop_oneof![
        (field_name(), option::of(date()), map()).prop_map(|(name, date, map)| {
            let date = date.filter(|_| is_time(&name));
            Part {
                field: Some(name),
                date,
                map,
                ..Part::default()
            }
        }),
        text().prop_map(|t| Part {
            fixed: Some(t),
            ..Part::default()
        }),
        summary.prop_map(|s| Part {
            summary: Some(s),
            ..Part::default()
        }),
    ]
}

fn when() -> impl Strategy<Value = When> {
    let test = prop_oneof![
        collection::vec(text(), 1..3).prop_map(|is| When { is, ..When::default() }),
        collection::vec(text(), 1..3).prop_map(|is_not| When {
            is_not,
            ..When::default()
        }),
        any::<bool>().prop_map(|empty| When {
            empty: Some(empty),
            ..When::default()
        }),
    ];
    let plain = field_name().prop_filter("a date can only be empty", |n| !is_time(n));
    (test, plain, text(), option::of(field_name())).prop_map(|(test, field, otherwise, else_field)| {
        let otherwise = if else_field.is_some() { String::new() } else { otherwise };
        When {
            field,
            otherwise,
            else_field,
            ..test
        }
    })
}

fn pad() -> impl Strategy<Value = Pad> {
    (
        1usize..30,
        select(vec![' ', '0', '*', '　']),
        select(Side::ALL),
        select(Unit::ALL),
    )
        .prop_map(|(width, with, side, unit)| Pad {
            width,
            with,
            side,
            unit,
        })
}

fn column() -> impl Strategy<Value = Column> {
    let changes = collection::vec(select(Convert::ALL), 0..3);
    let join = collection::vec(part(), 2..4);
    (
        text(),
        part(),
        join,
        any::<bool>(),
        changes,
        option::of(when()),
        option::of(pad()),
        select(Overflow::ALL),
    )
        .prop_map(|(header, part, join, joined, convert, when, pad, overflow)| {
            let overflow = if pad.is_some() { overflow } else { Overflow::Report };
            let column = Column {
                header,
                convert,
                when,
                pad,
                overflow,
                ..Column::default()
            };
            match joined {
                true => Column {
                    join,
                    separator: "・".to_owned(),
                    ..column
                },
                false => Column {
                    field: part.field,
                    fixed: part.fixed,
                    summary: part.summary,
                    date: part.date,
                    map: part.map,
                    ..column
                },
            }
        })
}

fn count(mut column: Column) -> Column {
    (column.field, column.fixed, column.summary) = (None, None, Some(Summary::RowCount));
    Column {
        join: vec![],
        separator: String::new(),
        date: None,
        when: None,
        ..column
    }
}

/// A right layout.
pub fn any_layout() -> impl Strategy<Value = Layout> {
    let settings = (
        select(Encoding::ALL),
        select(&[LineEnd::Crlf, LineEnd::Lf][..]),
        select(Delimiter::ALL),
        any::<bool>(),
        select(Quote::ALL),
        select(Reader::ALL),
        select(EmptyDay::ALL),
    );
    let substitutes = collection::btree_map(any::<char>(), "[a-z吉,\"=]{0,3}", 0..3);
    let states = Union::new([Just(vec![]), Just(vec!["registered".to_owned()])]);
    let columns = collection::vec(column(), 1..5);
    (
        settings,
        substitutes,
        states,
        columns,
        option::of(column()),
        "[ -~漢\\PC]{1,9}",
    )
        .prop_map(
            |(
                (encoding, line_end, delimiter, header, quote, reader, empty_day),
                substitutes,
                states,
                columns,
                tail,
                name,
            )| {
                let unsafe_pair = (reader, quote) == (Reader::Spreadsheet, Quote::Never);
                let quote = if unsafe_pair { Quote::Needed } else { quote };
                let tail = tail.map(|column| Extra {
                    name: "末尾".to_owned(),
                    columns: vec![count(column)],
                });
                Layout {
                    name: format!("a{name}"),
                    encoding,
                    line_end,
                    form: Form::Delimited,
                    delimiter,
                    header,
                    quote,
                    record_bytes: None,
                    reader,
                    file_name: "{layout}_{no:4}".to_owned(),
                    extension: Extension::Txt,
                    empty_day,
                    states,
                    substitutes,
                    head: vec![],
                    tail: tail.into_iter().collect(),
                    columns,
                }
            },
        )
}

/// A right layout of fixed width whose columns are cut, so that each record must have its length.
pub fn any_fixed_layout(overflow: Overflow) -> impl Strategy<Value = Layout> {
    (any_layout(), pad(), select(LineEnd::ALL)).prop_map(move |(mut layout, pad, line_end)| {
        (layout.form, layout.header, layout.quote, layout.reader) = (Form::Fixed, false, Quote::Never, Reader::Machine);
        (layout.line_end, layout.tail) = (line_end, vec![]);
        for column in &mut layout.columns {
            let pad = column.pad.get_or_insert_with(|| pad.clone());
            (pad.unit, column.overflow) = (Unit::Bytes, overflow);
        }
        layout.record_bytes = Some(
            layout
                .columns
                .iter()
                .filter_map(|c| c.pad.as_ref())
                .map(|p| p.width)
                .sum(),
        );
        layout
    })
}

/// A row with a text or a time in every field.
pub fn any_row() -> impl Strategy<Value = Sample> {
    // A few texts that the fields share: one for each would make the tests slow, and no better.
    let texts = collection::vec(text(), 9);
    let state = select(vec!["registered", "rejected"]);
    (texts, state, 0u64..400_000, any::<bool>()).prop_map(|(texts, state, days, timed)| {
        let start = NaiveDate::from_ymd_opt(1200, 1, 1).unwrap();
        let at = start
            .checked_add_days(Days::new(days))
            .unwrap()
            .and_hms_opt(1, 2, 3)
            .unwrap();
        let names = FIELDS.iter().map(|f| f.name.to_owned());
        let times = names.clone().filter(|n| timed && is_time(n)).map(|n| (n, at)).collect();
        let texts = names
            .zip(texts.into_iter().cycle())
            .filter(|(n, _)| !is_time(n))
            .collect();
        Sample {
            id: "ABC-DEF-GHJ".to_owned(),
            state: state.to_owned(),
            texts,
            times,
        }
    })
}
