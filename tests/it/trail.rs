//! The audit record: found by filter, exported, and every tampering with it found.
mod addresses;
mod head;
mod sealed;
mod seen;
mod tampering;

use crate::{browser::Page, desk::Desk, harness::World, rows::literal};
use chrono::{Days, Duration, NaiveDate, NaiveTime};
use diesel::{QueryableByName, RunQueryDsl, sql_types::BigInt};
use mizumado::{
    accounts::{self, PersonForm, Role},
    audit::{self, Actor},
    clock::{jst, utc_from_jst},
    crypto::is_signed_by,
    db::Conn,
};

/// The numbers of the entries on the page, newest first.
fn numbers(page: &Page) -> Vec<i64> {
    let all = page.all("main tbody th");
    all.iter().map(|no| no.parse().unwrap()).collect()
}

/// The same from the table.
async fn wanted(world: &World, which: &str) -> Vec<i64> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        no: i64,
    }
    let sql = format!("select no from audit_entries where {which} order by no desc");
    let found = world
        .write(move |conn| Ok(diesel::sql_query(sql).load::<Found>(conn)?))
        .await;
    found.into_iter().map(|f| f.no).collect()
}

/// Entries of the last days by several actors.
async fn entries(world: &World) {
    let now = world.workspace.clock.now();
    let write = move |conn: &mut Conn| {
        for n in 0..230_i64 {
            let at = now - Duration::hours(5 * (230 - n));
            let action = [
                "application.seen",
                "delivery.closed",
                "delivery.downloaded",
                "staff.signed_in",
            ][n as usize % 4];
            let actor = [Actor::System, Actor::Operator][n as usize % 2];
            audit::record(conn, at, actor, action, &format!("thing/{}", n % 5), "")?;
        }
        Ok(())
    };
    world.write(write).await;
}

#[actix_web::test]
async fn the_record_is_found_by_person_action_subject_and_day() {
    for world in World::all_with_console().await {
        entries(&world).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let day = (jst(world.workspace.clock.now()) - Duration::days(20)).date();
        let midnight = |day: NaiveDate| literal(utc_from_jst(day.and_time(NaiveTime::MIN)));
        let (from, to) = (midnight(day), midnight(day + Days::new(2)));
        let until = day + Days::new(1);
        let staff = format!("actor = 'staff/{}'", auditor.id);
        for (query, which) in [
            ("who=system".to_owned(), "actor = 'system'".to_owned()),
            ("who=a1".into(), staff),
            ("who=システム".to_owned(), "actor = 'system'".to_owned()),
            ("action=delivery.".into(), "action like 'delivery.%'".into()),
            (
                "action=application.seen".into(),
                "action like 'application.seen%'".into(),
            ),
            ("subject=thing/3".into(), "subject = 'thing/3'".into()),
            (
                format!("from={day}&to={until}&action=delivery."),
                format!("at >= {from} and at < {to} and action like 'delivery.%'"),
            ),
            ("who=nobody".into(), "1 = 0".into()),
        ] {
            let page = auditor.get(&format!("/audit?{query}")).await;
            let all = wanted(&world, &which).await;
            assert_eq!(numbers(&page), all[..all.len().min(100)], "{query}");
        }
        // Page by page to the beginning.
        let mut page = auditor.get("/audit?who=&action=").await;
        let mut seen = numbers(&page);
        while let Some(next) = page.link("前の100件") {
            page = auditor.get(&next).await;
            seen.extend(numbers(&page));
        }
        assert_eq!(seen, wanted(&world, "1 = 1").await);
    }
}

/// The rows of an export without its header.
fn rows(page: &Page) -> Vec<csv::StringRecord> {
    assert!(page.bytes.starts_with("\u{FEFF}番号,日時".as_bytes()), "{}", page.html);
    let reader = csv::Reader::from_reader(page.bytes.as_slice());
    reader.into_records().map(Result::unwrap).collect()
}

