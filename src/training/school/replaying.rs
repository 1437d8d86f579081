//! Busy days replayed at a desk: invented people come when people come, and the clock goes along.
use super::School;
use crate::{
    clock::jst,
    training::{
        class::{Class, DeskKept, ReplayState, Replaying},
        clockwork::{self, Speed},
        desk::Desk,
        people::People,
        sample,
    },
    web::Error,
};
use chrono::{Datelike, Duration, NaiveDateTime, Timelike, Weekday};

/// What is replayed at a desk.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    pub days: u32,
    pub a_day: u32,
    pub speed: Speed,
    /// Another brings other people.
    pub seed: u64,
}

/// How many come in each hour of the day (JST), next to one another: few at night, most after supper.
const HOURS: [u32; 24] = [
    1, 1, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 10, 8, 7, 7, 8, 9, 10, 13, 15, 14, 9, 4,
];
/// One question for so many applications.
const QUESTION: usize = 8;
/// So many in a row that could not apply, and the replay gives up: one alone may have met a stop.
const MISSES: u32 = 3;

/// Of a hundred that come on another day.
fn share(day: Weekday) -> u32 {
    match day {
        Weekday::Sun => 50,
        Weekday::Sat => 75,
        _ => 100,
    }
}

/// When people come in the 24 hours from `begins` (UTC), in order: `a_day` on a working day.
fn moments(people: &mut People, begins: NaiveDateTime, a_day: u32) -> Vec<NaiveDateTime> {
    let starts: Vec<NaiveDateTime> = (0..24).map(|n| begins + Duration::hours(n)).collect();
    let weight = |at: &NaiveDateTime| {
        let local = jst(*at);
        HOURS[local.hour() as usize] * share(local.weekday())
    };
    let weights: Vec<u32> = starts.iter().map(weight).collect();
    let (sum, whole) = (weights.iter().sum::<u32>(), HOURS.iter().sum::<u32>() * 100);
    let count = (a_day * sum).div_ceil(whole).max(1);
    let mut all: Vec<NaiveDateTime> = (0..count)
        .map(|_| {
            let mut left = people.pick(sum as usize) as u32;
            let hour = weights.iter().position(|weight| {
                let is_here = left < *weight;
                left = left.saturating_sub(*weight);
                is_here
            });
            starts[hour.unwrap_or(0)] + Duration::seconds(people.pick(3600) as i64)
        })
        .collect();
    all.sort();
    all
}

/// What is watched goes in small steps.
async fn pass(desk: &Desk, until: NaiveDateTime, speed: Speed) -> Result<(), Error> {
    match speed {
        Speed::Fast => clockwork::stride(desk, until).await,
        Speed::Slow | Speed::Usual => clockwork::advance(desk, until).await,
    }
}

fn kept<'a>(class: &'a mut Class, desk: &Desk) -> Option<&'a mut DeskKept> {
    let mut desks = class.desks.iter_mut();
    desks.find(|kept| kept.id == desk.id && kept.generation == desk.generation)
}

impl School {
    /// Writes down that a replay begins at a desk; gives its number. One that runs there already is a conflict.
    pub async fn begin_replay(&self, class: &str, desk_id: &str, days: u32, by: &str) -> Result<u32, Error> {
        let desk = self.desk(desk_id).ok_or(Error::NotFound)?;
        let (now, until) = (self.now(), desk.workspace.clock.now() + Duration::days(i64::from(days)));
        self.change(class, |class| {
            let kept = kept(class, &desk).ok_or(Error::NotFound)?;
            let before = kept.replay.as_ref();
            if before.is_some_and(|replay| replay.state == ReplayState::Running) {
                return Err(Error::Conflict);
            }
            let (no, state) = (before.map_or(1, |replay| replay.no + 1), ReplayState::Running);
            kept.replay = Some(Replaying { no, until, state });
            let seats = class.seats_of(&desk.id);
            class.note(now, by, format!("{seats}で、{days}日分の申込みをまね始めました"));
            Ok(no)
        })
        .await
    }

    /// The trainer has seen enough: the replay ends after the step that it is in.
    pub async fn stop_replay(&self, class: &str, desk_id: &str, by: &str) -> Result<(), Error> {
        let now = self.now();
        self.change(class, |class| {
            let kept = class.desks.iter_mut().find(|kept| kept.id == desk_id);
            let replay = kept.ok_or(Error::NotFound)?.replay.as_mut();
            if let Some(replay) = replay.filter(|replay| replay.state == ReplayState::Running) {
                replay.state = ReplayState::Stopped;
                let seats = class.seats_of(desk_id);
                class.note(now, by, format!("{seats}で、まねるのを止めました"));
            }
            Ok(())
        })
        .await
    }

