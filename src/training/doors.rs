//! Whether a server has a practice site, and why it has none: what is wrong with it never stops production.
use super::school::{School, SchoolError};

/// The practice site of a server.
#[derive(Clone, Default)]
pub enum Doors {
    /// The settings have none.
    #[default]
    None,
    Open(School),
    Closed(Closed),
}

/// Why practice is closed: a sentence for staff, without paths.
#[derive(Clone, Debug)]
pub struct Closed(pub String);

const ELSE: &str = "研修の画面の番号（ポート）か証明書を使えません。";

impl Closed {
    /// What the log says in full, in a sentence.
    pub fn by(error: &(dyn std::error::Error + 'static)) -> Self {
        Self(error.downcast_ref::<SchoolError>().map_or(ELSE.to_owned(), why))
    }
}

fn why(error: &SchoolError) -> String {
    match error {
        SchoolError::Folder { .. } => "研修のフォルダーに書けません。空きと権限を確かめます。".to_owned(),
        SchoolError::OtherKeys { .. } | SchoolError::Keys { .. } => {
            "研修のフォルダーのキーファイルを使えません。研修用のものにもどします。".to_owned()
        }
        SchoolError::Exercises(error) => match error.file() {
            Some(file) => format!("水道局の課題のファイル「{file}」に誤りがあります。"),
            None => "水道局の課題のフォルダーを読めません。".to_owned(),
        },
        SchoolError::Classes(_) => {
            "教室のもとになるデータを作れません。フォルダーの空きと権限を確かめます。".to_owned()
        }
    }
}
