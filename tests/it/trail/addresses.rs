//! A walk through every action of the console: no entry of a person lacks the address that it came from.
use crate::{
    console_pages::furnished,
    desk::Desk,
    harness::World,
    rows::{self, Row},
};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use mizumado::{accounts::Role, clock::jst, db::Conn, enrolment::states::Registration};
use std::collections::BTreeSet;

struct Walk {
    desk: Desk,
    walked: Vec<String>,
}

impl Walk {
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> crate::browser::Page {
        let page = self.desk.post(path, fields).await;
        assert!(page.status < 500, "{path}: {}", page.text());
        self.walked.push(path.to_owned());
        page
    }
    /// The first form of a page that posts there.
    async fn way(&mut self, page: &str, ends: &str) -> String {
        let page = self.desk.get(page).await;
        let ways = page.attributes("form[method=post]", "action");
        ways.into_iter()
            .find(|way| way.ends_with(ends))
            .unwrap_or_else(|| panic!("{ends}: {}", page.text()))
    }
}

async fn applications(walk: &mut Walk, id: &str, other: &str) {
    walk.post("/applications/searches", &[("q", "ヤマダ")]).await;
    walk.post("/applications/views", &[("list", "period=today"), ("name", "今日")])
        .await;
    let removal = walk.way("/applications", "/removal").await;
    walk.post(&removal, &[]).await;
    walk.post(&format!("{id}/reveals"), &[("reason", "inquiry")]).await;
    walk.post(&format!("{id}/notes"), &[("body", "電話")]).await;
    walk.post(&format!("{id}/attention"), &[]).await;
    walk.post(&format!("{id}/mails/x/retry"), &[]).await;
    walk.post(&format!("{id}/corrections"), &[]).await;
    walk.post(&format!("/applications/{other}/withdrawal"), &[("note", "電話で")])
        .await;
    walk.post("/exports", &[("purpose", "report")]).await;
    let file = walk
        .desk
        .get("/exports")
        .await
        .attributes("a[href$='/file']", "href")
        .remove(0);
    walk.desk.get(&file).await;
    walk.post("/exports/x/decision", &[]).await;
}

async fn files(walk: &mut Walk, delivery: &str, layout: &str) {
    walk.post("/deliveries", &[]).await;
    for part in ["file", "report"] {
        walk.desk.get(&format!("{delivery}/{part}")).await;
    }
    walk.post(
        &format!("{delivery}/encrypted"),
        &[("passphrase", "correct horse battery")],
    )
    .await;
    let version = walk
        .desk
        .get(delivery)
        .await
        .attributes("#version option", "value")
        .remove(0);
    walk.post(&format!("{delivery}/reissues"), &[("version", &version)])
        .await;
    walk.post("/layouts", &[("from", "ready:zengin-120")]).await;
    let form = walk.desk.get(layout).await.form_to(layout);
    let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    walk.post(layout, &fields).await;
    walk.post(&format!("{layout}/columns"), &[("action", "add")]).await;
    walk.post(&format!("{layout}/columns/0"), &[]).await;
    walk.post(&format!("{layout}/text"), &[]).await;
    walk.desk
        .upload(&format!("{layout}/comparison"), "sample", b"a,b\r\n")
        .await;
    walk.walked.push(format!("{layout}/comparison"));
    walk.post(&format!("{layout}/proposal"), &[]).await;
}

async fn tables(walk: &mut Walk, import: &str, text: &str, day: &str) {
    walk.walked.push("/institutions/imports".into());
    let form = walk.desk.get(import).await.form_to(&format!("{import}/application"));
    let mut fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.retain(|(name, _)| *name != "day");
    fields.push(("day", day));
    walk.post(&format!("{import}/application"), &fields).await;
    walk.post(
        "/institutions/stops",
        &[("rule", "毎日 23:55-翌0:05"), ("reason", "点検"), ("confirmed", "yes")],
    )
    .await;
    let stop = walk.way("/institutions", "/withdrawal").await;
    walk.post(&stop, &[]).await;
    walk.post("/texts/faq/versions", &[]).await;
    walk.post(
        text,
        &[("body", "# よくある質問"), ("effective_from", day), ("note", "試し")],
    )
    .await;
    walk.post(&format!("{text}/mails"), &[]).await;
    walk.post(&format!("{text}/proposal"), &[]).await;
    let alarm = walk.way("/alarms", "/acknowledgement").await;
    walk.post(&alarm, &[]).await;
    walk.post("/differences/D0/settlement", &[("resolution", "電話で確かめた")])
        .await;
}

