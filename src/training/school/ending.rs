//! The end of a class, and the record of what went.
use super::{School, fail, working::to_the_end};
use crate::{
    crypto::sha256_hex,
    db::off_thread,
    training::{
        class::{Class, Deletion},
        keeping::remove_folder,
    },
    web::Error,
};
use std::{fs, io, path::Path};

impl School {
    /// Ends a class: everything of it goes, and a record of what went stays. It comes to its end also when whoever asked for
    /// it is gone.
    pub async fn end(&self, id: &str, by: &str) -> Result<(), Error> {
        let (school, id, by) = (self.clone(), id.to_owned(), by.to_owned());
        to_the_end(async move { school.end_it(&id, &by).await }).await
    }

    async fn end_it(&self, id: &str, by: &str) -> Result<(), Error> {
        let seats: Vec<u32> = self.class(id)?.seats.iter().map(|seat| seat.number).collect();
        for number in seats {
            self.look(id, number).await?;
        }
        let _alone = self.0.changing.lock().await;
        let class = self.class(id)?;
        if class.ended_at.is_some() {
            return Err(Error::Conflict);
        }
        let desks: Vec<&str> = class.desks.iter().map(|kept| kept.id.as_str()).collect();
        let gone = self.about_to_go(&class, &desks, by).await?;
        class.desks.iter().for_each(|kept| self.stop(&kept.id));
        // First the record, then the data: a crash between them leaves both, and the next start removes the rest.
        if let Err(error) = self.keep_end(class.clone(), gone, by).await {
            // The class goes on, and so do its desks.
            self.open_desks(&class).await;
            return Err(error);
        }
        let folder = self.0.keeping.class_folder(id);
        off_thread(move || remove_folder(&folder)).await?
    }

    async fn keep_end(&self, mut class: Class, mut gone: Deletion, by: &str) -> Result<(), Error> {
        let (folder, now) = (self.0.keeping.class_folder(&class.id), self.now());
        gone.files = files_of(&folder, &folder).await?;
        gone.at = now;
        class.ended_at = Some(now);
        class.note(now, by, "教室を終え、研修のデータを消しました");
        class.deletion = Some(gone);
        for seat in &mut class.seats {
            seat.token = None;
        }
        self.keep(class).await
    }
}

/// Every file below a folder: path below `class_folder`, bytes, SHA-256.
pub(super) async fn files_of(class_folder: &Path, folder: &Path) -> Result<Vec<(String, u64, String)>, Error> {
    let (top, listed) = (class_folder.to_owned(), folder.to_owned());
    let found = off_thread(move || list_files(&top, &listed)).await?;
    found.map_err(fail(folder))
}

fn list_files(top: &Path, folder: &Path) -> io::Result<Vec<(String, u64, String)>> {
    let (mut found, mut open) = (vec![], vec![folder.to_owned()]);
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = match fs::read(&path) {
                // The log of a database goes when its last reader does.
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                read => read?,
            };
            let name = path.strip_prefix(top).unwrap_or(&path).display().to_string();
            found.push((name, bytes.len() as u64, sha256_hex(&bytes)));
        }
    }
    found.sort();
    Ok(found)
}
