//! Keeps personal data and secrets out of logs: a type named here prints as `Name(…)`.

/// Implements `Debug` for types whose contents must never be printed.
macro_rules! hidden_debug {
    ($($name:ty),+ $(,)?) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}
pub(crate) use hidden_debug;
