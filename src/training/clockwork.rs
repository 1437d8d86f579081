//! A desk's clock: moved on in small steps, so that everything that is due on the way happens in its order.
use super::desk::Desk;
use crate::{
    clock::{jst, utc_from_jst},
    db::{Conn, DbError},
    institutions,
    web::Error,
};
use chrono::{Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime};

/// Where the clock is moved to; always ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Hour,
    /// The next business day of the bureau, 8:31: the desk has just opened.
    BusinessDay,
    /// Just after the next cut, when a file was closed.
    Cut,
    /// The first business day after the next day on which the bureau is closed.
    OverHoliday,
    /// The first business day of the next month: the papers of the month are due.
    MonthBegin,
    /// The first business day of the next year.
    OverYearEnd,
}

impl Move {
    pub const ALL: [Move; 6] = [
        Move::Hour,
        Move::BusinessDay,
        Move::Cut,
        Move::OverHoliday,
        Move::MonthBegin,
        Move::OverYearEnd,
    ];
    pub fn word(self) -> &'static str {
        match self {
            Move::Hour => "hour",
            Move::BusinessDay => "business_day",
            Move::Cut => "cut",
            Move::OverHoliday => "over_holiday",
            Move::MonthBegin => "month_begin",
            Move::OverYearEnd => "over_year_end",
        }
    }
    pub fn label(self) -> &'static str {
        match self {
            Move::Hour => "1時間",
            Move::BusinessDay => "次の営業日の8時31分まで",
            Move::Cut => "次の締めのあとまで",
            Move::OverHoliday => "次の休みの明けまで",
            Move::MonthBegin => "つぎの月の最初の営業日へ",
            Move::OverYearEnd => "年明けの最初の営業日まで",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|to| to.word() == word)
    }
}

/// How fast a replay goes: what is to be seen needs time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    Slow,
    Usual,
    Fast,
}

impl Speed {
    pub const ALL: [Speed; 3] = [Speed::Slow, Speed::Usual, Speed::Fast];
    pub fn word(self) -> &'static str {
        match self {
            Speed::Slow => "slow",
            Speed::Usual => "usual",
            Speed::Fast => "fast",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|speed| speed.word() == word)
    }
    /// Beyond what its work takes, each day that is replayed lasts so long: a month at the slowest is over in ten minutes.
    pub fn pause(self) -> std::time::Duration {
        std::time::Duration::from_secs(match self {
            Speed::Slow => 20,
            Speed::Usual => 5,
            Speed::Fast => 0,
        })
    }
}

/// Steps in which time passes at most. What comes more often has its turn once in each; what comes once a day is done at
/// its time, however far the clock is moved.
const STEP: Duration = Duration::minutes(30);
/// So long before the end of a far move the steps are short; before that they are [`STRIDE`], so that a year's end takes
/// two seconds and not ten.
const NEAR: Duration = Duration::days(2);
const STRIDE: Duration = Duration::hours(6);
/// Days that are looked at for a business day; the longest closed time of a bureau is shorter.
const FAR: u64 = 40;

fn next_month(day: NaiveDate) -> NaiveDate {
    let begins = day.with_day(1).unwrap_or(day);
    begins.checked_add_months(Months::new(1)).unwrap_or(day)
}

/// The moment (UTC) that a move leads to.
pub async fn target(desk: &Desk, to: Move) -> Result<NaiveDateTime, Error> {
    let now = desk.workspace.clock.now();
    let cut = desk.workspace.settings.deliveries.cut.clone();
    let read = move |conn: &mut Conn| {
        let calendar = institutions::calendar(conn, now).map_err(DbError::from)?;
        let local = jst(now);
        let at = |day: NaiveDate, time: NaiveTime| utc_from_jst(day.and_time(time));
        let opens = NaiveTime::from_hms_opt(8, 31, 0).unwrap_or_default();
        let first = |from: NaiveDate, time: NaiveTime| {
            let mut days = (0..FAR).map(|n| from + Days::new(n));
            let found = days.find(|day| calendar.bureau_business_day(*day) && at(*day, time) > now);
            at(found.unwrap_or(from + Days::new(1)), time)
        };
        let today = local.date();
        Ok::<_, Error>(match to {
            Move::Hour => now + Duration::hours(1),
            Move::BusinessDay => first(today, opens),
            Move::Cut => {
                let (hour, minute) = crate::config::time_of_day(&cut).unwrap_or((6, 0));
                first(today, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()) + Duration::minutes(1)
            }
            Move::OverHoliday => {
                let mut days = (1..FAR).map(|n| today + Days::new(n));
                let closed = days.find(|day| !calendar.bureau_business_day(*day));
                first(closed.unwrap_or(today), opens)
            }
            Move::MonthBegin => first(next_month(today), opens),
            Move::OverYearEnd => first(NaiveDate::from_ymd_opt(local.year() + 1, 1, 1).unwrap_or(today), opens),
        })
    };
    desk.workspace.db.read(read).await
}

/// Lets time pass until then; the work of the desk goes along.
pub async fn advance(desk: &Desk, until: NaiveDateTime) -> Result<(), Error> {
    pass(desk, until, NEAR).await
}

/// The same in long steps to its end, where nobody watches.
pub async fn stride(desk: &Desk, until: NaiveDateTime) -> Result<(), Error> {
    pass(desk, until, Duration::zero()).await
}

async fn pass(desk: &Desk, until: NaiveDateTime, near: Duration) -> Result<(), Error> {
    let _alone = desk.moving.lock().await;
    let clock = &desk.workspace.clock;
    let mut planned = clock.now();
    desk.work().await?;
    loop {
        let now = clock.now();
        let left = until - now;
        if left <= Duration::zero() {
            return Ok(());
        }
        let step = if left > near { STRIDE } else { STEP };
        // A daily time that came while the work before it was done is due now, not after the next step.
        let daily = desk.next_daily(planned).map_or(step, |at| at - now);
        clock.advance(step.min(daily).min(left).max(Duration::zero()));
        planned = clock.now();
        desk.work().await?;
    }
}
