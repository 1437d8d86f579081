//! The tables of the institutions: names and branches here, what staff change of them in `directory`, closed times and
//! the switch in `closed`.
mod closed;
mod directory;

pub use closed::{
    add_closure, add_mode, add_rule, calendar, calendar_over, closures, current_mode, end_rule, holiday_names,
    last_holiday, rules, service_stops, withdraw_closure,
};
pub use directory::{add, branches_in_service, every, leaving, reinstate, rename, retire};

use crate::{
    db::{Conn, branches, institutions, postal_codes, text_enum},
    japan::kana,
};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

text_enum! {
    /// The kind of institution; it groups them on the page.
    pub enum Kind {
        Bank = "bank",
        Shinkin = "shinkin",
        Rokin = "rokin",
        Shinkumi = "shinkumi",
        Nokyo = "nokyo",
        Yucho = "yucho",
    }
}

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = institutions)]
pub struct Institution {
    /// 4 digits.
    pub code: String,
    pub name: String,
    pub kana: String,
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// From this day in Japan on it can be chosen no more.
    pub retired_on: Option<NaiveDate>,
    /// What citizens read as the reason.
    pub retired_reason: Option<String>,
    /// Who takes its place.
    pub successor_code: Option<String>,
}

impl Kind {
    /// Its group on the page.
    pub fn group(self) -> &'static str {
        match self {
            Kind::Bank => "銀行",
            Kind::Shinkin | Kind::Rokin | Kind::Shinkumi => "信用金庫・労働金庫・信用組合",
            Kind::Nokyo => "農業協同組合（JA）",
            Kind::Yucho => "ゆうちょ銀行",
        }
    }
    pub fn label(self) -> &'static str {
        match self {
            Kind::Shinkin => "信用金庫",
            Kind::Rokin => "労働金庫",
            Kind::Shinkumi => "信用組合",
            Kind::Bank | Kind::Nokyo | Kind::Yucho => self.group(),
        }
    }
}

impl Institution {
    /// Its group on the page.
    pub fn group(&self) -> &'static str {
        self.kind.group()
    }
    /// It cannot be chosen on this day any more.
    pub fn is_over(&self, today: NaiveDate) -> bool {
        self.retired_on.is_some_and(|day| day <= today)
    }
    /// Its account is asked for in passbook shape (記号・番号).
    pub fn is_yucho(&self) -> bool {
        self.kind == Kind::Yucho
    }
}

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = branches)]
pub struct Branch {
    /// 3 digits, unique inside the institution.
    pub code: String,
    pub name: String,
    pub kana: String,
}

#[derive(Clone, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = postal_codes)]
pub struct Town {
    pub city: String,
    pub town: String,
}

/// The institutions in service on a day, in the bureau's order.
pub fn all(conn: &mut Conn, today: NaiveDate) -> QueryResult<Vec<Institution>> {
    Institution::query()
        .filter(
            institutions::retired_on
                .is_null()
                .or(institutions::retired_on.gt(today)),
        )
        .order(institutions::position)
        .load(conn)
}

/// One institution, if it is in service on a day.
pub fn in_service(conn: &mut Conn, code: &str, today: NaiveDate) -> QueryResult<Option<Institution>> {
    Institution::query()
        .filter(institutions::code.eq(code))
        .filter(
            institutions::retired_on
                .is_null()
                .or(institutions::retired_on.gt(today)),
        )
        .first(conn)
        .optional()
}

/// One institution, retired or not: an old application still names it.
pub fn find(conn: &mut Conn, code: &str) -> QueryResult<Option<Institution>> {
    Institution::query()
        .filter(institutions::code.eq(code))
        .first(conn)
        .optional()
}

/// Branches whose name, reading or code fits what was typed; and how many there are in all.
pub fn search_branches(
    conn: &mut Conn,
    institution: &str,
    typed: &str,
    today: NaiveDate,
    most: i64,
) -> QueryResult<(Vec<Branch>, i64)> {
    let folded = kana::fold(typed);
    let without_suffix = folded.trim_end_matches("支店").trim_end_matches("シテン");
    let pattern = format!("%{}%", without_suffix.replace(['%', '_', '\\'], ""));
    let fits = branches::institution_code
        .eq(institution.to_owned())
        .and(branches::search_key.like(pattern))
        .and(branches::valid_from.is_null().or(branches::valid_from.le(today)))
        .and(branches::retired_on.is_null().or(branches::retired_on.gt(today)));
    let count = branches::table.filter(fits.clone()).count().get_result(conn)?;
    let list = Branch::query()
        .filter(fits)
        .order(branches::code)
        .limit(most)
        .load(conn)?;
    Ok((list, count))
}

/// The codes of all institutions, retired or not.
pub fn codes(conn: &mut Conn) -> QueryResult<BTreeSet<String>> {
    let codes: Vec<String> = institutions::table.select(institutions::code).load(conn)?;
    Ok(codes.into_iter().collect())
}

