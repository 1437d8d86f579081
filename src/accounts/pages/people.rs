//! The staff: who they are, what they may do, since when; inviting and stopping them (KS3, KS5, KS19).
use crate::{
    accounts::{Role, Staff, store, views, ways},
    db::{Conn, one_at_a_time},
    japan::date::parse_compact,
    web::{Error, FormBody, Site, html, see_other, ui::FieldError, unprocessable},
    workspace::Workspace,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use views::{FullPerson, PersonForm};

/// `GET /staff`
pub async fn index(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let people = store::everybody(conn)?;
        people
            .iter()
            .map(|p| FullPerson::load(conn, &world, p))
            .collect::<Result<Vec<_>, Error>>()
    };
    let people = workspace.db.read(read).await?;
    Ok(html(views::people(&site, &staff, &people)))
}

/// `GET /staff/new`
pub async fn new(site: Data<Site>, staff: Staff) -> HttpResponse {
    html(views::new_person(&site, &staff, &PersonForm::default(), &[]))
}

/// `POST /staff`: writes the person down and shows the invitation, which is what they need next.
pub async fn create(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let input = PersonForm::read(&form);
    let mut errors = input.errors();
    if errors.is_empty() {
        let now = workspace.clock.now();
        let (world, by, typed) = (workspace.clone(), staff.clone(), input.clone());
        let write = move |conn: &mut Conn| {
            let id = add(conn, &world, &by.actor(), &typed, now)?;
            let token = ways::invite(conn, &world, &id, by.actor(), now)?;
            Ok::<_, Error>((id, token))
        };
        match workspace.db.write(write).await {
            Ok((id, token)) => {
                let person = full(&workspace, id).await?;
                return Ok(html(views::invitation(&site, &staff, &person, &token, now)));
            }
            Err(Error::Conflict) => errors.push(FieldError::new(
                "code",
                "職員番号を確かめてください。同じ番号の人がいます",
            )),
            Err(error) => return Err(error),
        }
    }
    let page = views::new_person(&site, &staff, &input, &errors);
    Ok(unprocessable(page))
}

/// Writes a person with roles; used by the console and the command line.
pub fn add(
    conn: &mut Conn,
    workspace: &Workspace,
    actor: &crate::audit::Actor,
    input: &PersonForm,
    now: chrono::NaiveDateTime,
) -> Result<String, Error> {
    let new = store::NewPerson {
        code: &input.code,
        name: &input.name,
        unit: &input.unit,
    };
    let id = store::add_person(conn, &workspace.keys, &new, now)?;
    let subject = format!("staff/{id}");
    crate::audit::record(conn, now, *actor, "staff.added", &subject, "")?;
    for role in &input.roles {
        store::grant(conn, &id, *role, &actor.word(), now)?;
        crate::audit::record(conn, now, *actor, "staff.role_granted", &subject, role.as_str())?;
    }
    Ok(id)
}

async fn full(workspace: &Data<Workspace>, id: String) -> Result<FullPerson, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let person = store::find(conn, &id)?;
        FullPerson::load(conn, &world, &person)
    };
    workspace.db.read(read).await
}

/// `GET /staff/{id}`
pub async fn show(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let person = full(&workspace, id.into_inner()).await?;
    Ok(html(views::person(&site, &staff, &person, &FormBody::default(), &[])))
}

