//! What the system puts into a paper, as it stands when the paper is made.
mod changes;
mod issues;
mod minutes;
mod progress;

use super::model::{Kind, Typed};
use crate::{
    db::Conn,
    institutions,
    web::{
        Error,
        document::{Block, Document},
    },
    workspace::Workspace,
};
use chrono::NaiveDate;

/// The body of a paper.
pub fn body(conn: &mut Conn, workspace: &Workspace, kind: Kind, period: NaiveDate) -> Result<Document, Error> {
    let blocks = match kind {
        Kind::Progress => progress::blocks(conn, workspace, period)?,
        Kind::Issues => issues::blocks(conn, workspace)?,
        Kind::Changes => changes::blocks(conn, workspace, period)?,
        // People say everything in it.
        Kind::Minutes => vec![],
    };
    Ok(Document {
        title: String::new(),
        blocks,
    })
}

/// What people begin with.
pub fn typed(conn: &mut Conn, workspace: &Workspace, kind: Kind, period: NaiveDate) -> Result<Typed, Error> {
    let mut typed = Typed::default();
    if kind == Kind::Minutes {
        typed.set("agenda", minutes::agenda(conn, workspace, period)?);
    }
    Ok(typed)
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

/// A table, or that it was looked and nothing is there.
fn table(caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> Block {
    match rows.is_empty() {
        true => Block::Text("0件です（確認済み）。".to_owned()),
        false => Block::Table {
            caption: caption.to_owned(),
            header: header.iter().map(|cell| (*cell).to_owned()).collect(),
            rows,
        },
    }
}

/// An institution by name; none is the whole service.
fn institution(conn: &mut Conn, code: Option<&str>) -> Result<String, Error> {
    let Some(code) = code else {
        return Ok("サービス全体".to_owned());
    };
    Ok(institutions::find(conn, code)?.map_or(code.to_owned(), |i| i.name))
}
