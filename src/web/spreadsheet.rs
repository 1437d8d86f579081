use super::Error;
use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY},
};

/// A CSV that a person opens in a spreadsheet: UTF-8 with BOM, CR LF, and no cell that could be a formula.
///
/// `name` is in ASCII. Files for machines are written by `deliveries`, byte for byte as their layout says.
pub fn spreadsheet<const N: usize>(
    name: &str,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<HttpResponse, Error> {
    let failed = |e: csv::Error| Error::Internal(e.to_string());
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row.map(defused)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| Error::Internal(e.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ))
        .body(bytes))
}

/// What a spreadsheet would take for a formula is made text.
fn defused(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    }
}
