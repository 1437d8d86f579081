//! What may stand in a text: the words that are filled in, the parts that must be there, and nothing of a person.
use super::{
    catalogue::{Kind, TextId},
    items, persons,
};
use crate::web::WORDS;

/// Characters of a mail's title (`ux.md` 2.4).
const TITLE: usize = 30;
/// Bytes of a text; the longest that ships has 19,000.
const LARGEST: usize = 100_000;
/// The words of a mail that the program fills in for each applicant (KS9.4: these two and no more).
const OF_MAILS: [&str; 2] = ["receipt_number", "url"];
/// Digits in a row from which on a number may be somebody's: a phone, an account, a customer.
const DIGITS: usize = 7;

/// What is wrong, one sentence each; nothing when the text may be proposed.
pub fn problems(id: TextId, body: &str) -> Vec<String> {
    let mut found = vec![];
    if body.trim().is_empty() {
        return vec!["本文を入力してください".to_owned()];
    }
    if body.len() > LARGEST {
        let most = LARGEST / 3;
        return vec![format!(
            "本文は、{most}文字以内で入力してください（いま{}文字です）",
            body.chars().count()
        )];
    }
    if id.kind() == Kind::Items {
        return items::problems(body);
    }
    let mail = id.kind() == Kind::Mail;
    for word in placeholders(body) {
        let is_known = WORDS.contains(&word) || (mail && OF_MAILS.contains(&word));
        if !is_known {
            found.push(format!(
                "本文の{{{{{word}}}}}は、差し込みの一覧にある名前で入力してください"
            ));
        }
    }
    if mail {
        found.extend(of_mail(body));
    }
    if id.kind() == Kind::Terms && !body.starts_with("## ") && !body.contains("\n## ") {
        found.push("本文は、「## 見出し」で始まる節に分けて入力してください".to_owned());
    }
    found
}

fn of_mail(body: &str) -> Vec<String> {
    let mut found = vec![];
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    match first.trim_end().strip_prefix("件名：") {
        None => found.push("1行目は、「件名：」で始めて入力してください".to_owned()),
        Some(title) => {
            let length = title.chars().count();
            if length == 0 {
                found.push("件名を入力してください".to_owned());
            }
            if length > TITLE {
                found.push(format!(
                    "件名は、{TITLE}文字以内で入力してください（いま{length}文字です）"
                ));
            }
        }
    }
    for word in OF_MAILS {
        if !rest.contains(&format!("{{{{{word}}}}}")) {
            found.push(format!("本文に{{{{{word}}}}}を入力してください"));
        }
    }
    if has_personal(body) || persons::has_account(body) {
        let what = "本文を確かめてください。電話番号・口座番号・メールアドレスのように見える文字があります。\
                    水道局の電話番号は{{phone}}で差し込めます";
        found.push(what.to_owned());
    }
    found.extend(persons::findings(body));
    found
}

/// The names between `{{` and `}}`, in order.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{")
        .skip(1)
        .map(|rest| rest.split("}}").next().unwrap_or(rest).trim())
}

/// Whether something looks like a person's: a mail address, or a long number however it is written.
pub fn has_personal(text: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = text.nfkc().collect();
    let mut digits = 0;
    for c in plain.chars() {
        match c {
            '@' => return true,
            c if c.is_ascii_digit() => digits += 1,
            // Groups of one number.
            '-' | '(' | ')' | ' ' | '‐' | '−' | 'ー' => {}
            _ => digits = 0,
        }
        if digits >= DIGITS {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "件名：お知らせ\n\n受付番号　{{receipt_number}}\n{{url}}\n電話　{{phone}}\n";

    #[test]
    fn every_text_that_ships_may_be_proposed() {
        for id in TextId::ALL.iter().filter(|id| !id.built_in().is_empty()) {
            assert_eq!(problems(*id, id.built_in()), Vec::<String>::new(), "{}", id.as_str());
        }
    }

    #[test]
    fn a_mail_holds_nothing_of_a_person() {
        assert_eq!(problems(TextId::MailReceipt, GOOD), Vec::<String>::new());
        for personal in [
            "090-0000-1234",
            "０９０（００００）１２３４",
            "口座 1234567",
            "taro@example.jp",
            "{{applicant_name}}",
            "{{account_number}}",
        ] {
            let text = format!("{GOOD}{personal}\n");
            assert_eq!(problems(TextId::MailReceipt, &text).len(), 1, "{personal}");
        }
        let harmless = format!("{GOOD}平日 8時30分から17時15分まで。下4桁、30日以内、2026年12月31日\n");
        assert_eq!(problems(TextId::MailReceipt, &harmless), Vec::<String>::new());
    }

    #[test]
    fn a_mail_without_number_link_or_title_is_refused() {
        let without = |word: &str| problems(TextId::MailReceipt, &GOOD.replace(word, ""));
        assert!(without("{{receipt_number}}")[0].contains("{{receipt_number}}"));
        assert!(without("{{url}}")[0].contains("{{url}}"));
        assert!(without("件名：")[0].contains("件名："));
        let long = GOOD.replace("お知らせ", &"長".repeat(31));
        assert!(problems(TextId::MailReceipt, &long)[0].contains("いま31文字"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,200}") {
            for id in [TextId::Items, TextId::Terms, TextId::Faq, TextId::MailReceipt] {
                let _ = problems(id, &text);
            }
        }
    }
}
