/// A column held a word that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("the database holds {word:?} where {kind} is expected; was it written by a newer version?")]
pub struct UnknownText {
    pub kind: &'static str,
    pub word: String,
}

/// An enum whose values stand in the database as text: `text_enum! { pub enum Colour { Red = "red" } }`.
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $variant,)+ }
        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The word in the database, in files and in URLs.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
            /// The value of a word.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|v| v.as_str() == word)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::db::UnknownText;
            fn try_from(word: String) -> Result<$name, $crate::db::UnknownText> {
                $name::from_word(&word).ok_or($crate::db::UnknownText { kind: stringify!($name), word })
            }
        }
    };
}
pub(crate) use text_enum;