    /// After a restart nothing is replayed any more, and the class's page says so.
    pub(super) async fn interrupt_replays(&self, class: &Class) {
        let runs = |kept: &DeskKept| {
            let replay = kept.replay.as_ref();
            replay.is_some_and(|replay| replay.state == ReplayState::Running)
        };
        if class.ended_at.is_some() || !class.desks.iter().any(runs) {
            return;
        }
        let change = |class: &mut Class| {
            let replays = class.desks.iter_mut().filter_map(|kept| kept.replay.as_mut());
            replays
                .filter(|replay| replay.state == ReplayState::Running)
                .for_each(|replay| replay.state = ReplayState::Interrupted);
            Ok(())
        };
        if let Err(error) = self.change(&class.id, change).await {
            tracing::error!(class = class.id, %error, "that a replay was interrupted could not be written down");
        }
    }

    /// Replays days of invented traffic: so many applications a day, the clock going along. It ends with the desk's reset,
    /// or when the trainer stops it.
    pub async fn replay(&self, class: &str, desk_id: &str, what: Replay) -> Result<(), Error> {
        let trainer = self.class(class)?.trainer;
        let no = self.begin_replay(class, desk_id, what.days, &trainer).await?;
        self.run_replay(class, desk_id, no, what).await
    }

    /// Carries out a replay that was begun, and writes down how it ended.
    pub async fn run_replay(&self, class: &str, desk_id: &str, no: u32, what: Replay) -> Result<(), Error> {
        let desk = self.desk(desk_id).ok_or(Error::NotFound)?;
        let ran = self.run(class, &desk, no, what).await;
        // What was stopped stays so; a desk that was reset knows of none.
        if !self.goes_on(class, &desk, no) {
            return ran;
        }
        let state = if ran.is_ok() {
            ReplayState::Done
        } else {
            ReplayState::Failed
        };
        let ended = self.change(class, |class| {
            let replay = kept(class, &desk).and_then(|kept| kept.replay.as_mut());
            let own = replay.filter(|replay| replay.no == no && replay.state == ReplayState::Running);
            if let Some(replay) = own {
                replay.state = state;
            }
            Ok(())
        });
        match ended.await {
            // The class ended meanwhile.
            Err(Error::Conflict | Error::NotFound) => ran,
            ended => ran.and(ended),
        }
    }

    /// Whether a replay is to go on.
    fn goes_on(&self, class: &str, desk: &Desk, no: u32) -> bool {
        let is_it = |kept: &DeskKept| {
            let replay = kept.replay.as_ref();
            kept.generation == desk.generation
                && replay.is_some_and(|replay| replay.no == no && replay.state == ReplayState::Running)
        };
        let found = self.class(class);
        self.desk(&desk.id).is_some_and(|now| now.generation == desk.generation)
            && found.is_ok_and(|class| class.desk(&desk.id).is_some_and(is_it))
    }

    async fn run(&self, class: &str, desk: &Desk, no: u32, what: Replay) -> Result<(), Error> {
        let (mut people, towns) = (People::new(what.seed), sample::towns(&desk.workspace).await?);
        // What comes when is drawn apart, so that the people stay those of the seed.
        let (mut chance, mut misses) = (People::aside(what.seed), 0);
        for _ in 0..what.days {
            let begins = desk.workspace.clock.now();
            let moments = moments(&mut chance, begins, what.a_day);
            let pause = what.speed.pause() / u32::try_from(moments.len()).unwrap_or(1).max(1);
            for at in moments {
                tokio::time::sleep(pause).await;
                if !self.goes_on(class, desk, no) {
                    return Ok(());
                }
                pass(desk, at, what.speed).await?;
                if !self.goes_on(class, desk, no) {
                    return Ok(());
                }
                misses = match sample::one_more(desk, &mut people, &towns).await {
                    Ok(()) => 0,
                    Err(error) if misses + 1 >= MISSES => return Err(error),
                    Err(_) => misses + 1,
                };
                if chance.pick(QUESTION) == 0 {
                    sample::one_question(desk, &mut people).await?;
                }
            }
            pass(desk, begins + Duration::days(1), what.speed).await?;
            if !self.goes_on(class, desk, no) {
                return Ok(());
            }
            self.keep_clock(class, desk).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn people_come_in_the_evening_seldom_at_night_and_less_on_a_sunday() {
        let mut chance = People::new(1);
        // A Monday, midnight of Japan.
        let begins: NaiveDateTime = "2026-11-29T15:00:00".parse().unwrap();
        let (mut by_hour, mut by_day) = ([0; 24], [0; 7]);
        for day in 0..28 {
            let begins = begins + Duration::days(day);
            let all = moments(&mut chance, begins, 40);
            assert!(all.is_sorted() && all.iter().all(|at| (begins..begins + Duration::days(1)).contains(at)));
            for at in all {
                by_hour[jst(at).hour() as usize] += 1;
                by_day[jst(at).weekday().num_days_from_monday() as usize] += 1;
            }
        }
        let (night, evening): (u32, u32) = (by_hour[..6].iter().sum(), by_hour[18..22].iter().sum());
        assert!(night * 8 < evening, "{by_hour:?}");
        assert!(by_hour[20] > by_hour[9], "{by_hour:?}");
        assert_eq!((by_day[0], by_day[6]), (160, 80), "{by_day:?}");
        // However few: somebody comes each day.
        assert_eq!(moments(&mut chance, begins + Duration::days(6), 1).len(), 1);
    }
}
