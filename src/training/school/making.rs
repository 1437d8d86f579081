//! Making desks: the blank database, the first desk of a class, its copies, and a copy anew.
use super::{
    ALPHABET, CODE, MASTER, NewClass, School, ending::files_of, fail, own_folder, working::to_the_end, write_keys,
};
use crate::{
    clock::Clock,
    crypto::random_code,
    db::{Conn, off_thread},
    training::{
        class::{Case, Class, DeskKept, Seat, beginning},
        desk::{self, Desk, Faces, Files},
        keeping::remove_folder,
        sample,
        taught::Taught,
    },
    web::{Error, Practice, Unread},
    workspace::Workspace,
};
use chrono::{Duration, NaiveDate};
use diesel::connection::SimpleConnection;
use futures_util::{StreamExt, stream};
use std::{collections::BTreeMap, fs, path::PathBuf, sync::PoisonError};

/// Desks of a class that are made at the same time, off the threads that answer pages.
const AT_ONCE: usize = 4;

impl School {
    fn blank(&self) -> PathBuf {
        self.0.keeping.folder.join("blank.db")
    }

    /// A database with the tables and what ships with the program, and nobody's mark: every class begins with a copy.
    pub(super) async fn make_blank(&self) -> Result<(), Error> {
        let blank = self.blank();
        let scratch = self.0.keeping.folder.join("blank");
        if scratch.exists() {
            fs::remove_dir_all(&scratch).map_err(fail(&scratch))?;
        }
        own_folder(&scratch).map_err(fail(&scratch))?;
        let files = Files {
            folder: scratch.clone(),
        };
        write_keys(&files.keys()).map_err(fail(&scratch))?;
        let faces = self.faces("");
        let settings = desk::settings(
            &self.0.base,
            &files,
            "blank",
            &faces,
            &format!("none:{}", "00".repeat(32)),
        );
        let mails = files.mails().map_err(|e| Error::Internal(e.to_string()))?;
        let opened = Workspace::open_practice(settings, Clock::system(), mails, faces.practice);
        let workspace = opened.map_err(|e| Error::Internal(e.to_string()))?;
        (self.0.engine.prepare)(&workspace).await?;
        // Whoever opens a copy marks and seals it with keys of its own.
        let unmark = |conn: &mut Conn| {
            let sql = "delete from world_marker; update audit_head set seal = ''";
            Ok::<_, Error>(conn.batch_execute(sql)?)
        };
        workspace.db.write(unmark).await?;
        if blank.exists() {
            fs::remove_file(&blank).map_err(fail(&blank))?;
        }
        let copied = workspace.db.copy_into(blank).await;
        copied.map_err(|e| Error::Internal(e.to_string()))?;
        workspace.db.close().await;
        fs::remove_dir_all(&scratch).map_err(fail(&scratch))
    }

    /// Each generation has its own: what still holds the files of an older one must not touch those of the next.
    fn desk_folder(&self, class: &str, kept: &DeskKept) -> PathBuf {
        let name = format!("{}.{}", kept.id, kept.generation);
        self.0.keeping.class_folder(class).join(name)
    }

    fn faces(&self, place: &str) -> Faces {
        let addresses = &self.0.addresses;
        Faces {
            practice: Practice {
                place: place.to_owned(),
                console: addresses.console.clone(),
                public: addresses.public.clone(),
                bank: addresses.bank.clone(),
                mails: addresses.mails.clone(),
                unread: Unread::default(),
            },
            bank_here: addresses.bank_here.clone(),
        }
    }

    async fn open_desk(&self, class: &str, kept: &DeskKept, place: &str) -> Result<(), Error> {
        let desk = self.read_desk(class, kept, place).await?.work_alone();
        self.put(&desk);
        Ok(())
    }

    async fn read_desk(&self, class: &str, kept: &DeskKept, place: &str) -> Result<Desk, Error> {
        let clock = Clock::system();
        clock.advance(self.0.clock.now() - clock.now() + Duration::microseconds(kept.ahead_micros));
        let folder = self.desk_folder(class, kept);
        let faces = self.faces(place);
        let engine = &self.0.engine;
        desk::open(&self.0.base, &folder, &kept.id, kept.generation, &faces, clock, engine).await
    }

    /// From now on its addresses lead to it.
    fn put(&self, desk: &Desk) {
        let mut desks = self.0.desks.write().unwrap_or_else(PoisonError::into_inner);
        desks.insert(desk.id.clone(), desk.clone());
    }