/// The branches of an institution that are not retired, by their code.
pub fn all_branches(conn: &mut Conn, institution: &str) -> QueryResult<BTreeMap<String, Branch>> {
    let list: Vec<Branch> = Branch::query()
        .filter(branches::institution_code.eq(institution))
        .filter(branches::retired_on.is_null())
        .load(conn)?;
    Ok(list.into_iter().map(|branch| (branch.code.clone(), branch)).collect())
}

/// Writes a branch; one that is there gets the name and is in service again. A new one and one that returns begin on
/// `valid_from`.
pub fn put_branch(
    conn: &mut Conn,
    institution: &str,
    branch: &Branch,
    valid_from: Option<NaiveDate>,
) -> QueryResult<()> {
    let fold = kana::fold;
    let values = (
        branches::name.eq(&branch.name),
        branches::kana.eq(&branch.kana),
        branches::search_key.eq(format!("{} {} {}", fold(&branch.name), fold(&branch.kana), branch.code)),
        branches::retired_on.eq(None::<NaiveDate>),
    );
    let known: Option<(Option<NaiveDate>, Option<NaiveDate>)> = branches::table
        .find((institution, &branch.code))
        .select((branches::valid_from, branches::retired_on))
        .first(conn)
        .optional()?;
    if let Some((began, retired)) = known {
        let begins = branches::valid_from.eq(beginning(began, retired, valid_from));
        return diesel::update(branches::table.find((institution, &branch.code)))
            .set((values, begins))
            .execute(conn)
            .map(drop);
    }
    let key = (
        branches::institution_code.eq(institution),
        branches::code.eq(&branch.code),
        branches::valid_from.eq(valid_from),
    );
    diesel::insert_into(branches::table)
        .values((key, values))
        .execute(conn)
        .map(drop)
}

/// When a branch begins that is there already: one that retired before its new day begins anew, one that has not
/// retired by then goes on.
fn beginning(began: Option<NaiveDate>, retired: Option<NaiveDate>, day: Option<NaiveDate>) -> Option<NaiveDate> {
    match (retired, day) {
        (Some(retired), Some(day)) if retired < day => Some(day),
        (Some(_), Some(day)) => began.map(|began| began.min(day)),
        _ => began,
    }
}

/// The day on which a branch that can be chosen, today or later, retires.
pub fn branch_leaves(
    conn: &mut Conn,
    institution: &str,
    code: &str,
    today: NaiveDate,
) -> QueryResult<Option<NaiveDate>> {
    let day: Option<Option<NaiveDate>> = branches::table
        .find((institution, code))
        .filter(branches::retired_on.gt(today))
        .filter(
            branches::valid_from
                .is_null()
                .or(branches::valid_from.lt(branches::retired_on)),
        )
        .select(branches::retired_on)
        .first(conn)
        .optional()?;
    Ok(day.flatten())
}

/// From a day on the branch can be chosen no more.
pub fn retire_branch(conn: &mut Conn, institution: &str, code: &str, day: NaiveDate) -> QueryResult<()> {
    diesel::update(branches::table.find((institution, code)))
        .set(branches::retired_on.eq(day))
        .execute(conn)
        .map(drop)
}

/// One branch, if it is in service on a day.
pub fn branch_in_service(
    conn: &mut Conn,
    institution: &str,
    code: &str,
    today: NaiveDate,
) -> QueryResult<Option<Branch>> {
    Branch::query()
        .filter(branches::institution_code.eq(institution).and(branches::code.eq(code)))
        .filter(branches::valid_from.is_null().or(branches::valid_from.le(today)))
        .filter(branches::retired_on.is_null().or(branches::retired_on.gt(today)))
        .first(conn)
        .optional()
}

/// One branch, retired or not: an old application still names it.
pub fn branch(conn: &mut Conn, institution: &str, code: &str) -> QueryResult<Option<Branch>> {
    Branch::query()
        .filter(branches::institution_code.eq(institution).and(branches::code.eq(code)))
        .first(conn)
        .optional()
}

/// The towns of a postal code (7 digits).
pub fn towns_of(conn: &mut Conn, postal_code: &str) -> QueryResult<Vec<Town>> {
    Town::query()
        .filter(postal_codes::postal_code.eq(postal_code))
        .order((postal_codes::city, postal_codes::town))
        .load(conn)
}

/// A town with its postal code.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery)]
#[diesel(table_name = postal_codes)]
pub struct Place {
    pub postal_code: String,
    pub city: String,
    pub town: String,
}

/// The towns of a city, wards and all, in a fixed order; of every city where the table does not know it.
pub fn places_of(conn: &mut Conn, city: &str) -> QueryResult<Vec<Place>> {
    let order = (postal_codes::postal_code, postal_codes::city, postal_codes::town);
    let own: Vec<Place> = Place::query()
        .filter(postal_codes::city.like(format!("{city}%")))
        .filter(postal_codes::town.ne(""))
        .order(order)
        .load(conn)?;
    if !own.is_empty() {
        return Ok(own);
    }
    Place::query().filter(postal_codes::town.ne("")).order(order).load(conn)
}
