//! The school: makes classes, keeps them over a restart, and throws them away with a record.
mod ending;
mod gone;
mod learning;
mod making;
mod replaying;
mod seats;
mod working;

pub use replaying::Replay;
pub use seats::{Keeps, Seen};
pub use working::{Work, Working};

use super::{
    class::{Class, Kind, Seat},
    desk::Desk,
    exercises::{Exercise, ExerciseError, Exercises},
    keeping::Keeping,
    sample,
};
use crate::{
    clock::Clock,
    config::{Settings, Training},
    crypto::{KeyError, KeyRing},
    db::off_thread,
    jobs::{Runner, schedule::Planner},
    web::Error,
    workspace::Workspace,
};
use chrono::{NaiveDate, NaiveDateTime};
use futures_util::future::BoxFuture;
use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::{Mutex, broadcast};

/// What a school needs of the program around it: how a workspace is prepared, planned and worked for.
#[derive(Clone, Copy)]
pub struct Engine {
    pub prepare: for<'a> fn(&'a Workspace) -> BoxFuture<'a, Result<(), Error>>,
    pub planner: fn(&Workspace) -> Planner,
    pub runner: fn(&Workspace) -> Runner,
}

/// The four faces as browsers reach them, and the bank's as this process reaches it; each without a slash at the end.
#[derive(Clone, Debug)]
pub struct Addresses {
    pub console: String,
    pub public: String,
    pub bank: String,
    pub mails: String,
    pub bank_here: String,
}

/// Why the practice site does not start; each sentence names the setting and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SchoolError {
    #[error("training.folder = {path}: {cause}; name a folder that this user may write")]
    Folder { path: String, cause: io::Error },
    #[error("training.folder = {path}: its keys.toml is for {found:?}, not for a training; name another folder")]
    OtherKeys { path: String, found: String },
    #[error("training.folder = {path}: keys.toml cannot be used: {cause}")]
    Keys { path: String, cause: KeyError },
    #[error(transparent)]
    Exercises(#[from] ExerciseError),
    #[error("training.folder: {0}; move that class's folder away, or take [training] out of the settings")]
    Classes(Error),
}

/// What a trainer asks for.
#[derive(Clone, Debug)]
pub struct NewClass {
    pub title: String,
    pub kind: Kind,
    /// The day on which it takes place.
    pub day: NaiveDate,
    pub size: u32,
    pub is_shared: bool,
    pub seed: u64,
    pub exercises: Vec<String>,
    pub trainer: String,
}

/// Seats of a class at most.
pub const LARGEST: u32 = 30;
/// Characters of a name or a 職員番号.
pub const LONGEST: usize = 40;
/// Without 0 1 I O, so that a printed code can be typed.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE: usize = 6;
/// A class's first desk, from which the others are copied and to which each may be reset.
const MASTER: &str = "master";

#[derive(Clone)]
pub struct School(Arc<Inner>);

struct Inner {
    base: Settings,
    addresses: Addresses,
    keys: KeyRing,
    keeping: Keeping,
    engine: Engine,
    exercises: Exercises,
    clock: Clock,
    classes: RwLock<BTreeMap<String, Class>>,
    /// Codes of the classes whose files could not be read.
    unread: Vec<String>,
    desks: RwLock<BTreeMap<String, Desk>>,
    /// By class: what is being done at its desks.
    working: RwLock<BTreeMap<String, Working>>,
    /// The desks of the seats that somebody takes.
    taken: broadcast::Sender<String>,
    /// One change of the classes at a time, so that what is kept is what is known.
    changing: Mutex<()>,
}

fn locked<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn fail(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |cause| Error::Internal(format!("{}: {cause}", path.display()))
}

fn own_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

fn write_keys(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    io::Write::write_all(&mut file, KeyRing::generate("training").as_bytes())?;
    file.sync_all()
}

impl School {
    /// Opens the school's folder and goes on with the classes that are in it; a desk that cannot be opened is left out.
    /// `base` are the bureau's settings.
    pub async fn open(
        base: &Settings,
        training: &Training,
        addresses: Addresses,
        engine: Engine,
        clock: Clock,
    ) -> Result<Self, SchoolError> {
        let folder = training.folder.clone();
        let path = folder.display().to_string();
        let wrong = |cause| SchoolError::Folder {
            path: path.clone(),
            cause,
        };
        for part in ["", "classes", "records"] {
            own_folder(&folder.join(part)).map_err(wrong)?;
        }
        let key_file = folder.join("keys.toml");
        if !key_file.exists() {
            write_keys(&key_file).map_err(wrong)?;
        }
        let text = fs::read_to_string(&key_file).map_err(wrong)?;
        let keys = KeyRing::parse(&text).map_err(|cause| SchoolError::Keys {
            path: path.clone(),
            cause,
        })?;
        if keys.environment() != Some("training") {
            let found = keys.environment().unwrap_or("nothing").to_owned();
            return Err(SchoolError::OtherKeys { path, found });
        }
        let keeping = Keeping { folder };
        let (classes, unread) = keeping.load_all(&keys).map_err(SchoolError::Classes)?;
        let school = Self(Arc::new(Inner {
            base: base.clone(),
            exercises: Exercises::load(training.exercises.as_deref(), &sample::cases())?,
            addresses,
            keys,
            keeping,
            engine,
            clock,
            classes: RwLock::new(classes.into_iter().map(|class| (class.id.clone(), class)).collect()),
            unread,
            desks: RwLock::default(),
            working: RwLock::default(),
            taken: broadcast::channel(LARGEST as usize).0,
            changing: Mutex::default(),
        }));
        school.make_blank().await.map_err(SchoolError::Classes)?;
        for class in school.classes() {
            school.interrupt_replays(&class).await;
            school.resume(&class).await;
        }
        Ok(school)
    }

