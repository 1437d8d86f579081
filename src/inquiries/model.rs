//! An inquiry's words and what is typed of it. Pure.
use super::number;
use crate::{
    db::text_enum,
    hidden::hidden_debug,
    japan::{email, kana, phone, text},
    web::ui::FieldError,
};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

text_enum! {
    /// The way by which it came.
    pub enum Source {
        Web = "web",
        Phone = "phone",
        Counter = "counter",
        /// A letter, a fax, a mail to the bureau.
        Mail = "mail",
        /// Staff who ask the operator (N8.7).
        Staff = "staff",
    }
}

impl Source {
    pub fn label(self) -> &'static str {
        match self {
            Source::Web => "サイト",
            Source::Phone => "電話",
            Source::Counter => "窓口",
            Source::Mail => "郵便・メール",
            Source::Staff => "運用担当あて",
        }
    }
}

text_enum! {
    /// What it is about.
    pub enum Category {
        Procedure = "procedure",
        Result = "result",
        Account = "account",
        Bill = "bill",
        Trouble = "trouble",
        Privacy = "privacy",
        Other = "other",
    }
}

impl Category {
    pub fn label(self) -> &'static str {
        match self {
            Category::Procedure => "申込みの方法",
            Category::Result => "申込みの結果・登録の状況",
            Category::Account => "口座・金融機関の変更",
            Category::Bill => "料金・引き落とし",
            Category::Trouble => "画面が動かない・表示がおかしい",
            Category::Privacy => "個人情報の取扱い",
            Category::Other => "その他",
        }
    }
}

text_enum! {
    /// How soon an answer is due (`hours.rs`). The order is that of urgency.
    pub enum Priority {
        Urgent = "urgent",
        High = "high",
        Normal = "normal",
        Low = "low",
    }
}

impl Priority {
    pub fn label(self) -> &'static str {
        match self {
            Priority::Urgent => "至急",
            Priority::High => "急ぎ",
            Priority::Normal => "通常",
            Priority::Low => "ゆっくり",
        }
    }
}

text_enum! {
    /// Where it stands.
    pub enum Status {
        /// Somebody must answer; the clock runs.
        Open = "open",
        /// The other side has been asked something.
        Waiting = "waiting",
        Answered = "answered",
        Closed = "closed",
    }
}

impl Status {
    pub fn label(self) -> &'static str {
        match self {
            Status::Open => "未回答",
            Status::Waiting => "返事待ち",
            Status::Answered => "回答済み",
            Status::Closed => "完了",
        }
    }
}

text_enum! {
    /// Who says something to whom.
    pub enum MessageKind {
        /// The citizen, or what they said on the phone.
        Asked = "asked",
        /// Read by the citizen.
        Reply = "reply",
        /// Read by staff alone.
        Note = "note",
        /// For whoever goes on: the next shift, the next person.
        Handover = "handover",
    }
}

impl MessageKind {
    pub fn label(self) -> &'static str {
        match self {
            MessageKind::Asked => "問合せ",
            MessageKind::Reply => "回答",
            MessageKind::Note => "内部メモ",
            MessageKind::Handover => "引き継ぎ",
        }
    }
}

/// How the person who asks can be reached, and the receipt number that they named. Kept sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
    /// Digits.
    pub phone: String,
    pub email: String,
    pub receipt_number: String,
}
hidden_debug!(Contact, Question);

/// A question that can be kept.
#[derive(Clone)]
pub struct Question {
    pub category: Category,
    pub body: String,
    pub contact: Contact,
}

/// The longest message of anybody.
pub const LONGEST: usize = 2000;
const LONGEST_NAME: usize = 60;

/// A text of several lines as it is kept: no control characters, no blank ends.
pub fn tidy(typed: &str) -> String {
    let unix = typed.replace("\r\n", "\n").replace('\r', "\n");
    let plain = unix.chars().filter(|c| *c == '\n' || !c.is_control());
    plain.collect::<String>().trim().to_owned()
}

/// As a search compares: half width, small letters, katakana.
pub fn folded(text: &str) -> String {
    kana::to_katakana(&text.nfkc().collect::<String>().to_lowercase())
}

