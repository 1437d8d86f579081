//! Whoever can write into the database past the triggers is found: by the chain, or by the signed checkpoints.
use crate::{desk::Desk, harness::World, served::Place};
use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::{
    QueryResult, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text, Timestamp},
};
use mizumado::{
    accounts::Role,
    app,
    audit::{self, Actor, ChainCheck, Checkpoint, Unlike},
    clock::Clock,
    crypto::{KeyRing, sha256_hex},
    db::{Conn, DbError},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::sync::Arc;

pub const ENTRIES: i64 = 16;
/// The checkpoint was signed when there were so many.
pub const SIGNED: i64 = 10;

const UNLOCK: &str = "drop trigger audit_entries_stay; drop trigger audit_entries_remain";

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = BigInt)]
    no: i64,
    #[diesel(sql_type = Timestamp)]
    at: NaiveDateTime,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

/// What differs when nothing but the one checkpoint can tell where.
fn before_it() -> Unlike {
    Unlike {
        day: day(),
        after: 0,
        upto: SIGNED,
    }
}

/// A chain with a checkpoint in it; its triggers are gone, as for whoever owns the machine.
fn chain(conn: &mut Conn, keys: &KeyRing, now: NaiveDateTime) -> QueryResult<()> {
    let (no, _) = head(conn)?;
    for n in no..ENTRIES {
        if n == SIGNED {
            audit::make_checkpoint(conn, keys, day(), now)?;
        }
        let subject = format!("application/{n}");
        audit::record(conn, now, Actor::System, "application.seen", &subject, "from 10.0.0.1")?;
    }
    conn.batch_execute(UNLOCK)
}

/// The same in a world, in a write of its own; with the world's keys.
pub async fn chained(world: &World) -> Arc<KeyRing> {
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    world.write(move |conn| Ok(chain(conn, &keys, now)?)).await;
    world.workspace.keys.clone()
}

fn head(conn: &mut Conn) -> QueryResult<(i64, String)> {
    #[derive(QueryableByName)]
    struct Head {
        #[diesel(sql_type = BigInt)]
        no: i64,
        #[diesel(sql_type = Text)]
        hash: String,
    }
    let head: Head = diesel::sql_query("select no, hash from audit_head").get_result(conn)?;
    Ok((head.no, head.hash))
}

/// Chains everything anew, as the program would have written it, and moves the head.
pub fn rechain(conn: &mut Conn) -> QueryResult<()> {
    let all: Vec<Entry> =
        diesel::sql_query("select no, at, actor, action, subject, detail from audit_entries order by no").load(conn)?;
    let (mut hash, mut last) = ("mizumado".to_owned(), 0);
    for (e, no) in all.iter().zip(1..) {
        let parts = [
            hash.clone(),
            no.to_string(),
            e.at.and_utc().timestamp_micros().to_string(),
            e.actor.clone(),
            e.action.clone(),
            e.subject.clone(),
            e.detail.clone(),
        ];
        let text: String = parts.iter().map(|p| format!("{}:{p}\n", p.len())).collect();
        let new = sha256_hex(text.as_bytes());
        let old = e.no;
        conn.batch_execute(&format!(
            "update audit_entries set no = {no}, previous_hash = '{hash}', hash = '{new}' where no = {old}"
        ))?;
        (hash, last) = (new, no);
    }
    conn.batch_execute(&format!("update audit_head set no = {last}, hash = '{hash}'"))
}

/// What a check must say.
#[derive(Debug, PartialEq)]
enum Found {
    At(i64),
    NotAsSigned,
}

