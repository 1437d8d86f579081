//! PostgreSQL writes a million rows in minutes only where no index, key or trigger is kept up for each of them. They
//! are taken away as the catalogue names them and put back as it said them; it then holds all rows against the keys at
//! once. SQLite is quick enough without, while what it writes fits in its memory: of a log of gigabytes each page would be
//! looked for again and again.
use diesel::{QueryResult, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text};
use mizumado::db::Conn;

/// What is written here.
const TABLES: &str = "('applications'::regclass, 'application_events'::regclass, 'application_tokens'::regclass, \
                      'result_outbox'::regclass)";

/// How something is taken away, and how it is put back.
#[derive(Debug, PartialEq, QueryableByName)]
struct Piece {
    #[diesel(sql_type = Text)]
    away: String,
    #[diesel(sql_type = Text)]
    back: String,
}

/// Tables without indexes, keys and triggers, until [`Bare::end`]; on SQLite nothing.
pub struct Bare(Option<Vec<Piece>>);

impl Bare {
    /// From here on `applications` is a table of this transaction alone.
    pub fn begin(conn: &mut Conn) -> QueryResult<Self> {
        if let Conn::Sqlite(_) = conn {
            conn.batch_execute("pragma cache_size = -4000000; pragma cache_spill = off")?;
            return Ok(Self(None));
        }
        conn.batch_execute("set local work_mem = '64MB'; set local maintenance_work_mem = '256MB'")?;
        let pieces = pieces(conn)?;
        for piece in &pieces {
            conn.batch_execute(&piece.away)?;
        }
        conn.batch_execute(
            "alter table applications disable trigger user; \
             create temporary table applications (like public.applications)",
        )?;
        Ok(Self(Some(pieces)))
    }

    /// Every edge writes its applications anew: they are moved without the answers, which are most of them.
    pub fn set_answers_aside(&self, conn: &mut Conn) -> QueryResult<()> {
        match &self.0 {
            None => Ok(()),
            Some(_) => conn.batch_execute(
                "alter table pg_temp.applications rename to drafts; \
                 create temporary table applications as select id, state, event_no, terms_hash, created_at, \
                 updated_at, confirmed_at, decided_at from drafts",
            ),
        }
    }

    /// Writes the applications as they are in the end, and puts back what was taken away.
    pub fn end(self, conn: &mut Conn) -> QueryResult<()> {
        let Some(pieces) = self.0 else {
            return conn.batch_execute("pragma cache_size = -2000; pragma cache_spill = on; pragma shrink_memory");
        };
        conn.batch_execute(
            "insert into public.applications (id, receipt_number, state, event_no, rev, institution_code, answers, \
             customer_index, submit_key, terms_hash, terms_accepted_at, mail_wanted, created_at, updated_at, \
             confirmed_at, decided_at) \
             select d.id, d.receipt_number, a.state, a.event_no, d.rev, d.institution_code, d.answers, \
             d.customer_index, d.submit_key, d.terms_hash, d.terms_accepted_at, d.mail_wanted, d.created_at, \
             a.updated_at, d.confirmed_at, a.decided_at \
             from pg_temp.drafts d join pg_temp.applications a on a.id = d.id order by d.id; \
             drop table pg_temp.applications, pg_temp.drafts; \
             alter table applications enable trigger user",
        )?;
        for piece in pieces.iter().rev() {
            conn.batch_execute(&piece.back)?;
        }
        assert_eq!(
            self::pieces(conn)?,
            pieces,
            "the tables are again what the migrations made"
        );
        Ok(())
    }
}

/// Foreign keys from and to the tables, then indexes, then the keys that rows are found by.
fn pieces(conn: &mut Conn) -> QueryResult<Vec<Piece>> {
    let sql = format!(
        "select format('alter table public.%I drop constraint %I', c.relname, k.conname) as away, \
         format('alter table public.%I add constraint %I %s', c.relname, k.conname, \
         pg_get_constraintdef(k.oid)) as back, case k.contype when 'f' then 1 else 3 end as turn \
         from pg_constraint k join pg_class c on c.oid = k.conrelid \
         where k.contype = 'f' and (k.conrelid in {TABLES} or k.confrelid in {TABLES}) \
         or k.contype in ('p', 'u') and k.conrelid in {TABLES} \
         union all \
         select format('drop index public.%I', c.relname), pg_get_indexdef(i.indexrelid), 2 \
         from pg_index i join pg_class c on c.oid = i.indexrelid \
         where i.indrelid in {TABLES} and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid \
         and k.contype in ('p', 'u')) \
         order by turn, away"
    );
    diesel::sql_query(sql).load(conn)
}
