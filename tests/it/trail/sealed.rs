//! After the newest checkpoint, too, nothing is changed, cut off, turned round or added without the keys (S7).
use super::tampering::{ENTRIES, SIGNED, chained, day, rechain};
use crate::harness::World;
use diesel::{
    QueryResult, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{BigInt, Text},
};
use mizumado::{
    audit::{self, Actor, ChainCheck, HeadSeal, Unlike},
    clock::Clock,
    crypto::KeyRing,
    db::{Around, Conn, DbError},
};

/// What stands in the row of the head.
#[derive(Clone, QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    no: i64,
    #[diesel(sql_type = Text)]
    hash: String,
    #[diesel(sql_type = Text)]
    seal: String,
}

fn row(conn: &mut Conn) -> QueryResult<Row> {
    diesel::sql_query("select no, hash, seal from audit_head").get_result(conn)
}

fn add(conn: &mut Conn, clock: &Clock, many: i64) -> QueryResult<()> {
    for n in 0..many {
        audit::record(conn, clock.now(), Actor::System, "test.made", &format!("thing/{n}"), "")?;
    }
    Ok(())
}

/// Entries in a write of their own.
async fn written(world: &World, many: i64) {
    let clock = world.workspace.clock.clone();
    world.write(move |conn| Ok(add(conn, &clock, many)?)).await;
}

async fn check(world: &World) -> ChainCheck {
    let keys = world.workspace.keys.clone();
    world.write(move |conn| Ok(audit::check(conn, &keys, &[])?)).await
}

/// What somebody does to the chain without the keys, and from where on that shows.
fn deeds(no: i64) -> Vec<(String, i64)> {
    let other = if no == ENTRIES { SIGNED + 1 } else { no + 1 };
    vec![
        (format!("delete from audit_entries where no >= {no}"), SIGNED),
        (format!("delete from audit_entries where no = {no}"), SIGNED),
        (
            format!("update audit_entries set actor = 'system/x' where no = {no}"),
            SIGNED,
        ),
        (
            format!(
                "update audit_entries set no = 1000 where no = {no}; update audit_entries set no = {no} \
                 where no = {other}; update audit_entries set no = {other} where no = 1000"
            ),
            SIGNED,
        ),
        (
            format!(
                "insert into audit_entries select {ENTRIES} + 1, at, actor, action, subject, detail, previous_hash, \
                 'x' from audit_entries where no = {no}"
            ),
            ENTRIES,
        ),
    ]
}

/// What somebody may do to the seal besides.
const SEALS: [&str; 4] = [
    "select 1",
    "update audit_head set seal = ''",
    "update audit_head set seal = replace(seal, ' 16 ', ' ' || no || ' ')",
    "update audit_head set seal = 'x'",
];

fn tampered(conn: &mut Conn, keys: &KeyRing, (deed, after): (&str, i64), seal: &str) -> QueryResult<()> {
    conn.batch_execute("savepoint turn")?;
    conn.batch_execute(deed)?;
    rechain(conn)?;
    conn.batch_execute(seal)?;
    let is_kept = seal == "select 1";
    let expected = ChainCheck::NotAsSealed {
        after: if is_kept { after } else { SIGNED },
    };
    assert_eq!(audit::check(conn, keys, &[])?, expected, "{deed}; {seal}");
    conn.batch_execute("rollback to turn; release turn")
}

#[actix_web::test]
async fn the_tail_is_not_rewritten_or_cut_without_the_keys() {
    let world = World::sqlite().await;
    let keys = chained(&world).await;
    let work = move |conn: &mut Conn| {
        for no in SIGNED + 1..=ENTRIES {
            for (deed, after) in deeds(no) {
                for seal in SEALS {
                    tampered(conn, &keys, (&deed, after), seal)?;
                }
            }
        }
        Ok(())
    };
    world.write(work).await;
    assert_eq!(check(&world).await, ChainCheck::Whole(ENTRIES));
}

#[actix_web::test]
async fn what_is_written_after_a_cut_does_not_heal_it() {
    for (deed, after) in deeds(ENTRIES - 2) {
        let world = World::sqlite().await;
        chained(&world).await;
        let sql = deed.clone();
        let tamper = move |conn: &mut Conn| {
            conn.batch_execute(&sql)?;
            Ok(rechain(conn)?)
        };
        world.write(tamper).await;
        // Past the number that was sealed, in several writes.
        for _ in 0..3 {
            written(&world, 2).await;
            assert_eq!(check(&world).await, ChainCheck::NotAsSealed { after }, "{deed}");
        }
        let verify = world.write(|conn| Ok(audit::verify(conn)?)).await;
        assert!(
            matches!(verify, ChainCheck::Whole(_)),
            "the chain alone tells nothing: {verify:?}"
        );
    }
}