    /// Goes on with a class.
    pub(super) async fn resume(&self, class: &Class) {
        if class.ended_at.is_none() && class.taught.is_empty() {
            // Made by a program that did not keep them: from now on they stay as they are.
            let taught = Taught::of(&self.0.exercises, &class.exercises);
            let keep = |class: &mut Class| {
                class.taught = taught;
                Ok(())
            };
            if let Err(error) = self.change(&class.id, keep).await {
                tracing::error!(class = class.id, %error, "what a class is taught could not be kept");
            }
        }
        if class.ended_at.is_none() {
            self.open_desks(class).await;
        }
    }

    /// Opens each desk of a class. One that is broken takes nobody else's away.
    pub(super) async fn open_desks(&self, class: &Class) {
        for kept in &class.desks {
            if let Err(error) = self.open_desk(&class.id, kept, &place(class, &kept.id)).await {
                tracing::error!(desk = kept.id, %error, "a desk cannot be opened; it is left out");
            }
        }
    }

    /// How far a clock must be ahead (or behind) now to begin a class's day.
    fn ahead_of(&self, day: NaiveDate) -> i64 {
        (beginning(day) - self.now()).num_microseconds().unwrap_or(0)
    }

    /// Makes a class; gives its code. What fails half way leaves nothing behind. It goes on when whoever asked for it is gone:
    /// a class that is made is in the list.
    pub async fn make(&self, wish: NewClass) -> Result<String, Error> {
        let school = self.clone();
        to_the_end(async move {
            let _alone = school.0.changing.lock().await;
            let id = school.free_code();
            match school.make_alone(&id, wish).await {
                Ok(()) => Ok(id),
                Err(error) => {
                    school.unmake(&id).await;
                    Err(error)
                }
            }
        })
        .await
    }

    /// A code that no class has or had: what could not be made is taken away by its code.
    fn free_code(&self) -> String {
        loop {
            let code = random_code(ALPHABET, CODE);
            if self.0.keeping.is_free(&code) {
                return code;
            }
        }
    }

    /// Takes away what there is of a class that could not be made: its desks stop, its folder goes.
    async fn unmake(&self, id: &str) {
        let of_class = format!("{}-", id.to_lowercase());
        {
            let mut desks = self.0.desks.write().unwrap_or_else(PoisonError::into_inner);
            desks.retain(|desk, _| !desk.starts_with(&of_class));
        }
        let folder = self.0.keeping.class_folder(id);
        let removed = off_thread(move || {
            if folder.exists() {
                remove_folder(&folder)
            } else {
                Ok(())
            }
        })
        .await;
        if let Err(error) = removed.map_err(Error::from).flatten() {
            // The next start removes it.
            tracing::error!(%error, "what was made of a class is still there");
        }
    }

    async fn make_alone(&self, id: &str, wish: NewClass) -> Result<(), Error> {
        let now = self.now();
        let folder = self.0.keeping.class_folder(id);
        own_folder(&folder).map_err(fail(&folder))?;
        let ahead_micros = self.ahead_of(wish.day);
        let cases = self.make_master(id, ahead_micros, wish.seed).await?;
        let count = if wish.is_shared { 1 } else { wish.size };
        let taught = Taught::of(&self.0.exercises, &wish.exercises);
        let desks: Vec<DeskKept> = (1..=count)
            .map(|n| DeskKept {
                id: format!("{}-{n:02}", id.to_lowercase()),
                generation: 0,
                ahead_micros,
                cases: cases.clone(),
                replay: None,
            })
            .collect();
        let at = |number: u32| if wish.is_shared { 0 } else { number as usize - 1 };
        let seat = |number: u32| Seat::free(number, &desks[at(number)].id);
        let mut class = Class {
            seats: (1..=wish.size).map(seat).collect(),
            id: id.to_owned(),
            title: wish.title,
            kind: wish.kind,
            day: wish.day,
            is_shared: wish.is_shared,
            seed: wish.seed,
            exercises: wish.exercises,
            taught,
            trainer: wish.trainer.clone(),
            made_at: now,
            ended_at: None,
            desks,
            messages: vec![],
            log: vec![],
            resets: vec![],
            deletion: None,
        };
        class.note(now, &wish.trainer, "教室を作りました");
        let (made_of, class_of) = (id, &class);
        let made = stream::iter(&class.desks).map(|kept| async move {
            self.copy_master(made_of, kept).await?;
            let place = place(class_of, &kept.id);
            self.read_desk(made_of, kept, &place).await
        });
        // All come to their end, also where one fails: whoever clears up finds nobody at work.
        let made: Vec<Result<Desk, Error>> = made.buffer_unordered(AT_ONCE).collect().await;
        let made = made.into_iter().collect::<Result<Vec<_>, Error>>()?;
        self.keep(class).await?;
        // What they do by themselves begins when all are there: it would hold up those that are being made.
        made.into_iter().for_each(|desk| self.put(&desk.work_alone()));
        Ok(())
    }

