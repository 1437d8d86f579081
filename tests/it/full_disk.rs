//! A disk without room (S8): the alarm comes before, nothing is done without its audit entry, nothing is half written,
//! and with room again everything goes on.
use crate::{
    applicant::{Applicant, HandedOff},
    applications::registered,
    browser::Browser,
    desk::Desk,
    harness::{DISK_IS_NO_SUBJECT, World},
    served::{Place, start_gateway},
};
use chrono::Duration;
use mizumado::{
    accounts::Role,
    app,
    clock::Clock,
    db::{self, Conn, DbError},
};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// A disk of its own, in memory.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where mounting is not allowed; the suite's machine allows it.
    fn mount(at: &Path, mib: u32) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let size = format!("size={mib}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        mount.status().unwrap().success().then(|| Self(at.to_owned()))
    }
    /// Takes all the room but this.
    fn fill(&self, leave: usize) {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(self.0.join("filler"))
            .unwrap();
        for size in [1 << 20, 4096, 1] {
            let block = vec![0; size];
            while file.write_all(&block).is_ok() {}
        }
        let bytes = file.metadata().unwrap().len();
        file.set_len(bytes.saturating_sub(leave as u64)).unwrap();
    }
    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// What the watch finds when it looks next.
async fn open_alarms(place: &Place, later: Duration) -> Vec<String> {
    let clock = Clock::system();
    clock.advance(later);
    let world = place.world(clock);
    app::prepare(&world).await.unwrap();
    app::planner(&world).plan().await.unwrap();
    while app::runner(&world).run_due().await.unwrap() > 0 {}
    let read = |conn: &mut Conn| Ok::<_, DbError>(mizumado::alarms::open_alarms(conn)?);
    let open = world.db.read(read).await.unwrap();
    world.db.close().await;
    open.into_iter().map(|alarm| alarm.key).collect()
}

#[actix_web::test]
async fn a_full_disk_is_told_before_refuses_honestly_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start_gateway(folder.path(), Clock::system()).await;
    let place = Place::new("sqlite:disk/live.db", &gateway, "log_dir = \"disk/logs\"\n", "");
    place.change(DISK_IS_NO_SUBJECT, "disk_reserve_mib = 8");
    let Some(disk) = SmallDisk::mount(&place.path("disk"), 48) else {
        println!("not looked at: nothing may be mounted here");
        return;
    };
    place.must(&["migrate"]);
    // While there is some room, the alarm can still be written, and mailed.
    disk.fill(6 << 20);
    assert!(
        open_alarms(&place, Duration::zero())
            .await
            .contains(&"operations.disk".to_owned())
    );
    disk.free();

    let program = place.serve();
    let mut browser = Browser::new(&place.url);
    let check = Applicant::default().fill(&mut browser).await;
    disk.fill(0);
    let page = browser.submit(&check, &[]).await;
    assert_eq!(page.status, 500, "{}", page.text());
    page.expect("続けられませんでした")
        .expect("ここまでに保存した内容は残っています");
    assert_eq!(page.first(".receipt-number"), "", "no number that is not on disk");
    // So many lines that the log's last page is full too.
    for _ in 0..100 {
        let page = Browser::new(&place.url).get("/").await;
        assert_eq!(page.status, 200, "who only reads is served");
    }
    let ready = || async {
        reqwest::get(format!("{}/readyz", place.ops))
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(ready().await, 500, "monitoring sees it");

    disk.free();
    let left = HandedOff::from(browser.submit(&check, &[]).await);
    // The first line after it clears the log's own failure.
    assert_eq!(Browser::new(&place.url).get("/").await.status, 200);
    while ready().await != 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(program.stop(), Some(0));
    assert!(place.must(&["audit", "verify"]).contains("is whole"));
    let said = place.must(&["logs", "check"]);
    assert!(said.contains("lines could not be written before this line"), "{said}");
    assert!(said.contains("no line is missing or changed"), "{said}");
    let world = place.world(Clock::system());
    let look = |conn: &mut Conn| {
        db::is_whole(conn).unwrap_or_else(|e| panic!("{e}"));
        db::table_counts(conn)
    };
    let counts = world.db.read::<_, DbError>(look).await.unwrap();
    assert_eq!((counts["applications"], counts["attempts"], counts["mails"]), (1, 1, 1));
    world.db.close().await;
    assert!(
        !open_alarms(&place, Duration::minutes(20))
            .await
            .contains(&"operations.disk".to_owned())
    );
    println!(
        "refused at a full disk, {} after it; {}",
        left.receipt_number,
        said.trim().replace('\n', "; ")
    );
}

#[actix_web::test]
async fn nothing_is_shown_or_changed_without_its_audit_entry() {
    for world in World::all_with_console().await {
        let (_, id) = registered(&world, &Applicant::default()).await;
        let here = format!("/applications/{id}");
        let mut clerk = Desk::open(&world, "c1", &[Role::Clerk]).await;
        let mut browser = Browser::new(&world.url);
        let check = Applicant::scenario("67").fill(&mut browser).await;
        let rename = |sql: &'static str| {
            world.write(move |conn| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), conn)?))
        };
        let audit = "select count(*) as n from audit_entries";
        let before = world.count(audit).await;
        // As good as no room: entries cannot be written.
        rename("alter table audit_entries rename to audit_away").await;
        for (path, fields) in [
            (format!("{here}/reveals"), vec![("reason", "inquiry")]),
            (format!("{here}/notes"), vec![("body", "折り返し電話")]),
            (format!("{here}/withdrawal"), vec![("note", "本人から電話")]),
        ] {
            let page = clerk.post(&path, &fields).await;
            assert_eq!(page.status, 500, "{path}: {}", page.text());
            page.expect("処理を続けられませんでした");
            assert!(!page.has("山田"), "{path}");
        }
        // A citizen's submission too.
        let page = browser.submit(&check, &[]).await;
        assert_eq!(page.status, 500);
        page.expect("ここまでに保存した内容は残っています");
        rename("alter table audit_away rename to audit_entries").await;
        for nothing in [
            "reveals",
            "application_notes",
            "mails where sent_at is null and kind = 'receipt'",
        ] {
            let sql = format!("select count(*) as n from {nothing}");
            assert_eq!(world.count(sql.leak()).await, 0, "{nothing}");
        }
        let registered = "select count(*) as n from applications where state = 'registered'";
        assert_eq!((world.count(audit).await, world.count(registered).await), (before, 1));
        // With room again the same clicks go on.
        let page = clerk.post(&format!("{here}/notes"), &[("body", "折り返し電話")]).await;
        assert_eq!(page.all(".pre"), ["折り返し電話"]);
        let left = HandedOff::from(browser.submit(&check, &[]).await);
        assert_eq!(left.receipt_number.len(), 11);
    }
}
