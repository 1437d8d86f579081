//! The result of the first debit, from the billing system: whether a registration was really there (domain page,
//! "Zengin facts": 振替結果コード 4 means that our registration never arrived).
use super::{
    compare::Kind,
    store::{self, Found},
};
use crate::{
    alarms,
    audit::{self, Actor},
    db::Conn,
    enrolment,
    japan::{cp932, date::parse_compact, digits::digits},
    web::Error,
    workspace::Workspace,
};
use chrono::{NaiveDate, NaiveDateTime};

/// One line of the file.
#[derive(Clone)]
pub struct FirstDebit {
    /// Where it stands in the file, from 2.
    pub line: usize,
    /// 受付番号 or お問い合わせ番号, as written.
    pub number: String,
    pub debited_on: NaiveDate,
    /// 振替結果コード, one digit.
    pub code: String,
}

crate::hidden::hidden_debug!(FirstDebit);

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub lines: usize,
    /// Lines that stood there already.
    pub again: usize,
    /// Line numbers (from 2) whose number belongs to no registered application.
    pub unmatched: Vec<usize>,
    /// New differences.
    pub differences: usize,
}

const COLUMNS: [&str; 3] = ["番号", "振替日", "振替結果コード"];

/// Reads a CSV with the heading `番号,振替日,振替結果コード`, in UTF-8 or CP932.
///
/// # Errors
/// One Japanese sentence that names the line; nothing of a wrong file is taken.
pub fn read_first_debits(bytes: &[u8]) -> Result<Vec<FirstDebit>, String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{FEFF}').to_owned(),
        Err(_) => cp932::decode(bytes).ok_or("文字コードは、UTF-8かシフトJISにしてください")?,
    };
    // PostgreSQL takes no NUL.
    if text.contains('\0') {
        return Err("文字でないものがあります。CSVのファイルにしてください".to_owned());
    }
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader
        .headers()
        .map_err(|e| format!("見出しの行を読めません：{e}"))?
        .clone();
    let place = |name: &str| {
        let found = headers.iter().position(|h| h.trim() == name);
        found.ok_or_else(|| format!("見出しに「{name}」を入れてください（例：{}）", COLUMNS.join(",")))
    };
    let [number, day, code] = [place(COLUMNS[0])?, place(COLUMNS[1])?, place(COLUMNS[2])?];
    let mut out = vec![];
    for record in reader.records() {
        let record = record.map_err(|e| format!("{}行目を読めません：{e}", line_of(&text, e.position())))?;
        let line = line_of(&text, record.position());
        let at = |place: usize| record.get(place).unwrap_or("").trim();
        let debited_on =
            parse_compact(at(day)).ok_or_else(|| format!("{line}行目の振替日を、2026-12-28の形にしてください"))?;
        let code = digits(at(code)).unwrap_or_default();
        if !matches!(code.as_str(), "0" | "1" | "2" | "3" | "4" | "8" | "9") {
            return Err(format!(
                "{line}行目の振替結果コードは、0、1、2、3、4、8、9のどれかにしてください"
            ));
        }
        if at(number).is_empty() {
            return Err(format!(
                "{line}行目の番号（受付番号かお問い合わせ番号）を入れてください"
            ));
        }
        out.push(FirstDebit {
            line,
            number: at(number).to_owned(),
            debited_on,
            code,
        });
    }
    Ok(out)
}

/// The line of a record. The reader's position is before the line ends that it skips.
fn line_of(text: &str, position: Option<&csv::Position>) -> usize {
    let Some(position) = position else { return 1 };
    let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(at(position.byte())..).unwrap_or_default();
    let ends = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    at(position.line()) + ends.filter(|b| **b == b'\n').count()
}

/// Takes the lines in, in the caller's transaction; the same file again changes nothing.
pub fn import_first_debits(
    conn: &mut Conn,
    workspace: &Workspace,
    debits: &[FirstDebit],
    now: NaiveDateTime,
) -> Result<Imported, Error> {
    let mut imported = Imported {
        lines: debits.len(),
        ..Imported::default()
    };
    for debit in debits {
        let Some(application_id) = enrolment::registered_by_number(conn, workspace, &debit.number)? else {
            imported.unmatched.push(debit.line);
            continue;
        };
        if !store::put_debit(conn, &application_id, debit.debited_on, &debit.code, now)? {
            imported.again += 1;
            continue;
        }
        let kind = match debit.code.as_str() {
            // Debited, or too little on the account: the mandate was there.
            "0" | "1" => continue,
            "4" => Kind::NoMandate,
            _ => Kind::DebitRefused,
        };
        let found = Found {
            kind,
            attempt_id: &application_id,
            application_id: Some(&application_id),
            gateway: "",
            detail: &format!("{} {}", debit.debited_on, debit.code),
        };
        imported.differences += usize::from(store::open(conn, &found, now)?);
    }
    if imported.differences > 0 {
        let message = format!(
            "初回振替ができなかった申込みが{}件あります。「照合・要対応」で確かめてください。",
            imported.differences
        );
        let cause = alarms::Cause {
            key: "reconciliation.first_debit",
            subject: "",
            message: &message,
        };
        alarms::raise(conn, workspace, &cause, now)?;
    }
    let detail = format!("{} lines, {} differences", imported.lines, imported.differences);
    audit::record(
        conn,
        now,
        Actor::Operator,
        "first_debits.imported",
        "first_debits",
        &detail,
    )?;
    Ok(imported)
}
