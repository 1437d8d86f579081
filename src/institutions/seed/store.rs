use super::{BranchRow, InstitutionRow, TownRow};
use crate::{
    db::{Conn, Portable, holidays, institutions, postal_codes},
    institutions::store::{Branch, put_branch},
};
use chrono::NaiveDate;
use diesel::prelude::*;

pub fn has_institutions(conn: &mut Conn) -> QueryResult<bool> {
    Ok(institutions::table.count().get_result::<i64>(conn)? > 0)
}

pub fn put_institution(conn: &mut Conn, row: &InstitutionRow, position: usize) -> QueryResult<()> {
    let position = i32::try_from(position).unwrap_or(i32::MAX);
    let values = (
        institutions::name.eq(&row.name),
        institutions::kana.eq(&row.kana),
        institutions::kind.eq(&row.kind),
        institutions::affiliation.eq(&row.affiliation),
        institutions::position.eq(position),
    );
    let known = diesel::update(institutions::table.find(&row.code))
        .set(values)
        .execute(conn)?;
    if known == 0 {
        diesel::insert_into(institutions::table)
            .values((institutions::code.eq(&row.code), values))
            .execute(conn)?;
    }
    Ok(())
}

pub fn put_branches(conn: &mut Conn, rows: Vec<BranchRow>) -> QueryResult<()> {
    for row in rows {
        let branch = Branch {
            code: row.branch_code,
            name: row.name,
            kana: row.kana,
        };
        put_branch(conn, &row.institution_code, &branch, None)?;
    }
    Ok(())
}

pub fn put_towns(conn: &mut Conn, rows: &[TownRow]) -> QueryResult<()> {
    for row in rows {
        let insert = diesel::insert_into(postal_codes::table)
            .values((
                postal_codes::postal_code.eq(&row.postal_code),
                postal_codes::prefecture.eq(&row.prefecture),
                postal_codes::city.eq(&row.city),
                postal_codes::town.eq(&row.town),
            ))
            .on_conflict((postal_codes::postal_code, postal_codes::city, postal_codes::town))
            .do_nothing();
        Portable(insert).execute(conn)?;
    }
    Ok(())
}

pub fn put_holiday(conn: &mut Conn, day: NaiveDate, name: &str) -> QueryResult<()> {
    let insert = diesel::insert_into(holidays::table)
        .values((holidays::day.eq(day), holidays::name.eq(name)))
        .on_conflict(holidays::day)
        .do_nothing();
    Portable(insert).execute(conn).map(drop)
}