/// One way of tampering, and what finds it.
fn tamper(conn: &mut Conn, chance: &mut StdRng) -> QueryResult<(String, Found)> {
    let no = chance.random_range(1..=ENTRIES);
    let other = (no + chance.random_range(1..ENTRIES) - 1) % ENTRIES + 1;
    let (low, high) = (no.min(other), no.max(other));
    let early = chance.random_range(1..=SIGNED);
    let column = ["actor", "action", "subject", "detail", "previous_hash", "hash"][chance.random_range(0..6)];
    let (sql, found) = match chance.random_range(0..9) {
        0 => (format!("delete from audit_entries where no = {no}"), Found::At(no)),
        1 => (
            format!("update audit_entries set {column} = {column} || 'x' where no = {no}"),
            Found::At(no),
        ),
        2 => (
            format!("update audit_entries set at = '2020-01-01 00:00:00' where no = {no}"),
            Found::At(no),
        ),
        3 if low < high => (
            format!(
                "update audit_entries set no = 1000 where no = {low}; update audit_entries set no = {low} \
                 where no = {high}; update audit_entries set no = {high} where no = 1000"
            ),
            Found::At(low),
        ),
        4 => (
            format!(
                "insert into audit_entries select {ENTRIES} + 1, at, actor, action, subject, detail, previous_hash, \
                 'x' from audit_entries where no = {no}"
            ),
            Found::At(ENTRIES + 1),
        ),
        5 => (format!("delete from audit_entries where no >= {no}"), Found::At(no)),
        // The head is put right, too: only what was signed tells.
        6 => {
            conn.batch_execute(&format!("delete from audit_entries where no >= {early}"))?;
            rechain(conn)?;
            return Ok((format!("cut from {early}"), Found::NotAsSigned));
        }
        7 => {
            conn.batch_execute(&format!("delete from audit_entries where no = {early}"))?;
            rechain(conn)?;
            return Ok((format!("{early} taken out and chained anew"), Found::NotAsSigned));
        }
        _ => {
            let sql = format!("update audit_entries set detail = 'from 10.0.0.2' where no = {early}");
            conn.batch_execute(&sql)?;
            rechain(conn)?;
            return Ok((format!("{early} edited and chained anew"), Found::NotAsSigned));
        }
    };
    conn.batch_execute(&sql)?;
    Ok((sql, found))
}

