//! The targets, for libFuzzer here and for the replay of the corpora in `tests/it/corpora.rs`.
pub mod place;
pub mod targets;
