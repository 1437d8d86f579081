//! The program: parses the command line and hands over.
use clap::Parser;

fn main() -> std::process::ExitCode {
    mizumado::cli::run(mizumado::cli::Cli::parse())
}
