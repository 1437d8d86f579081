use super::{Outcome, serve};
use crate::{clock::Clock, gateways::simulator};
use tokio::io::AsyncReadExt;

/// Settings of the simulator, and how it ends.
#[derive(Debug, clap::Args)]
pub struct Simulator {
    #[command(flatten)]
    options: simulator::Options,
    /// End when standard input closes: whoever started it is gone, even by kill -9
    #[arg(long)]
    end_with_stdin: bool,
    /// Let the clock stand so many days ahead, as that of whoever asks does
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    days_ahead: u16,
}

pub fn run(command: Simulator) -> Outcome {
    let _logs = serve::start_logs(None)?;
    actix_web::rt::System::new().block_on(async {
        tokio::select! {
            ended = simulator::run(command.options, Clock::days_ahead(command.days_ahead)) => Ok(ended?),
            () = closed_stdin(), if command.end_with_stdin => Ok(()),
        }
    })
}

async fn closed_stdin() {
    let mut input = tokio::io::stdin();
    let mut byte = [0; 64];
    // Anything but the end of the input is not meant for us.
    while input.read(&mut byte).await.is_ok_and(|read| read > 0) {}
}
