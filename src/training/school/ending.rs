//! The end of a class, and the record of what went.
use super::{School, fail};
use crate::{
    crypto::sha256_hex,
    db::{off_thread, table_counts},
    training::{
        class::{Class, Deletion},
        keeping::remove_folder,
    },
    web::Error,
};
use std::{collections::BTreeMap, fs, io, path::Path};

impl School {
    /// Ends a class: everything of it goes, and a record of what went stays.
    pub async fn end(&self, id: &str, by: &str) -> Result<(), Error> {
        let seats: Vec<u32> = self.class(id)?.seats.iter().map(|seat| seat.number).collect();
        for number in seats {
            self.look(id, number).await?;
        }
        let _alone = self.0.changing.lock().await;
        let mut class = self.class(id)?;
        if class.ended_at.is_some() {
            return Err(Error::Conflict);
        }
        let counts = self.count_all(&class).await?;
        class.desks.iter().for_each(|kept| self.stop(&kept.id));
        let (folder, now) = (self.0.keeping.class_folder(id), self.now());
        let listed = folder.clone();
        let files = off_thread(move || list_files(&listed)).await?.map_err(fail(&folder))?;
        class.ended_at = Some(now);
        class.note(now, by, "教室を終え、研修のデータを消しました");
        class.deletion = Some(Deletion {
            at: now,
            by: by.to_owned(),
            files,
            counts,
        });
        for seat in &mut class.seats {
            seat.token = None;
        }
        // First the record, then the data: a crash between them leaves both, and the next start removes the rest.
        self.keep(class).await?;
        off_thread(move || remove_folder(&folder)).await?
    }

    async fn count_all(&self, class: &Class) -> Result<Vec<(String, i64)>, Error> {
        const TOLD: [(&str, &str); 5] = [
            ("applications", "申込み"),
            ("inquiries", "問合せ"),
            ("mails", "メール"),
            ("staff", "研修の職員"),
            ("passkeys", "パスキー"),
        ];
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for kept in &class.desks {
            let Some(desk) = self.desk(&kept.id) else { continue };
            let counts = desk
                .workspace
                .db
                .read(|conn| table_counts(conn).map_err(Error::from))
                .await?;
            for (table, label) in TOLD {
                *sums.entry(label).or_default() +=
                    counts.get(table).map_or(0, |n| i64::try_from(*n).unwrap_or(i64::MAX));
            }
        }
        Ok(TOLD
            .iter()
            .filter_map(|(_, label)| Some(((*label).to_owned(), *sums.get(label)?)))
            .collect())
    }
}

/// Every file below a folder: path, bytes, SHA-256.
fn list_files(folder: &Path) -> io::Result<Vec<(String, u64, String)>> {
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
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            found.push((name, bytes.len() as u64, sha256_hex(&bytes)));
        }
    }
    found.sort();
    Ok(found)
}