#[actix_web::test]
async fn an_export_holds_what_the_filter_holds_and_is_itself_on_record() {
    for world in World::all_with_console().await {
        entries(&world).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let page = auditor.get("/audit/export?action=delivery.").await;
        assert!(
            page.headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        let exported: Vec<i64> = rows(&page).iter().map(|r| r[0].parse().unwrap()).collect();
        assert_eq!(exported, wanted(&world, "action like 'delivery.%'").await);
        assert_eq!(
            world.audit("audit.exported").await,
            [("audit".to_owned(), "115 rows delivery. from 127.0.0.1".to_owned())]
        );
        assert_eq!(
            rows(&auditor.get("/audit/export").await).len(),
            wanted(&world, "1 = 1").await.len() - 1
        );
        world.workspace.clock.advance(Duration::minutes(6));
        assert_eq!(auditor.get("/audit/export").await.status, 401, "it needs a proof");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk, Role::Administrator, Role::Operator]).await;
        for path in ["/audit", "/audit/export", "/audit/checkpoints"] {
            assert_eq!(clerk.get(path).await.status, 403, "{path}");
        }
    }
}

#[actix_web::test]
async fn an_export_of_many_parts_holds_every_entry_once() {
    for world in World::all_with_console().await {
        let now = world.workspace.clock.now();
        let write = move |conn: &mut Conn| {
            for n in 0..2_345 {
                audit::record(conn, now, Actor::System, "test.made", &format!("thing/{n}"), "")?;
            }
            Ok(())
        };
        world.write(write).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        for (query, which) in [("", "1 = 1"), ("?action=test.", "action like 'test.%'")] {
            let all = wanted(&world, which).await;
            let page = auditor.get(&format!("/audit/export{query}")).await;
            let exported: Vec<i64> = rows(&page).iter().map(|r| r[0].parse().unwrap()).collect();
            assert_eq!(exported, all);
        }
    }
}

#[actix_web::test]
async fn an_export_holds_no_formula() {
    let world = World::with_console().await;
    let (workspace, now) = (world.workspace.clone(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        for (n, name) in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\tx"]
            .into_iter()
            .enumerate()
        {
            let form = PersonForm {
                code: format!("x{n}"),
                name: name.into(),
                unit: String::new(),
                roles: vec![],
            };
            let id = accounts::add_person(conn, &workspace, &Actor::Operator, &form, now)?;
            audit::record(
                conn,
                now,
                Actor::Staff {
                    id: &id,
                    address: "127.0.0.1",
                },
                "test.formula",
                name,
                name,
            )?;
        }
        Ok(())
    };
    world.write(write).await;
    let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
    let exported = rows(&auditor.get("/audit/export?action=test.").await);
    assert_eq!(exported.len(), 5);
    for cell in exported.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
    }
}

async fn checkpoints(world: &World) -> Vec<audit::Checkpoint> {
    world.write(|conn| Ok(audit::checkpoints(conn)?)).await
}

#[actix_web::test]
async fn the_head_of_the_chain_is_signed_once_a_day() {
    for world in World::all_with_console().await {
        let first = jst(world.workspace.clock.now()).date();
        for n in 1..=4 {
            let at = (first + Days::new(n)).and_hms_opt(0, 5, 30).unwrap();
            let ahead = utc_from_jst(at) - world.workspace.clock.now();
            world.pass(ahead).await;
            world.run_jobs().await;
            let kept = checkpoints(&world).await;
            assert_eq!(
                kept.last().unwrap().day,
                first + Days::new(n - 1),
                "of the day that has ended"
            );
            world.pass(Duration::hours(3)).await;
            assert_eq!(checkpoints(&world).await, kept, "the first of a day stays");
        }
        let kept = checkpoints(&world).await;
        let days: std::collections::BTreeSet<_> = kept.iter().map(|c| c.day).collect();
        assert!(days.len() == kept.len() && kept.len() >= 4);
        let public = audit::public_key(&world.workspace.keys);
        for checkpoint in &kept {
            let (message, signature) = checkpoint
                .line()
                .rsplit_once(' ')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .unwrap();
            assert!(is_signed_by(&public, &message, &signature));
            assert!(!is_signed_by(&public, &message.replace('2', "3"), &signature));
        }
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let page = auditor.ask_for(&world, "/audit/checks", &[]).await;
        page.expect("つながっています").expect(&public).expect(&kept[0].line());
    }
}

