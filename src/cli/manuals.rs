use super::{ConfigFile, Outcome};
use crate::{app, config::Letterhead, institutions, manuals, promotion};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Manuals {
    #[command(flatten)]
    config: ConfigFile,
    /// The folder; what is there under the same names is written anew
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The campaign's code in the promotion prints' QR code, such as poster-2026
    #[arg(long, value_name = "CODE", default_value = "")]
    campaign: String,
}

/// The papers in the bureau's name; of the settings only `[bureau]` and `public.url` are read.
pub fn run(options: &Manuals) -> Outcome {
    let head = Letterhead::load(&options.config.config)?;
    let count = manuals::export(&options.out, &head.bureau.name, app::draw_table)?;
    let code = promotion::campaign(&options.campaign)
        .ok_or("--campaign takes small letters, digits and hyphens, at most 20")?;
    let names: Vec<String> = institutions::shipped().into_iter().map(|(_, name)| name).collect();
    let failed = |e: std::io::Error| format!("--out {}: {e}", options.out.display());
    std::fs::write(options.out.join("promotion.css"), promotion::style()).map_err(failed)?;
    for kind in promotion::Kind::ALL {
        let page = promotion::sheet(&head.bureau, head.public_url(), kind, &code, &names).into_string();
        std::fs::write(options.out.join(format!("promotion-{}.html", kind.word())), page).map_err(failed)?;
    }
    let kinds = promotion::Kind::ALL.len();
    println!(
        "wrote {count} papers and {kinds} promotion prints to {}",
        options.out.display()
    );
    Ok(())
}
