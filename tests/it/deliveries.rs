//! The deliveries: every result exactly once, files that never change, each download by name.
mod crash;
mod cut;
mod death;
mod empty;
mod files;
mod outbox;
mod walk;

use crate::harness::World;
use base64::{Engine, engine::general_purpose::STANDARD};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Integer, Nullable, Text},
};
use mizumado::{
    crypto::{KeyRing, Place},
    db::{Conn, DbError},
    japan::cp932,
};

#[derive(Debug, QueryableByName)]
struct Delivery {
    #[diesel(sql_type = BigInt)]
    no: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    reissue_of: Option<i64>,
    #[diesel(sql_type = Text)]
    content: String,
    #[diesel(sql_type = BigInt)]
    row_count: i64,
}

/// One result in a delivery, with the state that it led to.
#[derive(Debug, QueryableByName)]
struct Item {
    #[diesel(sql_type = Text)]
    application_id: String,
    #[diesel(sql_type = Text)]
    receipt_number: String,
    #[diesel(sql_type = Integer)]
    event_no: i32,
    #[diesel(sql_type = Text)]
    to_state: String,
    #[diesel(sql_type = BigInt)]
    delivery_no: i64,
    #[diesel(sql_type = Integer)]
    position: i32,
    #[diesel(sql_type = Text)]
    kind: String,
}

const DELIVERIES: &str = "select no, reissue_of, content, row_count from deliveries order by no";
const ITEMS: &str = "select i.application_id, a.receipt_number, i.event_no, e.to_state, i.delivery_no, i.position, i.kind \
                     from delivery_items i join applications a on a.id = i.application_id \
                     join application_events e on e.application_id = i.application_id and e.no = i.event_no \
                     order by i.delivery_no, i.position, i.event_no";

async fn deliveries(world: &World) -> Vec<Delivery> {
    let read = |conn: &mut Conn| diesel::sql_query(DELIVERIES).load(conn).map_err(DbError::from);
    world.workspace.db.read(read).await.unwrap()
}

async fn items(world: &World) -> Vec<Item> {
    let read = |conn: &mut Conn| diesel::sql_query(ITEMS).load(conn).map_err(DbError::from);
    world.workspace.db.read(read).await.unwrap()
}

impl Delivery {
    /// The file, opened with the keys.
    fn bytes(&self, keys: &KeyRing) -> Vec<u8> {
        let place = Place {
            table: "deliveries",
            row: &self.no.to_string(),
            field: "content",
        };
        STANDARD.decode(keys.open(place, &self.content).unwrap()).unwrap()
    }
    /// Receipt number and label of every row; of the layout that ships.
    fn rows(&self, keys: &KeyRing) -> Vec<(String, String)> {
        let text = cp932::decode(&self.bytes(keys)).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|h| h == name).unwrap();
        let (receipt, label) = (at("受付番号"), at("結果名称"));
        let rows = reader.into_records().map(Result::unwrap);
        rows.map(|r| (r[receipt].replace('-', ""), r[label].to_owned()))
            .collect()
    }
}

/// Receipt number and label of every row of every file, in the order of the files.
pub async fn delivered_rows(world: &World) -> Vec<(String, String)> {
    let files = deliveries(world).await;
    files.iter().flat_map(|file| file.rows(&world.workspace.keys)).collect()
}

/// Writes a version of the layout that counts from a day on.
async fn add_layout(world: &World, id: &'static str, state: &'static str, from: (&'static str, &'static str)) {
    let (text, other) = from;
    let body = include_str!("../../config/layouts/standard-19.toml");
    assert!(body.contains(text));
    let body = body.replace(text, other).replace('\'', "''");
    let sql = format!(
        "insert into layout_versions (id, version, body, effective_from, state, made_by, made_at, note) \
         select '{id}', max(version) + 1, '{body}', '2026-01-01', '{state}', 'staff/x', '2026-01-01 00:00:00', '' \
         from layout_versions"
    );
    world.write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)).await;
}
