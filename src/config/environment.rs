use super::{ConfigError, Settings};
use figment::{
    Figment,
    providers::{Env, Serialized},
};

const PREFIX: &str = "MIZUMADO_";

/// `MIZUMADO_PUBLIC__LISTEN=…` overrides `public.listen`.
pub fn overlay(from_file: Settings) -> Result<Settings, ConfigError> {
    Figment::from(Serialized::defaults(from_file))
        .merge(Env::prefixed(PREFIX).ignore(&["log"]).split("__"))
        .extract()
        .map_err(|e| ConfigError::Environment {
            what: format!("{PREFIX}{}: {}", e.path.join("__").to_uppercase(), e.kind),
        })
}

/// `MIZUMADO_LOG`: which log lines are written (`info` when unset).
pub fn log_filter() -> String {
    std::env::var("MIZUMADO_LOG").unwrap_or_else(|_| "info".into())
}
