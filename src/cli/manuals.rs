use super::{ConfigFile, Outcome};
use crate::{app, config::Settings, manuals};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Manuals {
    #[command(flatten)]
    config: ConfigFile,
    /// The folder; what is there under the same names is written anew
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The papers in the bureau's name.
pub fn run(options: &Manuals) -> Outcome {
    let settings = Settings::load(&options.config.config)?;
    let count = manuals::export(&options.out, &settings.bureau.name, app::draw_table)?;
    println!("wrote {count} papers to {}", options.out.display());
    Ok(())
}
