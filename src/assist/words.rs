//! The words for pages, fields and what is wrong: all that a clerk can see of a citizen's form. Pure.
use crate::{db::text_enum, web::ui::FieldError};

/// The pages: word and title.
const PAGES: [(&str, &str); 10] = [
    ("terms", "利用規約と個人情報の取扱い"),
    ("bank", "金融機関を選ぶ"),
    ("number", "申込みの種類と、お問い合わせ番号"),
    ("place", "水道を使用している場所"),
    ("name", "使用している方のお名前"),
    ("former", "前に使用していた方のお名前"),
    ("contact", "連絡先"),
    ("account", "引き落とし口座"),
    ("check", "入力内容の確認"),
    ("other", "申込みの入力ではない画面"),
];

/// The fields: id and label.
const FIELDS: [(&str, &str); 30] = [
    ("agree", "規約への同意"),
    ("institution", "金融機関"),
    ("application_kind", "申込みの種類"),
    ("customer_number", "お問い合わせ番号"),
    ("postal_code", "郵便番号"),
    ("town", "町名"),
    ("town_choice", "町名の選択"),
    ("block", "番地"),
    ("building", "建物・部屋番号"),
    ("start_year", "使用開始日"),
    ("start_month", "使用開始日（月）"),
    ("start_day", "使用開始日（日）"),
    ("family_name", "姓"),
    ("given_name", "名"),
    ("full_name", "お名前"),
    ("family_kana", "セイ"),
    ("given_kana", "メイ"),
    ("full_kana", "お名前（カナ）"),
    ("name_changed", "名前の変更"),
    ("old_name", "前のお名前"),
    ("old_kana", "前のお名前（カナ）"),
    ("phone_mobile", "電話番号"),
    ("relation", "使用者との関係"),
    ("notice", "結果のお知らせ方法"),
    ("email", "メールアドレス"),
    ("branch", "支店"),
    ("deposit_type", "預金種別"),
    ("account_number", "口座番号"),
    ("yucho_symbol", "記号"),
    ("holder", "口座名義人"),
];

text_enum! {
    /// What is asked to be mended, by the five shapes of sentences (`ux.md` 2.2).
    pub enum Fault {
        Empty = "empty",
        NotChosen = "not_chosen",
        Shape = "shape",
        TooLong = "too_long",
        Contradiction = "contradiction",
    }
}

impl Fault {
    pub fn label(self) -> &'static str {
        match self {
            Fault::Empty => "入力がありません",
            Fault::NotChosen => "選んでいません",
            Fault::Shape => "書き方がちがいます",
            Fault::TooLong => "長すぎます",
            Fault::Contradiction => "ほかの項目とあいません",
        }
    }

    /// Of a sentence: by its fixed words, never by what was typed.
    fn of(sentence: &str) -> Self {
        if sentence.contains("を確かめてください") {
            Fault::Contradiction
        } else if sentence.contains("文字以内で入力してください（いま") {
            Fault::TooLong
        } else if sentence.ends_with("を選んでください") {
            Fault::NotChosen
        } else if sentence.ends_with("を入力してください") && !sentence.contains("は、") {
            Fault::Empty
        } else {
            Fault::Shape
        }
    }
}

pub fn page(word: &str) -> Option<(&'static str, &'static str)> {
    PAGES.into_iter().find(|(w, _)| *w == word)
}

fn label(field: &str) -> &'static str {
    FIELDS
        .iter()
        .find(|(id, _)| *id == field)
        .map_or("この画面の項目", |(_, label)| label)
}

/// What is kept of the wrong fields: `customer_number:empty email:shape`. A field that is not known here is `field`.
pub fn faults(errors: &[FieldError]) -> String {
    let word = |error: &FieldError| {
        let known = FIELDS
            .iter()
            .find(|(id, _)| *id == error.field)
            .map_or("field", |(id, _)| id);
        format!("{known}:{}", Fault::of(&error.message).as_str())
    };
    errors.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// The same in Japanese, one line a field.
pub fn fault_lines(kept: &str) -> Vec<String> {
    let line = |word: &str| {
        let (field, fault) = word.split_once(':')?;
        Some(format!("{}：{}", label(field), Fault::from_word(fault)?.label()))
    };
    kept.split(' ').filter_map(line).collect()
}

/// Hints that are sent often: word and text.
pub const HINTS: [(&str, &str); 8] = [
    ("slip", "検針票（使用水量のお知らせ）の左上の番号を入力してください"),
    ("kana", "カナは、通帳に書いてあるとおりに入力してください"),
    ("postal", "郵便番号を入れて「郵便番号から住所を入れる」を押してください"),
    (
        "branch",
        "支店名を入れて「支店をさがす」を押し、出てきた支店を選んでください",
    ),
    (
        "seven",
        "口座番号は、通帳の数字をそのまま入力してください。7桁に足りなくてもかまいません",
    ),
    (
        "pin",
        "暗証番号は、ここでは入力しません。金融機関の画面だけで入力します",
    ),
    ("next", "画面の下の「つぎへ進む」を押してください"),
    ("back", "画面の上の「前の画面にもどる」を押してください"),
];

pub fn ready_hint(word: &str) -> Option<&'static str> {
    HINTS.iter().find(|(w, _)| *w == word).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sentence_is_told_by_its_fixed_words() {
        let errors = [
            FieldError::new("customer_number", "お問い合わせ番号を入力してください"),
            FieldError::new("relation", "使用者との関係を選んでください"),
            FieldError::new("email", "メールアドレスは、name@example.jp の形で入力してください"),
            FieldError::new("block", "番地は、40文字以内で入力してください（いま46文字です）"),
            FieldError::new("holder", "口座名義と使用者を確かめてください。理由"),
        ];
        let kept = faults(&errors);
        assert_eq!(
            kept,
            "customer_number:empty relation:not_chosen email:shape block:too_long holder:contradiction"
        );
        assert_eq!(fault_lines(&kept)[0], "お問い合わせ番号：入力がありません");
    }

    proptest! {
        #[test]
        fn nothing_of_a_field_or_a_sentence_is_kept(field in "\\PC{0,12}", message in "\\PC{0,40}") {
            let kept = faults(&[FieldError::new(&field, message)]);
            let (field, fault) = kept.split_once(':').unwrap_or_default();
            prop_assert!(field == "field" || FIELDS.iter().any(|(id, _)| *id == field));
            prop_assert!(Fault::from_word(fault).is_some());
        }
    }
}
