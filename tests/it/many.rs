//! A bureau with many applications: of two years, in every state, heavy as real ones, found by name.
mod bare;

use crate::{
    harness::World,
    rows::{self, Row},
};
use bare::Bare;
use chrono::{Duration, NaiveDateTime};
use diesel::connection::SimpleConnection;
use mizumado::{crypto::KeyRing, db::Conn, enrolment::states::Registration, web::Error};

const YEARS: i64 = 2 * 365 * 24 * 3600;

/// Kanji and kana; each is as frequent as the others, so that each has many hits.
const FAMILIES: [(&str, &str); 20] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡邉", "ワタナベ"),
    ("伊藤", "イトウ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("𠮷田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("星野", "ホシノ"),
    ("長谷川", "ハセガワ"),
    ("五十嵐", "イガラシ"),
    ("髙﨑", "タカサキ"),
    ("水口", "ミズグチ"),
    ("丸山", "マルヤマ"),
    ("関", "セキ"),
];
const GIVEN: [(&str, &str); 10] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("誠", "マコト"),
    ("陽子", "ヨウコ"),
    ("健", "ケン"),
    ("美咲", "ミサキ"),
    ("大輔", "ダイスケ"),
    ("恵", "メグミ"),
    ("翔", "ショウ"),
    ("節子", "セツコ"),
];
/// One in a thousand.
pub const RARE: (&str, &str) = ("鬼龍院", "キリュウイン");
/// Prime, so that names go together with every state, institution and day.
const NAMES: usize = 1009;

const ANSWERS: [(&str, &str); 16] = [
    ("family_kana", "サトウ"),
    ("given_kana", "タロウ"),
    ("name_changed", "no"),
    ("name_style", "split"),
    ("application_kind", "new"),
    ("customer_number", "0123456789"),
    ("postal_code", "9400062"),
    ("town", "長岡市大手通"),
    ("block", "1-4-10"),
    ("building", "水窓ハイツ203"),
    ("phone_mobile", "09000005678"),
    ("relation", "self"),
    ("branch", "020"),
    ("account_number", "1234567"),
    ("deposit_type", "1"),
    ("holder", "same"),
];

fn name(no: usize) -> [(&'static str, &'static str); 2] {
    let family = if no == 0 { RARE } else { FAMILIES[no % FAMILIES.len()] };
    [family, GIVEN[no / FAMILIES.len() % GIVEN.len()]]
}

/// Family and given name of the `n`th, in kana.
pub fn kana(n: usize) -> [&'static str; 2] {
    name(n % NAMES).map(|word| word.1)
}

/// The `n`th of `count`, the newest first.
pub fn row(n: usize, count: usize, now: NaiveDateTime) -> Row {
    let [family, given] = name(n % NAMES);
    Row {
        institution: ["0140", "9900", "5666", "0140"][n / 10 % 4],
        name: (family.0.into(), given.0.into()),
        more: &ANSWERS,
        ..Row::new(n, now - Duration::milliseconds(YEARS * 1000 / count as i64 * n as i64))
    }
}

/// So many applications, by set-based edges, and a name for each; the same statements on both engines. Statistics as
/// PostgreSQL keeps them by itself, and none on SQLite, where nobody asks for them. Gives the moment that the rows count
/// back from.
pub async fn fill(world: &World, count: usize) -> NaiveDateTime {
    let (keys, now) = (world.workspace.keys.clone(), world.workspace.clock.now());
    let write = move |conn: &mut Conn| {
        let all: Vec<Row> = (0..count).map(|n| row(n, count, now)).collect();
        let bare = Bare::begin(conn)?;
        rows::draft(conn, &keys, &all)?;
        bare.set_answers_aside(conn)?;
        rows::confirm_drafts(conn)?;
        move_on(conn)?;
        names(conn, &keys)?;
        Ok(bare.end(conn)?)
    };
    world.write(write).await;
    settle(world).await;
    now
}

/// What a bureau's database has behind it. What SQLite wrote stands in its log until somebody takes it in: each page of
/// gigabytes would be looked for there again and again. PostgreSQL looks up in the table what an index could answer, until
/// its autovacuum has passed.
async fn settle(world: &World) {
    let settle = |conn: &mut Conn| match conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute("pragma wal_checkpoint(truncate)"),
        Conn::Postgres(postgres) => postgres.batch_execute("vacuum (analyze)"),
    };
    let read = move |conn: &mut Conn| Ok::<_, Error>(settle(conn)?);
    world.workspace.db.read(read).await.unwrap();
}

fn move_on(conn: &mut Conn) -> Result<(), Error> {
    use Registration::{AtInstitution, Cancelled, Checking, Expired, Registered, Rejected, Unknown};
    let after = "confirmed_at";
    let digit = |digits: &str| format!("terms_hash = 'rows' and substr(id, 26) in ({digits})");
    let many = "'1', '2', '3', '4', '5', '6', '7', '8', '9'";
    let early = format!("substr(id, 25) = '77' and {}", digit("'7'"));
    rows::advance_all(conn, &early, Expired, after)?;
    let of = |digits, from: &str| format!("{} and state = '{from}'", digit(digits));
    rows::advance_all(conn, &of(many, "confirmed"), AtInstitution, after)?;
    rows::advance_all(conn, &of(many, "at_institution"), Checking, after)?;
    rows::advance_all(conn, &of("'1', '2', '3', '4', '5', '6'", "checking"), Registered, after)?;
    rows::advance_all(conn, &of("'7', '8'", "checking"), Rejected, after)?;
    // Nothing but the newest stays unknown or under way.
    let old = "confirmed_at < (select max(confirmed_at) from applications a where a.id like '%00199')";
    rows::advance_all(conn, &format!("{} and {old}", of("'9'", "checking")), Cancelled, after)?;
    rows::advance_all(conn, &format!("{} and {old}", of("'0'", "confirmed")), Expired, after)?;
    rows::advance_all(conn, &of("'9'", "checking"), Unknown, after)?;
    Ok(())
}

fn names(conn: &mut Conn, keys: &KeyRing) -> Result<(), Error> {
    let kana = (0..NAMES).map(|no| name(no).map(|word| word.1).join("　"));
    let which = format!("cast(substr(a.id, 4) as bigint) % {NAMES}");
    Ok(rows::name_all(conn, keys, &kana.collect::<Vec<_>>(), &which)?)
}
