//! What the gate or a thing itself refused, as the audit record has it: who tried what, and on which thing.
use super::{Staff, gate::data};
use crate::{db::Conn, workspace::Workspace};
use actix_web::HttpRequest;

/// The beginnings of paths behind which an id stands, and what the record calls that thing.
const KINDS: [(&str, &str); 22] = [
    ("/alarms", "alarm"),
    ("/applications", "application"),
    ("/assist", "assist"),
    ("/contacts", "contact"),
    ("/corrections", "correction"),
    ("/deliveries", "delivery"),
    ("/differences", "difference"),
    ("/exports", "export"),
    ("/holidays/imports", "holiday_import"),
    ("/improvements", "improvement"),
    ("/incidents", "incident"),
    ("/inquiries", "inquiry"),
    ("/inquiries/templates", "inquiry_template"),
    ("/institutions", "institution"),
    ("/institutions/imports", "branch_import"),
    ("/institutions/stops", "closure"),
    ("/layouts", "layout"),
    ("/outages", "outage"),
    ("/papers", "paper"),
    ("/questions", "faq"),
    ("/staff", "staff"),
    ("/texts/versions", "text"),
];
/// The longest number of a delivery or an institution, and some: no customer number and no telephone number is as short.
const SHORT: usize = 6;

/// Who tried what; the answer does not wait for trouble here.
pub async fn note(req: &HttpRequest, staff: &Staff, pattern: &str) {
    tracing::warn!(staff = staff.id, pattern, method = %req.method(), "denied");
    let Ok(workspace) = data::<Workspace>(req) else {
        return;
    };
    let (staff, now) = (staff.clone(), workspace.clock.now());
    let detail = format!("{} {pattern}", req.method());
    let subject = subject(pattern, req.path()).unwrap_or_else(|| "console".to_owned());
    let write = move |conn: &mut Conn| staff.record(conn, now, "access.denied", &subject, &detail);
    if let Err(error) = workspace.db.write(write).await {
        tracing::error!(%error, "a denial is not in the audit record");
    }
}

/// `application/01K…` of `/applications/{id}/notes`. Anybody may type an address: what is no id is not kept.
fn subject(pattern: &str, path: &str) -> Option<String> {
    let (before, _) = pattern.split_once("/{")?;
    let (_, kind) = KINDS.iter().find(|(begin, _)| *begin == before)?;
    let id = path.strip_prefix(before)?.strip_prefix('/')?.split('/').next()?;
    let is_id = |id: &&str| match kind {
        &"delivery" | &"institution" => id.len() <= SHORT && id.bytes().all(|b| b.is_ascii_digit()),
        _ => id.parse::<ulid::Ulid>().is_ok(),
    };
    Some(id).filter(is_id).map(|id| format!("{kind}/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_names_the_thing_and_nothing_that_somebody_typed() {
        let of = |pattern, path| subject(pattern, path);
        assert_eq!(
            of(
                "/applications/{id}/notes",
                "/applications/01M8NW415JNGW4TRDRT4RV7ZTF/notes"
            )
            .as_deref(),
            Some("application/01M8NW415JNGW4TRDRT4RV7ZTF")
        );
        assert_eq!(
            of("/texts/versions/{id}", "/texts/versions/01M8NW415JNGW4TRDRT4RV7ZTF").as_deref(),
            Some("text/01M8NW415JNGW4TRDRT4RV7ZTF")
        );
        for path in [
            "/applications/%E5%B1%B1%E7%94%B0",
            "/applications/taro@example.jp",
            "/applications/",
            "/applications/09012345678",
        ] {
            assert_eq!(of("/applications/{id}", path), None, "{path}");
        }
        assert_eq!(of("/staff", "/staff"), None);
        assert_eq!(of("/manuals/{manual}", "/manuals/easy"), None);
    }
}
