//! 広報物: poster, leaflet, insert and counter card in the bureau's name, with a QR code to the start page (N12).
mod views;

use crate::{
    accounts::Staff,
    clock::jst,
    config::Bureau,
    db::Conn,
    institutions,
    web::{Error, Site, html},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query, ServiceConfig, get},
};
use maud::Markup;
use std::collections::BTreeMap;

/// What can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Poster,
    Leaflet,
    /// Three to a sheet, for the envelope of the payment slip.
    Insert,
    /// Two to a sheet, for the counter.
    Card,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Poster, Kind::Leaflet, Kind::Insert, Kind::Card];

    /// Its word in addresses and file names.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Poster => "poster",
            Kind::Leaflet => "leaflet",
            Kind::Insert => "insert",
            Kind::Card => "card",
        }
    }
    pub fn label(self) -> &'static str {
        match self {
            Kind::Poster => "ポスター（A4）",
            Kind::Leaflet => "ちらし（A4）",
            Kind::Insert => "納入通知書の同封物（A4を3枚に切る）",
            Kind::Card => "窓口カード（A4を2枚に切る）",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Characters of a campaign's code.
const LONGEST: usize = 20;

/// What tells where somebody came from: small letters, digits and hyphens, never a person. `None` when it is none.
pub fn campaign(typed: &str) -> Option<String> {
    let code = typed.trim().to_lowercase();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (code.len() <= LONGEST && code.chars().all(allowed)).then_some(code)
}

/// The start page's address, with the campaign's code if there is one.
pub fn address(public_url: &str, code: &str) -> String {
    match code {
        "" => format!("{public_url}/"),
        code => format!("{public_url}/?c={code}"),
    }
}

/// One print alone, as a file to become PDF.
pub fn sheet(bureau: &Bureau, public_url: &str, kind: Kind, code: &str, institutions: &[String]) -> Markup {
    views::alone(bureau, kind, &address(public_url, code), institutions)
}

/// What the files of [`sheet`] look like.
pub fn style() -> &'static str {
    views::style()
}

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.route("/promotion", get().to(index))
        .route("/promotion/{kind}", get().to(show));
}

type Typed = Query<BTreeMap<String, String>>;

/// `GET /promotion?c=`: which, and with which code.
async fn index(site: Data<Site>, staff: Staff, typed: Typed) -> HttpResponse {
    let typed = typed.get("c").map_or("", String::as_str);
    html(views::index(&site, &staff, typed, campaign(typed).as_deref()))
}

/// `GET /promotion/{kind}?c=`: as it is printed.
async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    kind: Path<String>,
    typed: Typed,
) -> Result<HttpResponse, Error> {
    let kind = Kind::from_word(&kind).ok_or(Error::NotFound)?;
    let typed = typed.get("c").map_or("", String::as_str);
    let code = campaign(typed).ok_or(Error::NotFound)?;
    let today = jst(workspace.clock.now()).date();
    let read = move |conn: &mut Conn| Ok::<_, Error>(institutions::all(conn, today)?);
    let all = workspace.db.read(read).await?;
    let names: Vec<String> = all.into_iter().map(|institution| institution.name).collect();
    let address = address(&workspace.site.url, &code);
    Ok(html(views::show(&site, &staff, kind, &address, &names)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_names_nobody() {
        assert_eq!(campaign(" Poster-2026 ").as_deref(), Some("poster-2026"));
        assert_eq!(campaign("").as_deref(), Some(""));
        for wrong in ["山田", "a b", "a&b", "a/b", "123456789012345678901"] {
            assert_eq!(campaign(wrong), None, "{wrong}");
        }
        assert_eq!(
            address("https://suido.example.jp", "card-1"),
            "https://suido.example.jp/?c=card-1"
        );
    }
}