#[actix_web::test]
async fn every_write_seals_the_head_that_it_leaves() {
    for world in World::all().await {
        for many in [1, 0, 3] {
            written(&world, many).await;
            let row = world.write(|conn| Ok(row(conn)?)).await;
            assert_eq!(row.seal.split(' ').nth(1), Some(row.no.to_string().as_str()));
            assert_eq!(check(&world).await, ChainCheck::Whole(row.no));
        }
        let before = world.write(|conn| Ok(row(conn)?)).await;
        let clock = world.workspace.clock.clone();
        let failing = move |conn: &mut Conn| {
            add(conn, &clock, 2)?;
            Err::<(), DbError>(DbError::Busy)
        };
        let (failed, (), ()) = futures_util::future::join3(
            world.workspace.db.write(failing),
            written(&world, 1),
            written(&world, 2),
        )
        .await;
        assert!(failed.is_err());
        let row = world.write(|conn| Ok(row(conn)?)).await;
        assert_eq!(row.no, before.no + 3, "what failed left no entry");
        assert_eq!(check(&world).await, ChainCheck::Whole(row.no));
        assert_ne!(before.seal, row.seal);
    }
}

#[actix_web::test]
async fn an_older_copy_that_is_put_back_shows_against_a_later_line_of_the_log() {
    let world = World::sqlite().await;
    let keys = chained(&world).await;
    let old = world.write(|conn| Ok(row(conn)?)).await;
    written(&world, 2).await;
    let work = move |conn: &mut Conn| {
        let line = audit::signed_head(conn, &keys, day())?.line();
        conn.batch_execute(&format!(
            "delete from audit_entries where no > {no}; update audit_head set no = {no}, hash = '{}', seal = '{}'",
            old.hash,
            old.seal,
            no = old.no
        ))?;
        let alone = audit::check(conn, &keys, &[])?;
        let kept = audit::Checkpoint::read(&line).unwrap();
        Ok((alone, audit::check(conn, &keys, &[kept])?))
    };
    let (alone, with_line) = world.write(work).await;
    assert_eq!(
        alone,
        ChainCheck::Whole(ENTRIES),
        "what the database itself cannot tell"
    );
    let unlike = Unlike {
        day: day(),
        after: SIGNED,
        upto: ENTRIES + 2,
    };
    assert_eq!(with_line, ChainCheck::NotAsSigned(unlike));
}

#[actix_web::test]
async fn a_database_of_before_the_seal_gets_one_and_says_since_when() {
    for world in World::all().await {
        written(&world, 4).await;
        let keys = world.workspace.keys.clone();
        let work = move |conn: &mut Conn| {
            conn.batch_execute("update audit_head set seal = ''")?;
            let last = row(conn)?.no;
            let bare = (audit::check(conn, &keys, &[])?, audit::check_copy(conn, &keys)?);
            HeadSeal::new(&keys).opened(conn)?;
            Ok((last, bare, audit::check(conn, &keys, &[])?))
        };
        let (last, bare, after) = world.write(work).await;
        let missing = ChainCheck::NotAsSealed { after: 0 };
        assert_eq!(
            bare,
            (missing, ChainCheck::Whole(last)),
            "a backup may be older, what runs may not"
        );
        assert_eq!(after, ChainCheck::Whole(last));
        written(&world, 1).await;
        let keys = world.workspace.keys.clone();
        let vouched = world.write(move |conn| Ok(audit::vouched(conn, &keys)?)).await;
        assert_eq!((vouched.since, vouched.sealed), (last, last + 1));
        // A seal of other keys is none.
        let others = KeyRing::parse(&KeyRing::generate("demo")).unwrap();
        let strange = world.write(move |conn| Ok(audit::check(conn, &others, &[])?)).await;
        assert_eq!(strange, ChainCheck::NotAsSealed { after: 0 });
    }
}

#[actix_web::test]
async fn an_end_that_somebody_looked_into_is_sealed_anew_and_says_since_when() {
    for world in World::all().await {
        written(&world, 5).await;
        world
            .write(|conn| Ok(conn.batch_execute("update audit_head set seal = '0 1 00'")?))
            .await;
        written(&world, 1).await;
        assert!(matches!(check(&world).await, ChainCheck::NotAsSealed { .. }));
        let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
        let keys_of = keys.clone();
        world
            .write(move |conn| Ok(audit::reseal(conn, &keys_of, Actor::OperatorFor("staff/x"), now)?))
            .await;
        written(&world, 1).await;
        let ChainCheck::Whole(count) = check(&world).await else {
            panic!("it is sealed again")
        };
        let vouched = world.write(move |conn| Ok(audit::vouched(conn, &keys)?)).await;
        assert_eq!((vouched.since, vouched.sealed), (count - 1, count));
    }
}
