//! libFuzzer over the target that `FUZZ_TARGET` names.
#![no_main]
use mizumado_fuzz::targets::{self, Target};
use std::sync::LazyLock;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let known = || targets::ALL.map(|(name, _)| name).join(", ");
    targets::find(&name).unwrap_or_else(|| panic!("FUZZ_TARGET = {name:?} is none of {}", known()))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