#[actix_web::test]
async fn a_receipt_number_finds_the_entries_of_its_application_and_an_export_says_them_in_words() {
    for world in World::all_with_console().await {
        let (number, id) = crate::applications::registered(&world, &crate::applicant::Applicant::default()).await;
        entries(&world).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let subject = format!("subject = 'application/{id}'");
        let all = wanted(&world, &subject).await;
        assert!(all.len() >= 4, "{all:?}");
        for typed in [number.clone(), number.to_lowercase().replace('-', "")] {
            let page = auditor.get(&format!("/audit?subject={typed}")).await;
            assert_eq!(numbers(&page), all, "{typed}");
            page.expect(&format!("申込み {number}"))
                .expect("登録完了")
                .expect("申込みを確定");
        }
        let exported = rows(&auditor.get(&format!("/audit/export?subject={number}")).await);
        assert_eq!(exported.len(), all.len());
        let confirmed = exported.iter().find(|r| &r[7] == "application.confirmed").unwrap();
        assert_eq!(
            (&confirmed[2], &confirmed[4], &confirmed[5]),
            ("申込者", "申込みを確定", format!("申込み {number}").as_str())
        );
        assert_eq!(&confirmed[8], format!("application/{id}").as_str());
        let none = auditor.get("/audit?subject=7KQ-4M9-TX2").await;
        none.expect("条件にあう記録はありません");
    }
}

#[actix_web::test]
async fn a_mistyped_day_is_said_and_widens_nothing() {
    let world = World::with_console().await;
    entries(&world).await;
    let mut auditor = Desk::open(&world, "k1", &[Role::Auditor]).await;
    for (path, label) in [
        ("/audit?from=2026-13-01", "いつから"),
        ("/audit?to=%E3%81%8D%E3%81%AE%E3%81%86", "いつまで"),
        ("/audit/accesses?day=2026-2-30x", "日"),
    ] {
        let page = auditor.get(path).await;
        assert_eq!(page.status, 422, "{path}");
        page.expect(&format!("{label}は、2026-11-01のように入力してください"));
        assert!(page.all("main tbody tr").is_empty(), "{path}");
    }
    auditor.prove().await;
    let file = auditor.get("/audit/export?from=2026-13-01").await;
    assert_eq!(file.path, "/audit", "no file of more than was asked for");
}

const INCIDENT: &str = "01KB0000000000000000000000";

#[actix_web::test]
async fn what_an_entry_is_about_is_told_by_its_name_with_a_link_for_whoever_may_open_it() {
    for world in World::all_with_console().await {
        let mut admin = Desk::open(&world, "m1", &[Role::Administrator]).await;
        let text = admin.post("/texts/faq/versions", &[]).await.path;
        let layout = admin.post("/layouts", &[("from", "ready:zengin-120")]).await.path;
        let renamed = [("name", "第四試行銀行"), ("kana", "ダイシシコウ")];
        admin.post("/institutions/0140", &renamed).await;
        let (now, person) = (world.workspace.clock.now(), admin.id.clone());
        let write = move |conn: &mut Conn| {
            let by = format!("x by staff/{person}");
            audit::record(conn, now, Actor::System, "delivery.closed", "delivery/12", "")?;
            let incident = format!("incident/{INCIDENT}");
            audit::record(conn, now, Actor::System, "incident.noted", &incident, &by)?;
            Ok(audit::record(
                conn,
                now,
                Actor::System,
                "text.changed",
                "text/made-up",
                "",
            )?)
        };
        world.write(write).await;
        let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
        let page = auditor.get("/audit").await;
        let incident = format!("障害 {INCIDENT}");
        for (said, path) in [
            ("文面 よくある質問 第1版", text.as_str()),
            ("還元データ 第12号", "/deliveries/12"),
            ("金融機関 第四試行銀行", "/institutions/0140"),
            (&incident, &format!("/incidents/{INCIDENT}")),
        ] {
            assert_eq!(page.link(said).as_deref(), Some(path), "{said}");
        }
        let to_layout = format!("td[data-label='対象'] a[href='{layout}']");
        let said = page.first(&to_layout);
        assert!(said.starts_with("レイアウト 第2版（") && said.ends_with('）'), "{said}");
        assert!(page.link("文面 made-up").is_none() && page.has("文面 made-up"));
        let details = page.all("td[data-label='詳細']");
        let named = format!("職員 {}", crate::desk::NAME);
        assert!(details.iter().any(|detail| detail.contains(&named)), "{details:?}");
        let to_people = page.attributes("td[data-label='対象'] a[href^='/staff/']", "href");
        assert!(to_people.is_empty(), "an auditor has no page of a person");

        let file = auditor.get("/audit/export").await;
        let id = text.trim_start_matches("/texts/versions/");
        let row = rows(&file).into_iter().find(|r| r[8] == format!("text/{id}")).unwrap();
        assert_eq!(
            &row[5], "文面 よくある質問 第1版",
            "in words, and as it stands in the chain"
        );
    }
}
