use super::*;
use crate::deliveries::layout::{FIELDS, Layout, READY, tests::any::any_layout};
use proptest::prelude::*;

/// The form as a browser sends it back when nobody touched it.
fn untouched(f: &ColumnForm) -> FormBody {
    let one_line = |text: &str| text.replace(['\r', '\n'], "");
    let area = |text: &str| {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        text.strip_prefix('\n').unwrap_or(&text).replace('\n', "\r\n")
    };
    let chosen = |text: &str, first: &str| if text.is_empty() { first } else { text }.to_owned();
    let mut sent = BTreeMap::from([
        ("header", one_line(&f.header)),
        ("source", f.source.clone()),
        ("field", chosen(&f.field, FIELDS[0].name)),
        ("fixed", one_line(&f.fixed)),
        ("summary", chosen(&f.summary, Summary::ALL[0].word())),
        ("join", area(&f.join)),
        ("separator", one_line(&f.separator)),
        ("date", f.date.clone()),
        ("map", area(&f.map)),
        ("width", one_line(&f.width)),
        ("with", one_line(&f.with)),
        ("side", chosen(&f.side, Side::ALL[0].word())),
        ("unit", chosen(&f.unit, Unit::ALL[0].word())),
        ("overflow", f.overflow.clone()),
        ("when_field", f.when_field.clone()),
        ("when_kind", f.when_kind.clone()),
        ("when_values", one_line(&f.when_values)),
        ("otherwise", one_line(&f.otherwise)),
        ("else_field", f.else_field.clone()),
    ])
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect::<BTreeMap<_, _>>();
    sent.extend(
        f.convert
            .iter()
            .map(|word| (format!("convert_{word}"), "on".to_owned())),
    );
    FormBody(sent)
}

fn with(old: &Column, changes: &[(&str, &str)]) -> Column {
    let mut sent = untouched(&ColumnForm::of(old));
    sent.0
        .extend(changes.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    ColumnForm::read(&sent).column(old).unwrap()
}

/// Everything that a column can have and the form has no field for.
fn rich() -> Column {
    let text = r#"
name = "t"
encoding = "utf-8"
line_end = "lf"
header = false
quote = "always"
reader = "machine"
[[column]]
header = "a"
join = [
    { field = "decided_at", date = "wareki" },
    { summary = "batch_number" },
    { field = "state", map = { registered = "1", "*" = "9" } },
    { fixed = "a\"\\\nb" },
]
separator = "　"
convert = ["upper", "half_width"]
map = { "a=b" = "c", d = "e", f = "g\nh" }
when = { field = "kind", is = ["a,b", " c"], else_field = "start_date" }
pad = { width = 9, with = "　", side = "left", unit = "characters" }
overflow = "cut"
"#;
    Layout::from_toml_text(text).unwrap().columns.remove(0)
}

#[test]
fn a_column_that_nobody_touched_is_saved_as_it_was() {
    let all = READY
        .iter()
        .flat_map(|r| Layout::from_toml_text(r.text).unwrap().columns);
    for column in all.chain([rich()]) {
        assert_eq!(with(&column, &[]), column);
    }
}

#[test]
fn what_is_changed_is_changed_alone() {
    let old = rich();
    let header = "b".to_owned();
    assert_eq!(with(&old, &[("header", "b")]), Column { header, ..old.clone() });
    let new = with(&old, &[("map", "d=x\r\ni=j")]);
    let map = [("a=b", "c"), ("d", "x"), ("f", "g\nh"), ("i", "j")];
    assert!(new.map.iter().map(|(k, v)| (k.as_str(), v.as_str())).eq(map));
    assert_eq!(
        Column {
            map: old.map.clone(),
            ..new
        },
        old
    );
    // Parts that stay keep what no line shows; the order and one new part are typed.
    let typed = "state\r\n{row_number}\r\ndecided_at\r\n\"c\\nd\"";
    let new = with(&old, &[("join", typed)]);
    assert_eq!((&new.join[0], &new.join[2]), (&old.join[2], &old.join[0]));
    assert_eq!((new.join[1].summary, new.join.len()), (Some(Summary::RowNumber), 4));
    assert_eq!(new.join[3].fixed.as_deref(), Some("c\nd"));
    assert_eq!(new.separator, old.separator);
    let new = with(&old, &[("when_field", "state")]);
    let when = old.when.clone().unwrap();
    let field = "state".to_owned();
    assert_eq!(new.when, Some(When { field, ..when }));
    let new = with(&old, &[("convert_digits", "on")]);
    assert_eq!(new.convert, [Convert::Upper, Convert::HalfWidth, Convert::Digits]);
    assert_eq!(
        with(&old, &[("separator", "")]).separator,
        "",
        "a space can be taken away"
    );
    assert_eq!(with(&old, &[("when_field", "")]).when, None);
    assert_eq!(with(&old, &[("width", "")]).pad, None);
}

#[test]
fn what_the_form_cannot_show_is_told() {
    let told = ColumnForm::unseen(&rich()).join("\n");
    for part in [
        "「decided_at」の日付の形",
        "「state」の変換表",
        "「a=b=c」",
        "「f=g\\nh」",
        "大文字に、英数字",
        "条件の値",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let shown = ColumnForm::of(&rich());
    assert!(shown.join.contains("{batch_number}") && shown.else_field == "start_date");
    let plain = Layout::from_toml_text(READY[0].text).unwrap();
    assert!(plain.columns.iter().all(|c| ColumnForm::unseen(c).is_empty()));
}

proptest! {
    #[test]
    fn any_column_comes_back_from_its_form(layout in any_layout()) {
        for column in layout.columns.iter().chain(layout.tail.iter().flat_map(|t| &t.columns)) {
            let back = ColumnForm::read(&untouched(&ColumnForm::of(column))).column(column);
            prop_assert_eq!(back.map_err(|e| TestCaseError::fail(format!("{} errors", e.len())))?, column.clone());
        }
    }

    #[test]
    fn a_text_on_one_line_comes_back(text in "[a\\\\nr\n\r\"]{0,12}") {
        prop_assert_eq!(lines::plain(&escaped(&text)), text);
    }
}

#[test]
fn of_lines_that_read_alike_none_is_taken_away_by_guess() {
    let part = |date: &str| Part {
        field: Some("decided_at".into()),
        date: Some(date.into()),
        ..Part::default()
    };
    let old = Column {
        header: "年月".into(),
        join: vec![part("%Y"), part("%m")],
        ..Column::default()
    };
    let mut typed = ColumnForm::of(&old);
    assert_eq!(typed.column(&old).unwrap(), old);
    typed.join = "decided_at".into();
    let errors = typed.column(&old).unwrap_err();
    assert_eq!(errors[0].field, "join");
}
