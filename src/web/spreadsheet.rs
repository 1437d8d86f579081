use super::{Error, Site, document::TRAINING};
use crate::config::Environment;
use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY},
    web::Bytes,
};
use futures_util::{Stream, StreamExt, future, stream};

/// A CSV that a person opens in a spreadsheet: UTF-8 with BOM, CR LF, and no cell that could be a formula. It is sent as
/// its parts come, so that a file of any length needs the memory of one part.
///
/// `name` is in ASCII. Files for machines are written by `deliveries`, byte for byte as their layout says. A part that
/// fails cuts the answer off before its end, so that no browser takes it for the whole file. What comes from a training says
/// so in a line above the headings.
pub fn spreadsheet<const N: usize>(
    site: &Site,
    name: &str,
    header: [&str; N],
    parts: impl Stream<Item = Result<Vec<[String; N]>, Error>> + 'static,
) -> Result<HttpResponse, Error> {
    let head = head(header, site.environment == Environment::Training)?;
    let parts = parts.map(|part| {
        let written = part.and_then(|rows| lines(rows.into_iter()));
        written.inspect_err(|error| tracing::error!(%error, "a spreadsheet was cut off"))
    });
    let all = stream::once(future::ready(Ok(head))).chain(parts);
    Ok(answer(name).streaming(all.map(|part| part.map(Bytes::from))))
}

fn answer(name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/csv; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ));
    answer
}

fn head<const N: usize>(header: [&str; N], is_training: bool) -> Result<Vec<u8>, Error> {
    // As many cells as each line has.
    let mark = std::array::from_fn(|n| if n == 0 { TRAINING.to_owned() } else { String::new() });
    let above = is_training.then_some(mark);
    let mut bytes = "\u{FEFF}".as_bytes().to_vec();
    bytes.extend(lines(above.into_iter().chain([header.map(str::to_owned)]))?);
    Ok(bytes)
}

fn lines<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![]);
    for row in rows {
        let written = writer.write_record(row.map(defused));
        written.map_err(|e| Error::Internal(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| Error::Internal(e.to_string()))
}

/// What a spreadsheet would take for a formula is made text.
fn defused(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_training_says_so_above_the_headings_and_nothing_else_does() {
        let header = ["受付番号", "結果"];
        let text = |is_training| String::from_utf8(head(header, is_training).unwrap()).unwrap();
        assert_eq!(text(true), "\u{FEFF}研修用,\r\n受付番号,結果\r\n");
        assert_eq!(text(false), "\u{FEFF}受付番号,結果\r\n");
    }
}
