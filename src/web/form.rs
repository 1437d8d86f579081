use super::{Error, ui::FieldError};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Bytes};
use futures_util::future::LocalBoxFuture;
use std::{collections::BTreeMap, time::Duration};

/// A form body: each name once, valid UTF-8, at most [`LARGEST`] bytes.
#[derive(Default, Clone)]
pub struct FormBody(pub BTreeMap<String, String>);

/// Larger than any honest form of ours; a pasted megabyte is answered by a page.
const LARGEST: usize = 64 * 1024;
/// A text of staff, where every character takes nine bytes on its way.
const LONGEST: usize = 512 * 1024;
/// A phone on a weak line needs seconds; a hostile client gets no more (S16).
const SLOWEST: Duration = Duration::from_secs(10);

/// By which word the pages of whoever is signed in say whose they are; put to a request by what knows the person.
#[derive(Clone, PartialEq, Eq)]
pub struct PageOf(pub String);

/// The field by which a form says the same of the page that it is on (`assets/js/console/desk.js`).
const PAGE_OF: &str = "page_of";

impl FormBody {
    /// The value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// A text of a form that must be there and not be endless; what is wrong is put to `errors`.
pub fn words(form: &FormBody, field: &str, label: &str, most: usize, errors: &mut Vec<FieldError>) -> String {
    let text = form.get(field).trim().replace("\r\n", "\n");
    if text.is_empty() {
        errors.push(FieldError::new(field, format!("{label}を入力してください")));
    }
    not_endless(&text, field, label, most, errors);
    text
}

/// A text that may be left out, and is not endless.
pub fn optional_words(form: &FormBody, field: &str, label: &str, most: usize, errors: &mut Vec<FieldError>) -> String {
    let text = form.get(field).trim().replace("\r\n", "\n");
    not_endless(&text, field, label, most, errors);
    text
}

fn not_endless(text: &str, field: &str, label: &str, most: usize, errors: &mut Vec<FieldError>) {
    let length = text.chars().count();
    if length > most {
        let message = format!("{label}は、{most}文字以内で入力してください（いま{length}文字です）");
        errors.push(FieldError::new(field, message));
    }
}

impl FromRequest for FormBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (raw, here) = (read_body(req, payload, LARGEST), page_of(req));
        Box::pin(async move { own_fields(&raw.await?, here) })
    }
}

/// A form of staff with a whole text in it.
pub struct LongFormBody(pub FormBody);

impl FromRequest for LongFormBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (raw, here) = (read_body(req, payload, LONGEST), page_of(req));
        Box::pin(async move { own_fields(&raw.await?, here).map(Self) })
    }
}

/// A body within the limits of size and time, as it came: a gateway's message in its own charset.
pub struct RawBody(pub Bytes);

impl FromRequest for RawBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let raw = read_body(req, payload, LARGEST);
        Box::pin(async move { raw.await.map(Self) })
    }
}

fn read_body(
    req: &HttpRequest,
    payload: &mut Payload,
    most: usize,
) -> impl Future<Output = Result<Bytes, Error>> + 'static {
    let length = req.headers().get("content-length");
    let declared = length.and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let body = Bytes::from_request(req, payload);
    async move {
        if declared.is_some_and(|n| n > most) {
            return Err(Error::TooLarge);
        }
        let bytes = tokio::time::timeout(SLOWEST, body).await.map_err(|_| Error::TooSlow)?;
        let bytes = bytes.map_err(|_| Error::TooLarge)?;
        match bytes.len() > most {
            true => Err(Error::TooLarge),
            false => Ok(bytes),
        }
    }
}

fn page_of(req: &HttpRequest) -> Option<PageOf> {
    req.extensions().get::<PageOf>().cloned()
}

/// What was typed, without the word of the page; a form that stood on another person's page is not taken as this one's.
fn own_fields(bytes: &[u8], here: Option<PageOf>) -> Result<FormBody, Error> {
    let mut fields = parse_form(bytes)?;
    if let Some(here) = here
        && fields.remove(PAGE_OF).is_some_and(|said| said != here.0)
    {
        return Err(Error::OthersPage);
    }
    Ok(FormBody(fields))
}

/// Reads `application/x-www-form-urlencoded` strictly: a repeated name or a broken character is refused, not guessed.
pub fn parse_form(bytes: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    let mut fields = BTreeMap::new();
    for pair in bytes.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
        let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let name = decode(&pair[..at])?;
        let value = decode(pair.get(at + 1..).unwrap_or_default())?;
        if fields.insert(name, value).is_some() {
            return Err(Error::BadRequest("a field stands twice"));
        }
    }
    Ok(fields)
}

fn decode(encoded: &[u8]) -> Result<String, Error> {
    let spaced: Vec<u8> = encoded.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    let bytes = percent_encoding::percent_decode(&spaced).collect::<Vec<u8>>();
    let text = String::from_utf8(bytes).map_err(|_| Error::BadRequest("not UTF-8"))?;
    // PostgreSQL keeps no NUL, and nobody types one.
    Ok(text.replace('\0', ""))
}

crate::hidden::hidden_debug!(FormBody);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_give_fields_or_a_refusal(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse_form(&bytes);
        }
        #[test]
        fn what_a_browser_encodes_comes_back(value in "\\PC{0,40}") {
            let body = serde_urlencoded::to_string([("a", &value)]).unwrap();
            prop_assert_eq!(&parse_form(body.as_bytes()).unwrap()["a"], &value);
        }
    }

    #[test]
    fn a_repeated_field_and_broken_text_are_refused() {
        assert!(parse_form(b"a=1&a=2").is_err());
        assert!(parse_form(b"a=%FF%FE").is_err());
    }
}
