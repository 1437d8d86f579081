//! Where classes are kept: a sealed file for each, replaced as a whole, so that a power cut leaves the old one or the new.
use super::class::Class;
use crate::{
    crypto::{KeyRing, Place},
    web::Error,
};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

/// `class.sealed` in the class's folder while it runs; `records/ID.sealed` afterwards.
pub struct Keeping {
    pub folder: PathBuf,
}

const NAME: &str = "class.sealed";
/// How a folder's name ends while it is removed.
const GONE: &str = "gone";

fn fail(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |cause| Error::Internal(format!("{}: {cause}", path.display()))
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "training",
        row: id,
        field: "class",
    }
}

impl Keeping {
    pub fn class_folder(&self, id: &str) -> PathBuf {
        self.folder.join("classes").join(id)
    }

    /// Whether no class has this code, and none that ended had it.
    pub fn is_free(&self, id: &str) -> bool {
        !self.class_folder(id).exists() && !self.record_file(id).exists()
    }
    fn record_file(&self, id: &str) -> PathBuf {
        self.folder.join("records").join(format!("{id}.sealed"))
    }

    /// Writes the class down; an ended one among the records.
    pub fn save(&self, keys: &KeyRing, class: &Class) -> Result<(), Error> {
        let path = match class.ended_at {
            None => self.class_folder(&class.id).join(NAME),
            Some(_) => self.record_file(&class.id),
        };
        let json = serde_json::to_string(class).map_err(|e| Error::Internal(e.to_string()))?;
        let sealed = keys.seal(place(&class.id), &json)?;
        let new = path.with_extension("new");
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(sealed.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(fail(&path))
    }

    /// Every class that runs, and every record; and the codes of those that cannot be read.
    pub fn load_all(&self, keys: &KeyRing) -> Result<(Vec<Class>, Vec<String>), Error> {
        let (mut all, mut unread) = (vec![], vec![]);
        let mut load = |id: String, file: &Path| match self.load(keys, &id, file) {
            Ok(class) => all.push(class),
            Err(error) => {
                tracing::error!(class = id, %error, "a class cannot be read; it is left out");
                unread.push(id);
            }
        };
        let classes = self.folder.join("classes");
        for entry in fs::read_dir(&classes).map_err(fail(&classes))? {
            let folder = entry.map_err(fail(&classes))?.path();
            let (id, file) = (name_of(&folder), folder.join(NAME));
            // It was being made, or removed, when the program ended.
            let is_gone = folder.extension().is_some_and(|end| end == GONE);
            let is_left_over = is_gone || !file.exists() || self.record_file(&id).exists();
            match is_left_over {
                true => fs::remove_dir_all(&folder).map_err(fail(&folder))?,
                false => load(id, &file),
            }
        }
        let records = self.folder.join("records");
        for entry in fs::read_dir(&records).map_err(fail(&records))? {
            let file = entry.map_err(fail(&records))?.path();
            if file.extension().is_some_and(|end| end == "sealed") {
                load(name_of(&file), &file);
            }
        }
        Ok((all, unread))
    }

    fn load(&self, keys: &KeyRing, id: &str, file: &Path) -> Result<Class, Error> {
        let sealed = fs::read_to_string(file).map_err(fail(file))?;
        let json = keys.open(place(id), &sealed)?;
        serde_json::from_str(&json).map_err(|e| Error::Internal(format!("{}: {e}", file.display())))
    }
}

/// Removes a folder that somebody may still be writing into: a page under way, a database that is being closed. It gets
/// another name first, so that nothing can be put into it any more.
pub fn remove_folder(folder: &Path) -> Result<(), Error> {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(GONE);
    let gone = folder.with_file_name(name);
    fs::rename(folder, &gone).map_err(fail(folder))?;
    fs::remove_dir_all(&gone).map_err(fail(&gone))
}

fn name_of(path: &Path) -> String {
    path.file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
        .to_owned()
}