    pub fn exercises(&self) -> &Exercises {
        &self.0.exercises
    }

    /// The exercises of a class as they were at its making, in its order. Of one that ended before they were kept, those
    /// that there are now.
    pub fn exercises_of<'a>(&'a self, class: &'a Class) -> Vec<&'a Exercise> {
        match class.taught.is_empty() {
            false => class.taught.iter().collect(),
            true => {
                let known = class.exercises.iter().filter_map(|id| self.0.exercises.find(id));
                known.collect()
            }
        }
    }

    /// One of a class's exercises.
    pub fn exercise_of<'a>(&'a self, class: &'a Class, id: &str) -> Option<&'a Exercise> {
        let all = self.exercises_of(class);
        all.into_iter().find(|exercise| exercise.head.id == id)
    }

    pub fn addresses(&self) -> &Addresses {
        &self.0.addresses
    }

    pub fn trusted_proxies(&self) -> Vec<std::net::IpAddr> {
        let training = self.0.base.training.as_ref();
        training
            .map(|training| training.trusted_proxies.clone())
            .unwrap_or_default()
    }

    /// Where trainees come in.
    pub fn base(&self) -> &Settings {
        &self.0.base
    }

    pub fn now(&self) -> NaiveDateTime {
        self.0.clock.now()
    }

    /// Those that run, and the records of those that ended; the newest first.
    pub fn classes(&self) -> Vec<Class> {
        let mut all: Vec<Class> = locked(&self.0.classes).values().cloned().collect();
        all.sort_by_key(|class| std::cmp::Reverse(class.made_at));
        all
    }

    pub fn class(&self, id: &str) -> Result<Class, Error> {
        locked(&self.0.classes).get(id).cloned().ok_or(Error::NotFound)
    }

    /// A desk that runs.
    pub fn desk(&self, id: &str) -> Option<Desk> {
        locked(&self.0.desks).get(id).cloned()
    }

    /// Tells of each seat that somebody takes from now on: the desk.
    pub fn taken(&self) -> broadcast::Receiver<String> {
        self.0.taken.subscribe()
    }

    /// The seats of a class that runs whose desk could not be opened. A reset mends it.
    pub fn closed_seats(&self, class: &Class) -> Vec<u32> {
        let seats = class.seats.iter().filter(|_| class.ended_at.is_none());
        seats
            .filter(|seat| self.desk(&seat.desk).is_none())
            .map(|seat| seat.number)
            .collect()
    }

    /// Codes of the classes whose files could not be read.
    pub fn unread(&self) -> &[String] {
        &self.0.unread
    }

    /// Classes of which something could not be opened.
    pub fn left_out(&self) -> usize {
        let classes = self.classes();
        let half = classes.iter().filter(|class| !self.closed_seats(class).is_empty());
        half.count() + self.0.unread.len()
    }

    /// The seat of a cookie.
    pub fn seat_of(&self, token: &str) -> Option<(Class, Seat)> {
        let blind = self.0.keys.blind("training.seat", token);
        let classes = locked(&self.0.classes);
        let running = classes.values().filter(|class| class.ended_at.is_none());
        running
            .flat_map(|class| class.seats.iter().map(move |seat| (class, seat)))
            .find(|(_, seat)| seat.token.as_deref() == Some(blind.as_str()))
            .map(|(class, seat)| (class.clone(), seat.clone()))
    }

    /// The desk of a cookie's seat.
    pub fn desk_of_token(&self, token: &str) -> Option<String> {
        let blind = self.0.keys.blind("training.seat", token);
        let classes = locked(&self.0.classes);
        let running = classes.values().filter(|class| class.ended_at.is_none());
        let mut seats = running.flat_map(|class| &class.seats);
        let seat = seats.find(|seat| seat.token.as_deref() == Some(blind.as_str()))?;
        Some(seat.desk.clone())
    }

    /// Changes a class that runs, and keeps it before anybody sees it.
    pub async fn change<T>(&self, id: &str, change: impl FnOnce(&mut Class) -> Result<T, Error>) -> Result<T, Error> {
        let _alone = self.0.changing.lock().await;
        self.change_alone(id, change).await
    }

    async fn change_alone<T>(&self, id: &str, change: impl FnOnce(&mut Class) -> Result<T, Error>) -> Result<T, Error> {
        let mut class = self.class(id)?;
        if class.ended_at.is_some() {
            return Err(Error::Conflict);
        }
        let outcome = change(&mut class)?;
        self.keep(class).await?;
        Ok(outcome)
    }

    /// Writes down what somebody did with a class, which may have ended.
    pub async fn note(&self, id: &str, by: &str, what: &str) -> Result<(), Error> {
        let _alone = self.0.changing.lock().await;
        let mut class = self.class(id)?;
        class.note(self.now(), by, what);
        self.keep(class).await
    }

    async fn keep(&self, class: Class) -> Result<(), Error> {
        let (school, kept) = (self.clone(), class.clone());
        off_thread(move || school.0.keeping.save(&school.0.keys, &kept)).await??;
        let mut classes = self.0.classes.write().unwrap_or_else(PoisonError::into_inner);
        classes.insert(class.id.clone(), class);
        Ok(())
    }
}