fn found(check: &ChainCheck) -> Found {
    match check {
        ChainCheck::BrokenAt(no) => Found::At(*no),
        ChainCheck::NotAsSigned(unlike) if *unlike == before_it() => Found::NotAsSigned,
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn a_thousand_tamperings_are_each_found_at_their_first_entry() {
    let world = World::sqlite().await;
    let keys = chained(&world).await;
    let work = move |conn: &mut Conn| {
        let mut chance = StdRng::seed_from_u64(20_261_122);
        for turn in 0..1000 {
            conn.batch_execute("savepoint turn")?;
            let (what, expected) = tamper(conn, &mut chance)?;
            let said = audit::check(conn, &keys, &[])?;
            assert_eq!(found(&said), expected, "{turn}: {what}");
            conn.batch_execute("rollback to turn; release turn")?;
        }
        Ok(audit::check(conn, &keys, &[])?)
    };
    let after = world.write(work).await;
    assert_eq!(after, ChainCheck::Whole(ENTRIES));
}

#[actix_web::test]
async fn checkpoints_kept_elsewhere_find_what_was_forged_with_their_table() {
    let world = World::sqlite().await;
    let keys = chained(&world).await;
    let work = move |conn: &mut Conn| {
        let kept = audit::checkpoints(conn)?;
        for forgery in [
            "delete from audit_checkpoints",
            // Signed anew is what nobody can without the keys.
            "update audit_checkpoints set hash = (select hash from audit_entries where audit_entries.no = audit_checkpoints.no)",
        ] {
            conn.batch_execute("savepoint turn")?;
            conn.batch_execute("update audit_entries set detail = 'x' where no = 3")?;
            rechain(conn)?;
            conn.batch_execute(forgery)?;
            assert_eq!(
                found(&audit::check(conn, &keys, &kept)?),
                Found::NotAsSigned,
                "{forgery}"
            );
            conn.batch_execute("rollback to turn; release turn")?;
        }
        let foreign = Checkpoint {
            signature: kept[0].signature.chars().rev().collect(),
            ..kept[0].clone()
        };
        assert_eq!(found(&audit::check(conn, &keys, &[foreign])?), Found::NotAsSigned);
        Ok(audit::check(conn, &keys, &kept)?)
    };
    assert_eq!(world.write(work).await, ChainCheck::Whole(ENTRIES));
}

#[actix_web::test]
async fn a_chain_that_was_written_anew_differs_between_the_last_head_that_fits_and_the_first_that_does_not() {
    let world = World::sqlite().await;
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let work = move |conn: &mut Conn| {
        let mut heads = vec![];
        for n in 0..4_u64 {
            for _ in 0..3 {
                audit::record(conn, now, Actor::System, "test.made", "thing/1", "")?;
            }
            audit::make_checkpoint(conn, &keys, day() + Days::new(n), now)?;
            heads.push(head(conn)?.0);
        }
        conn.batch_execute(UNLOCK)?;
        // Between the second head and the third.
        let changed = heads[1] + 2;
        conn.batch_execute(&format!("update audit_entries set detail = 'x' where no = {changed}"))?;
        rechain(conn)?;
        Ok((audit::check(conn, &keys, &[])?, heads))
    };
    let (found, heads) = world.write(work).await;
    let unlike = Unlike {
        day: day() + Days::new(2),
        after: heads[1],
        upto: heads[2],
    };
    assert_eq!(found, ChainCheck::NotAsSigned(unlike));
}

#[actix_web::test]
async fn the_command_and_the_page_name_the_first_broken_entry() {
    let place = Place::new("sqlite:test.db", "http://127.0.0.1:9", "", "");
    let workspace = place.world(Clock::system());
    app::prepare(&workspace).await.unwrap();
    let (keys, now) = (workspace.keys.clone(), workspace.clock.now());
    let write = move |conn: &mut Conn| Ok::<_, DbError>(chain(conn, &keys, now)?);
    workspace.db.write(write).await.unwrap();
    let kept = place.path("kept.txt");
    std::fs::write(&kept, place.must(&["audit", "checkpoints"])).unwrap();
    let verify = ["audit", "verify", "--checkpoints", kept.to_str().unwrap()];
    let whole = place.must(&verify);
    assert!(whole.contains("is whole: 16 entries"), "{whole}");
    let reach = "SIGNED up to entry 10 at the end of 2026-11-20; SEALED up to entry 16";
    assert!(whole.contains(reach), "{whole}");
    for (sql, anew, said) in [
        ("delete from audit_checkpoints", false, ""),
        (
            "update audit_entries set detail = 'x' where no = 14",
            true,
            "not the one that was sealed: after entry 10 something was changed, cut off or added without the keys",
        ),
        (
            "update audit_entries set detail = 'y' where no = 9",
            true,
            "not the one that was signed on 2026-11-20: it differs between entry 0 (the last signed head that fits) and \
             entry 10 (the first that does not)",
        ),
        (
            "update audit_entries set subject = 'z' where no = 7",
            false,
            "broken at entry 7",
        ),
    ] {
        let write = move |conn: &mut Conn| {
            conn.batch_execute(sql)?;
            if anew {
                rechain(conn)?;
            }
            Ok::<_, DbError>(())
        };
        workspace.db.write(write).await.unwrap();
        let (ok, out, err) = place.run(&verify);
        assert_eq!(ok, said.is_empty(), "{sql}: {out}{err}");
        assert!(format!("{out}{err}").contains(said), "{sql}: {out}{err}");
    }
    std::fs::write(&kept, "not a checkpoint\n").unwrap();
    assert!(!place.run(&verify).0, "a file that is none is no proof");
    // The same at the console.
    let world = World::with_console().await;
    let mut auditor = Desk::open(&world, "a1", &[Role::Auditor]).await;
    let keys = world.workspace.keys.clone();
    world.write(move |conn| Ok(chain(conn, &keys, now)?)).await;
    auditor
        .ask_for(&world, "/audit/checks", &[])
        .await
        .expect("つながっています")
        .expect("2026-11-20 10 ")
        .expect("第17番まで、鍵で封をしています")
        .expect("署名した控えがあるのは、2026-11-20の第10番までです");
    let write = |conn: &mut Conn| {
        conn.batch_execute("update audit_entries set detail = 'x' where no = 15")?;
        Ok(rechain(conn)?)
    };
    world.write(write).await;
    let page = auditor.ask_for(&world, "/audit/checks", &[]).await;
    page.expect("第10番より後の記録が、封をしたときとちがいます");
    assert!(!page.has("鍵で封をしています"), "nothing vouches for it any more");
    for (sql, said) in [
        (
            "update audit_entries set detail = 'x' where no = 4",
            "第4番で、つながりが切れています",
        ),
        (
            "delete from audit_entries where no = 2",
            "第2番で、つながりが切れています",
        ),
    ] {
        world.write(move |conn| Ok(conn.batch_execute(sql)?)).await;
        auditor.ask_for(&world, "/audit/checks", &[]).await.expect(said);
    }
    world.write(|conn| Ok(rechain(conn)?)).await;
    auditor
        .ask_for(&world, "/audit/checks", &[])
        .await
        .expect("署名した控えと、いまの記録がちがいます")
        .expect("第0番（合っている最後の控え）と第10番（この控え）の間");
}