    /// The desk that all desks of a class are copies of: filled once, then closed.
    async fn make_master(&self, class: &str, ahead_micros: i64, seed: u64) -> Result<BTreeMap<String, Case>, Error> {
        let id = format!("{}-{MASTER}", class.to_lowercase());
        let kept = DeskKept {
            id: id.clone(),
            generation: 0,
            ahead_micros,
            cases: BTreeMap::new(),
            replay: None,
        };
        let folder = self.desk_folder(class, &kept);
        own_folder(&folder).map_err(fail(&folder))?;
        let files = Files { folder };
        fs::copy(self.blank(), files.database()).map_err(fail(&files.folder))?;
        write_keys(&files.keys()).map_err(fail(&files.folder))?;
        // It does nothing by itself: work that is half done when it is copied would be half done at every desk.
        let master = self.read_desk(class, &kept, "").await?;
        self.put(&master);
        let filled = sample::fill(&master, seed).await;
        self.stop(&id);
        let cases = filled?;
        let whole = files.folder.join("whole.db");
        let copied = master.workspace.db.copy_into(whole.clone()).await;
        copied.map_err(|e| Error::Internal(e.to_string()))?;
        fs::rename(whole, files.database()).map_err(fail(&files.folder))?;
        Ok(cases)
    }

    pub(super) fn stop(&self, desk: &str) {
        let mut desks = self.0.desks.write().unwrap_or_else(PoisonError::into_inner);
        desks.remove(desk);
    }

    /// A fresh copy of the master in a desk's folder.
    async fn copy_master(&self, class: &str, kept: &DeskKept) -> Result<(), Error> {
        let classes = self.0.keeping.class_folder(class);
        let master = classes.join(format!("{}-{MASTER}.0", class.to_lowercase()));
        let folder = self.desk_folder(class, kept);
        let copy = move || -> Result<(), Error> {
            own_folder(&folder).map_err(fail(&folder))?;
            let (from, to) = (Files { folder: master }, Files { folder: folder.clone() });
            let all = [
                (from.database(), to.database()),
                (from.keys(), to.keys()),
                (from.bank(), to.bank()),
            ];
            for (from, to) in all {
                fs::copy(&from, &to).map_err(fail(&from))?;
            }
            Ok(())
        };
        off_thread(copy).await?
    }

    /// Gives a desk back its beginning: data, mails, bank, clock. What was learned stays on record. It is whole again also
    /// when whoever asked for it is gone.
    pub async fn reset(&self, class: &str, desk: &str, by: &str) -> Result<(), Error> {
        let (school, class, desk, by) = (self.clone(), class.to_owned(), desk.to_owned(), by.to_owned());
        to_the_end(async move { school.reset_alone(&class, &desk, &by).await }).await
    }

    async fn reset_alone(&self, class: &str, desk: &str, by: &str) -> Result<(), Error> {
        let _alone = self.0.changing.lock().await;
        let found = self.class(class)?;
        let mut kept = found.desk(desk).cloned().ok_or(Error::NotFound)?;
        let old = self.desk_folder(class, &kept);
        (kept.generation, kept.ahead_micros) = (kept.generation + 1, self.ahead_of(found.day));
        kept.replay = None;
        self.copy_master(class, &kept).await?;
        let mut gone = self.about_to_go(&found, &[desk], by).await?;
        self.stop(desk);
        gone.files = files_of(&self.0.keeping.class_folder(class), &old).await?;
        gone.seats = found.seats_of(desk);
        let now = self.now();
        let (fresh, by) = (kept.clone(), by.to_owned());
        let place = self
            .change_alone(class, |class| {
                if let Some(place) = class.desks.iter_mut().find(|kept| kept.id == fresh.id) {
                    *place = fresh.clone();
                }
                let seats = class.seats.iter_mut().filter(|seat| seat.desk == fresh.id);
                seats.for_each(Seat::begin_anew);
                class.note(now, &by, format!("{}をはじめの状態にもどしました", gone.seats));
                class.resets.push(gone);
                Ok(place(class, &fresh.id))
            })
            .await?;
        self.open_desk(class, &kept, &place).await?;
        off_thread(move || if old.exists() { remove_folder(&old) } else { Ok(()) }).await?
    }
}

/// 「教室 K7M2QX　席 3」
fn place(class: &Class, desk: &str) -> String {
    let number = class
        .seats
        .iter()
        .find(|seat| seat.desk == desk)
        .map(|seat| seat.number);
    match (class.is_shared, number) {
        (false, Some(number)) => format!("教室 {}　席 {number}", class.id),
        _ => format!("教室 {}", class.id),
    }
}
