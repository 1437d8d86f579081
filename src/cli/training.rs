use super::Outcome;
use crate::training::Exercises;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write the exercises that ship with the program into a folder, to be changed (setting training.exercises)
    Exercises {
        /// The folder; a file that is there is left as it is
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

pub fn run(command: Command) -> Outcome {
    let Command::Exercises { out } = command;
    std::fs::create_dir_all(&out).map_err(|e| format!("--out {}: {e}", out.display()))?;
    let mut count = 0;
    for (name, text) in Exercises::built_in() {
        let file = out.join(name);
        if !file.exists() {
            std::fs::write(&file, text).map_err(|e| format!("--out {}: {e}", file.display()))?;
            count += 1;
        }
    }
    println!("wrote {count} exercises to {}", out.display());
    Ok(())
}