/// Reads a message; what is wrong is said at `field`.
pub fn read_body(field: &str, label: &str, typed: &str, errors: &mut Vec<FieldError>) -> String {
    let body = tidy(typed);
    let length = body.chars().count();
    if body.is_empty() {
        errors.push(FieldError::new(field, format!("{label}を入力してください")));
    } else if length > LONGEST {
        let sentence = format!("{label}は、{LONGEST}文字以内で入力してください（いま{length}文字です）");
        errors.push(FieldError::new(field, sentence));
    }
    body
}

/// What a citizen typed at the public form, field by field.
pub fn read_question(get: impl Fn(&str) -> String) -> Result<Question, Vec<FieldError>> {
    let mut errors = vec![];
    let category = Category::from_word(&get("category"));
    if category.is_none() {
        errors.push(FieldError::new("category", "問合せの種類を選んでください"));
    }
    let body = read_body("body", "問合せの内容", &get("body"), &mut errors);
    let contact = read_contact(&get, &mut errors);
    let typed = get("receipt_number");
    if !typed.trim().is_empty() && !number::is_receipt(&typed) {
        let sentence = "受付番号は、お知らせのとおり英数字9文字で入力してください。分からないときは、空けておけます";
        errors.push(FieldError::new("receipt_number", sentence));
    }
    match (category, errors.is_empty()) {
        (Some(category), true) => Ok(Question {
            category,
            body,
            contact,
        }),
        _ => Err(errors),
    }
}

/// Name, phone and mail address, none of which must be there.
pub fn read_contact(get: impl Fn(&str) -> String, errors: &mut Vec<FieldError>) -> Contact {
    let mut contact = Contact {
        receipt_number: get("receipt_number").trim().to_owned(),
        ..Contact::default()
    };
    match text::clean(&get("name")) {
        Ok(name) if name.chars().count() <= LONGEST_NAME => contact.name = name,
        Ok(_) => errors.push(FieldError::new(
            "name",
            format!("お名前は、{LONGEST_NAME}文字以内で入力してください"),
        )),
        Err(_) => errors.push(FieldError::new(
            "name",
            "お名前は、絵文字や特別な記号を使わずに入力してください",
        )),
    }
    let typed = get("phone");
    match phone::parse(&typed) {
        Ok(digits) => contact.phone = digits,
        Err(_) if typed.trim().is_empty() => {}
        Err(_) => errors.push(FieldError::new(
            "phone",
            "電話番号は、市外局番から10桁か11桁の数字で入力してください",
        )),
    }
    let typed = get("email");
    match email::parse(&typed) {
        Ok(read) => contact.email = read.address,
        Err(_) if typed.trim().is_empty() => {}
        Err(_) => errors.push(FieldError::new(
            "email",
            "メールアドレスは、name@example.jp の形で入力してください",
        )),
    }
    contact
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn question(pairs: &[(&str, &str)]) -> Result<Question, Vec<FieldError>> {
        let get = |name: &str| {
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map_or(String::new(), |(_, v)| (*v).to_owned())
        };
        read_question(get)
    }

    #[test]
    fn a_question_needs_a_kind_and_words_and_nothing_of_the_person() {
        let asked = question(&[("category", "result"), ("body", " いつ\r\n分かりますか\u{7} ")]).unwrap();
        assert_eq!(asked.body, "いつ\n分かりますか");
        assert_eq!(asked.contact, Contact::default());
        let wrong = question(&[
            ("email", "x"),
            ("phone", "12"),
            ("receipt_number", "ABC"),
            ("name", "a\u{202E}"),
        ]);
        let fields: Vec<String> = wrong.unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["category", "body", "name", "phone", "email", "receipt_number"]);
    }

    #[test]
    fn a_sentence_begins_with_its_label_and_holds_nothing_that_was_typed() {
        let long = "長".repeat(2001);
        let wrong = question(&[
            ("body", &long),
            ("email", "秘密"),
            ("phone", "秘密"),
            ("receipt_number", "秘密"),
        ]);
        for error in wrong.unwrap_err() {
            assert!(
                !error.message.contains("秘密") && !error.message.ends_with('。'),
                "{}",
                error.message
            );
        }
    }

    proptest! {
        #[test]
        fn any_typing_is_answered(body in "\\PC{0,60}", name in "\\PC{0,20}", phone in "\\PC{0,20}", email in "\\PC{0,20}") {
            let _ = question(&[("category", "other"), ("body", &body), ("name", &name), ("phone", &phone), ("email", &email)]);
        }
    }
}
