use super::setup::Invitation;
use crate::{
    accounts::{self, PersonForm, Role},
    cli::staff::invitation,
    clock::{jst, utc_from_jst},
    institutions::{self, Closure},
    web::Error,
    workspace::Workspace,
};
use chrono::{Days, NaiveTime};

/// One announced stop, so that the pages about it have something to show: りそな, the night after tomorrow.
pub async fn closures(workspace: &Workspace) -> Result<(), Error> {
    let now = workspace.clock.now();
    let day = jst(now).date() + Days::new(1);
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).map(|t| utc_from_jst(day.and_time(t)));
    let (Some(starts_at), Some(ends_at)) = (at(1), at(6)) else {
        return Ok(());
    };
    let closure = Closure {
        // A demo that goes on for days announces several.
        id: ulid::Ulid::generate().to_string(),
        institution_code: Some("0010".to_owned()),
        starts_at,
        ends_at,
        reason: "りそな銀行の定期メンテナンス".to_owned(),
        owner: None,
    };
    workspace
        .db
        .write(move |conn| match institutions::closures(conn, now)?.is_empty() {
            true => Ok::<_, Error>(institutions::add_closure(conn, &closure, now)?),
            false => Ok(()),
        })
        .await
}

/// Three people: much at the console takes two, and who inspects it is somebody else. Who has no key yet is invited anew
/// at each start.
pub async fn staff(workspace: &Workspace) -> Result<Vec<Invitation>, Error> {
    let people = [
        (
            "demo-1",
            "水野 花子",
            vec![Role::Clerk, Role::Administrator, Role::Operator, Role::Trainer],
        ),
        ("demo-2", "堀田 次郎", vec![Role::Approver]),
        ("demo-3", "石黒 四郎", vec![Role::Auditor]),
    ];
    let mut invitations = vec![];
    for (code, name, roles) in people {
        let person = PersonForm {
            code: code.into(),
            name: name.into(),
            unit: "業務課 料金担当".into(),
            roles: roles.clone(),
        };
        let has_key = workspace
            .db
            .read(move |conn| accounts::has_key(conn, code).map_err(Error::from))
            .await?;
        if !has_key {
            invitations.push(Invitation {
                who: format!("{name}（{}）", accounts::role_names(&roles)),
                url: invitation(workspace, person, None).await?,
            });
        }
    }
    Ok(invitations)
}
