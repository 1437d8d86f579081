use super::Outcome;
use crate::crypto::KeyRing;
use std::{
    fs::{File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write a new key file; keep a copy where the backups are not
    New {
        /// The file to make; an existing file is never overwritten
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The world these keys are for; the start is refused in any other
        #[arg(long, value_name = "WORLD", default_value = "production", value_parser = ["production", "demo", "training"])]
        environment: String,
    },
}

pub fn run(command: Command) -> Outcome {
    let Command::New { out, environment } = command;
    write(&out, &environment)?;
    println!(
        "wrote {}; without this file the sealed data cannot be read",
        out.display()
    );
    Ok(())
}

/// Makes a key file that only its owner can read.
pub fn write(out: &Path, environment: &str) -> Result<(), String> {
    write_secret(out, &KeyRing::generate(environment))
}

/// Makes a file that only its owner can read, and that a power cut does not take back.
pub fn write_secret(out: &Path, text: &str) -> Result<(), String> {
    let fail = |e: std::io::Error| format!("{}: {e}", out.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(out)
        .map_err(fail)?;
    file.write_all(text.as_bytes()).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    // The name is on disk only when its folder is.
    let folder = out
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder).and_then(|f| f.sync_all()).map_err(fail)
}