async fn people(walk: &mut Walk) {
    let fields = [("code", "n1"), ("name", "新しい人"), ("role_clerk", "on")];
    let invitation = walk.post("/staff", &fields).await;
    let person = invitation.link("新しい人 さんの画面にもどる").unwrap();
    walk.post(&person, &[("name", "新しい人"), ("role_viewer", "on")]).await;
    walk.post(&format!("{person}/invitation"), &[]).await;
    walk.post(
        &format!("{person}/trainings"),
        &[("held_on", "2026-04-01"), ("title", "個人情報")],
    )
    .await;
    walk.post(&format!("{person}/sign-out"), &[]).await;
    walk.post(&format!("{person}/suspension"), &[]).await;
    walk.post(&format!("{person}/reinstatement"), &[]).await;
    let key = walk.way("/account", "/revocation").await;
    walk.post(key.trim_end_matches("/revocation"), &[("label", "窓口の")])
        .await;
    walk.post("/account/codes", &[]).await;
    walk.post(&key, &[]).await;
    walk.post("/account/sessions/x/end", &[]).await;
    walk.post("/account/sessions/end", &[]).await;
}

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

#[actix_web::test]
async fn every_entry_of_a_person_has_its_address() {
    let world = World::with_console().await;
    let mut desk = Desk::open(&world, "a1", Role::ALL).await;
    let paths = furnished(&world, &mut desk).await;
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let row = Row::new(900, now);
    let other = row.id.clone();
    let write = move |conn: &mut Conn| {
        rows::confirm(conn, &keys, std::slice::from_ref(&row))?;
        Ok(rows::bring(conn, &row.id, Registration::Registered, now)?)
    };
    world.write(write).await;
    let mut second = Walk {
        desk: Desk::open(&world, "b1", Role::ALL).await,
        walked: vec![],
    };
    let mut walk = Walk { desk, walked: vec![] };
    let day = jst(now).date().to_string();
    let (layout, text) = (&paths["/layouts/{id}"], &paths["/texts/versions/{id}"]);
    applications(&mut walk, &paths["/applications/{id}"], &other).await;
    files(&mut walk, &paths["/deliveries/{no}"], layout).await;
    world.run_due().await;
    tables(&mut walk, &paths["/institutions/imports/{id}"], text, &day).await;
    let decision = second.way("/corrections", "/decision").await;
    for way in [decision, format!("{layout}/decision"), format!("{text}/decision")] {
        second.post(&way, &[("decision", "approve")]).await;
    }
    people(&mut walk).await;
    second.post("/sign-out", &[]).await;
    // What is not walked is held by construction: an actor of the staff has an address.
    let walked: BTreeSet<String> = [walk.walked, second.walked].concat().into_iter().collect();
    assert!(walked.len() >= 25, "{walked:?}");
    let sql = "select action, detail from audit_entries where actor like 'staff/%'";
    let entries = world
        .write(move |conn| Ok(diesel::sql_query(sql).load::<Entry>(conn)?))
        .await;
    for entry in &entries {
        assert!(
            entry.detail.ends_with("from 127.0.0.1"),
            "{}: {}",
            entry.action,
            entry.detail
        );
    }
    let seen: BTreeSet<&str> = entries.iter().map(|e| e.action.as_str()).collect();
    for action in [
        "staff.added",
        "staff.invited",
        "staff.role_granted",
        "staff.role_revoked",
        "staff.suspended",
        "staff.signed_in",
        "staff.key_added",
        "staff.key_revoked",
        "delivery.closed",
        "delivery.reissued",
        "delivery.downloaded",
        "correction.proposed",
        "correction.approved",
        "application.corrected",
        "application.withdrawn",
        "application.revealed",
        "branches.imported",
        "closure.withdrawn",
        "layout.changed",
        "text.drafted",
        "alarm.acknowledged",
        "difference.settled",
    ] {
        assert!(seen.contains(action), "{action} of {seen:?}");
    }
    // The page shows it in a column of its own.
    let page = Desk::open(&world, "z1", &[Role::Auditor]).await.get("/audit").await;
    assert!(
        page.all("td[data-label='どこから']")
            .iter()
            .any(|place| place == "127.0.0.1")
    );
}
