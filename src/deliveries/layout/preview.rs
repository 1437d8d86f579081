//! The first records of a file, cell by cell, for a screen and its byte view.
use super::{
    model::{Extra, Layout},
    record::{self, Cell, RecordKind},
    row::Row,
    value::{Context, Given},
};

/// One record of the file as it would be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRecord {
    pub kind: RecordKind,
    /// The receipt number, or the name of a head or tail record.
    pub name: String,
    /// In the order of the columns of its kind.
    pub cells: Vec<Cell>,
    /// Without the line end.
    pub bytes: usize,
}

/// Every record that these rows give, by the code that writes the file. Whoever may not see the rows in clear passes
/// them as [`Masked`](super::Masked).
pub fn preview(layout: &Layout, context: &Context, rows: &[&dyn Row]) -> Vec<PreviewRecord> {
    let held: Vec<&dyn Row> = rows.iter().copied().filter(|r| layout.holds(r.state())).collect();
    let extra = |kind, extra: &Extra, rows: usize| {
        let given = Given::of_no_row(context, rows as u64);
        shown(layout, kind, &extra.name, record::cells(layout, &extra.columns, &given))
    };
    let mut records: Vec<_> = layout.head.iter().map(|e| extra(RecordKind::Head, e, 0)).collect();
    if layout.header {
        records.push(shown(layout, RecordKind::Header, "", record::header(layout)));
    }
    for (index, row) in held.iter().enumerate() {
        let given = Given {
            context,
            row: Some(*row),
            asked: Some(*row),
            rows: index as u64 + 1,
        };
        let cells = record::cells(layout, &layout.columns, &given);
        records.push(shown(layout, RecordKind::Row, row.id(), cells));
    }
    records.extend(layout.tail.iter().map(|e| extra(RecordKind::Tail, e, held.len())));
    records
}

fn shown(layout: &Layout, kind: RecordKind, name: &str, cells: Vec<Cell>) -> PreviewRecord {
    let mut line = vec![];
    let bytes = record::write(layout, &cells, &mut line);
    PreviewRecord {
        kind,
        name: name.to_owned(),
        cells,
        bytes,
    }
}