/// `POST /staff/{id}`: name, unit and roles. Nobody changes their own roles, so that an administrator stays who is
/// there: whoever takes the role from another has it.
pub async fn update(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let input = PersonForm::read(&form);
    let mut errors = input.errors();
    errors.retain(|e| e.field != "code");
    let id = id.into_inner();
    if id == staff.id && staff.roles.iter().any(|r| !input.roles.contains(r)) | (input.roles.len() > staff.roles.len())
    {
        let message = "役割を確かめてください。自分の役割は、ほかの管理者が変えます";
        errors.push(FieldError::new("roles", message));
    }
    if !errors.is_empty() {
        let person = full(&workspace, id).await?;
        return Ok(unprocessable(views::person(&site, &staff, &person, &form, &errors)));
    }
    let (world, now, path) = (workspace.clone(), workspace.clock.now(), format!("/staff/{id}"));
    let write = move |conn: &mut Conn| {
        let person = store::find(conn, &id)?;
        // Two administrators must not take the role from each other at the same moment.
        one_at_a_time(conn, "accounts.administrators")?;
        if !input.roles.contains(&Role::Administrator) && !store::is_administered_without(conn, &id)? {
            return Err(Error::Conflict);
        }
        change_entry(conn, &world, &staff, &person, &input, now)?;
        change_roles(conn, &staff, &id, &input.roles, now)
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// Name and unit, and the record of which of the two changed. What either was stands in no entry: it is personal data.
fn change_entry(
    conn: &mut Conn,
    world: &Workspace,
    staff: &Staff,
    person: &store::Person,
    input: &PersonForm,
    now: chrono::NaiveDateTime,
) -> Result<(), Error> {
    let fields = [
        ("name", person.name(&world.keys)? != input.name),
        ("unit", person.unit != input.unit),
    ];
    let changed: Vec<&str> = fields.iter().filter(|(_, is)| *is).map(|(field, _)| *field).collect();
    if changed.is_empty() {
        return Ok(());
    }
    store::update_person(conn, &world.keys, &person.id, &input.name, &input.unit, now)?;
    let subject = format!("staff/{}", person.id);
    staff.record(conn, now, "staff.changed", &subject, &changed.join(" "))
}

/// Other roles, and the end of every session that began with those before: a cookie never goes on with rights that its
/// sign-in did not have (S3).
fn change_roles(
    conn: &mut Conn,
    staff: &Staff,
    id: &str,
    wanted: &[Role],
    now: chrono::NaiveDateTime,
) -> Result<(), Error> {
    let had = store::roles_of(conn, id)?;
    let subject = format!("staff/{id}");
    for role in wanted.iter().filter(|r| !had.contains(r)) {
        store::grant(conn, id, *role, &staff.word(), now)?;
        staff.record(conn, now, "staff.role_granted", &subject, role.as_str())?;
    }
    for role in had.iter().filter(|r| !wanted.contains(r)) {
        store::revoke(conn, id, *role, now)?;
        staff.record(conn, now, "staff.role_revoked", &subject, role.as_str())?;
    }
    if wanted.iter().any(|r| !had.contains(r)) || had.iter().any(|r| !wanted.contains(r)) {
        store::raise_epoch(conn, id)?;
        store::end_all(conn, id, now)?;
    }
    Ok(())
}

/// `POST /staff/{id}/invitation`: the sheet with the QR code; shown this once.
pub async fn invite(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let person = full(&workspace, id.into_inner()).await?;
    if !person.active {
        return Err(Error::Conflict);
    }
    let (world, now, by, invited) = (
        workspace.clone(),
        workspace.clock.now(),
        staff.clone(),
        person.id.clone(),
    );
    let write = move |conn: &mut Conn| ways::invite(conn, &world, &invited, by.actor(), now);
    let token = workspace.db.write(write).await?;
    Ok(html(views::invitation(&site, &staff, &person, &token, now)))
}

/// The person's page, with why something could not be done there.
async fn refused(
    workspace: &Data<Workspace>,
    site: &Site,
    staff: &Staff,
    id: String,
    why: FieldError,
) -> Result<HttpResponse, Error> {
    let person = full(workspace, id).await?;
    let page = views::person(site, staff, &person, &FormBody::default(), &[why]);
    Ok(unprocessable(page))
}

/// `POST /staff/{id}/keys/{key}/revocation`: a lost key, when its person cannot sign in to stop it. Never the last way in.
pub async fn revoke_key(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (id, key) = path.into_inner();
    let message = match id == staff.id {
        true => "停止するキーを確かめてください。自分のキーは「自分の設定」で停止します",
        false => {
            let (now, by, whom) = (workspace.clock.now(), staff.clone(), id.clone());
            let write = move |conn: &mut Conn| {
                if !ways::revoke_key(conn, &whom, &key, now)? {
                    return Ok(false);
                }
                store::raise_epoch(conn, &whom)?;
                store::end_all(conn, &whom, now)?;
                by.record(
                    conn,
                    now,
                    "staff.key_revoked",
                    &format!("passkey/{key}"),
                    &format!("of staff/{whom}"),
                )?;
                Ok::<_, Error>(true)
            };
            if workspace.db.write(write).await? {
                return Ok(see_other(&format!("/staff/{id}")));
            }
            "停止するキーを確かめてください。この人のログインの方法がなくなります。なくしたときは、招待状を作るか、利用を停止します"
        }
    };
    refused(&workspace, &site, &staff, id, FieldError::new("keys", message)).await
}

/// `POST /staff/{id}/suspension`: from the next request on nothing of this person's opens.
pub async fn suspend(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let id = id.into_inner();
    let message = match id == staff.id {
        true => "停止する人を確かめてください。自分は停止できません",
        false => {
            let (now, by, whom) = (workspace.clock.now(), staff.clone(), id.clone());
            let write = move |conn: &mut Conn| {
                let suspended = ways::suspend(conn, &whom, now)?;
                if suspended {
                    by.record(conn, now, "staff.suspended", &format!("staff/{whom}"), "")?;
                }
                Ok::<_, Error>(suspended)
            };
            if workspace.db.write(write).await? {
                return Ok(see_other(&format!("/staff/{id}")));
            }
            "停止する人を確かめてください。ほかに管理者がいなくなります"
        }
    };
    refused(&workspace, &site, &staff, id, FieldError::new("suspension", message)).await
}

/// `POST /staff/{id}/reinstatement`
pub async fn reinstate(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let (now, path) = (workspace.clock.now(), format!("/staff/{id}"));
    let write = move |conn: &mut Conn| {
        ways::reinstate(conn, &id, now)?;
        staff.record(conn, now, "staff.reinstated", &format!("staff/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /staff/{id}/sign-out`: everywhere, at the next request.
pub async fn sign_out(workspace: Data<Workspace>, staff: Staff, id: Path<String>) -> Result<HttpResponse, Error> {
    let (now, path) = (workspace.clock.now(), format!("/staff/{id}"));
    let write = move |conn: &mut Conn| {
        store::find(conn, &id)?;
        store::raise_epoch(conn, &id)?;
        store::end_all(conn, &id, now)?;
        staff.record(conn, now, "staff.signed_out_everywhere", &format!("staff/{id}"), "")
    };
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// `POST /staff/{id}/trainings`
pub async fn add_training(
    workspace: Data<Workspace>,
    site: Data<Site>,
    staff: Staff,
    id: Path<String>,
    form: FormBody,
) -> Result<HttpResponse, Error> {
    let (held_on, title) = (
        parse_compact(form.get("held_on").trim()),
        form.get("title").trim().to_owned(),
    );
    let mut errors = vec![];
    if held_on.is_none() {
        let message = "受講日は、2026-04-01 の形で入力してください";
        errors.push(FieldError::new("held_on", message));
    }
    if title.is_empty() {
        errors.push(FieldError::new("title", "研修の名前を入力してください"));
    }
    let (Some(held_on), true) = (held_on, errors.is_empty()) else {
        let person = full(&workspace, id.into_inner()).await?;
        return Ok(unprocessable(views::person(&site, &staff, &person, &form, &errors)));
    };
    let (now, path) = (workspace.clock.now(), format!("/staff/{id}"));
    let write = move |conn: &mut Conn| record_training(conn, &staff, &id, held_on, &title, now);
    workspace.db.write(write).await?;
    Ok(see_other(&path))
}

/// Puts a training into a person's record, with its audit entry (KS5, K8). What is there already is not written twice.
pub fn record_training(
    conn: &mut Conn,
    by: &Staff,
    id: &str,
    held_on: chrono::NaiveDate,
    title: &str,
    now: chrono::NaiveDateTime,
) -> Result<(), Error> {
    store::find(conn, id)?;
    let known = store::trainings_of(conn, id)?;
    if known
        .iter()
        .any(|training| training.held_on == held_on && training.title == title)
    {
        return Ok(());
    }
    store::add_training(conn, id, held_on, title, &by.word(), now)?;
    by.record(conn, now, "staff.training_recorded", &format!("staff/{id}"), "")
}

/// `GET /staff/scopes`: everybody's scope, dates and training, and the permission table, on A4 (KS5, KS19).
pub async fn scopes(workspace: Data<Workspace>, site: Data<Site>, staff: Staff) -> Result<HttpResponse, Error> {
    let world = workspace.clone();
    let read = move |conn: &mut Conn| {
        let people = store::everybody(conn)?;
        people
            .iter()
            .map(|p| FullPerson::load(conn, &world, p))
            .collect::<Result<Vec<_>, Error>>()
    };
    let people = workspace.db.read(read).await?;
    Ok(html(views::scopes(&site, &staff, &people, workspace.clock.now())))
}

/// `GET /permissions`
pub async fn permissions(site: Data<Site>, staff: Staff) -> HttpResponse {
    html(views::permissions(&site, &staff))
}
