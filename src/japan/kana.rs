//! Names in kana: the form people see, and the keys that search compares.

use std::iter::once;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

use super::digits::is_dash;

const VOICED: char = '\u{3099}';
const SEMI_VOICED: char = '\u{309A}';
const WIDE_SPACE: char = '\u{3000}';

/// The display form of a name in kana: full-width katakana, one U+3000 between words, trimmed
/// (ux 2.3 "kana").
///
/// Half-width kana and hiragana become full-width katakana, 濁点 typed apart are joined, and a dash
/// after a kana becomes `ー`. Anything else (kanji, Latin letters of either width) stays as typed so
/// that the caller can complain about it.
pub fn to_katakana(typed: &str) -> String {
    let mut out = String::with_capacity(typed.len());
    let mut space = false;
    for c in typed.chars().map(widen) {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        // NFKC leaves a space before a mark it took from U+309B, so a mark is joined across spaces.
        let last = out.chars().next_back();
        if is_mark(c)
            && let Some(joined) = last.filter(|l| is_kana_letter(*l)).and_then(|l| compose(l, c))
        {
            out.pop();
            out.push(joined);
            space = false;
            continue;
        }
        let after_kana = !space && last.is_some_and(is_kana_letter);
        if space && !out.is_empty() {
            out.push(WIDE_SPACE);
        }
        space = false;
        out.push(match c {
            _ if after_kana && is_dash(c) => 'ー',
            VOICED => '゛',
            SEMI_VOICED => '゜',
            _ => c,
        });
    }
    out
}

/// One character in full-width katakana; 濁点 of every kind as their combining marks.
fn widen(c: char) -> char {
    match c {
        '\u{309B}' | '\u{FF9E}' => VOICED,
        '\u{309C}' | '\u{FF9F}' => SEMI_VOICED,
        '\u{FF65}'..='\u{FF9D}' => once(c).nfkc().next().unwrap_or(c),
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, VOICED | SEMI_VOICED)
}

/// Katakana that stand for a sound or lengthen one, iteration marks included.
fn is_kana_letter(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | 'ㇰ'..='ㇿ')
}

/// Whether `s`, in the form of [`to_katakana`], can stand as a name in kana (N8.2 カ・ク・チ).
///
/// It may hold full-width katakana, `ー`, `・`, U+3000 and what holder names hold besides: Latin
/// letters, digits, full stop, brackets and hyphen of either width. At least one letter or digit is
/// needed. Everything it accepts can be written for a bank (`zengin::HolderKana`), unless too long.
pub fn is_katakana(s: &str) -> bool {
    let sound = |c: char| matches!(c, 'ァ'..='ヺ' | 'ㇰ'..='ㇿ') || narrow(c).is_ascii_alphanumeric();
    let other = |c: char| matches!(c, 'ー' | '・' | WIDE_SPACE) || matches!(narrow(c), '.' | '(' | ')' | '-');
    s.chars().any(sound) && s.chars().all(|c| sound(c) || other(c))
}

/// Full-width ASCII (U+FF01–U+FF5E) in half width; anything else as it is.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// A small katakana in its large form (ョ → ヨ, ヶ → ケ, ㇰ → ク); anything else as it is.
pub(crate) fn large(c: char) -> char {
    const SMALL: &str = "ァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ";
    const LARGE: &str = "アイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロ";
    SMALL
        .chars()
        .zip(LARGE.chars())
        .find_map(|(small, large)| (small == c).then_some(large))
        .unwrap_or(c)
}

/// Old and variant kanji, each followed by the form that search uses.
const VARIANTS: &str = "縣県﨑崎嵜崎碕崎髙高濵浜濱浜德徳澤沢邊辺邉辺齋斎齊斉櫻桜廣広國国嶋島嶌島眞真惠恵\
    藏蔵龍竜瀧滝學学會会壽寿淺浅條条榮栄靜静豐豊實実萬万與与寶宝圓円鐵鉄關関舘館𠮷吉渕淵冨富峯峰\
    槇槙檜桧穗穂來来礒磯瀨瀬敎教緖緒淸清郞郎彥彦薰薫嚴厳勳勲黑黒增増橫横兒児亞亜稻稲團団戶戸傳伝\
    應応佛仏當当邨村埜野龜亀絲糸藪薮籔薮鹽塩";

/// The key under which search compares names of every kind (domain-enrolment: Zengin facts).
///
/// NFKC, katakana, large kana (also ヰヱヲ → イエオ, which bank tables never hold), lower case and
/// today's kanji; without spaces, dashes, `ー`, `・` and loose marks.
pub fn fold(s: &str) -> String {
    // Marks are joined before NFKC tears them away, and kana that NFKC unpacks are widened after it.
    let plain: String = to_katakana(s).nfkc().collect();
    to_katakana(&plain)
        .chars()
        .filter(|c| !(c.is_whitespace() || is_dash(*c) || matches!(c, '・' | '゛' | '゜')))
        .flat_map(char::to_lowercase)
        .map(|c| match large(c) {
            'ヰ' => 'イ',
            'ヱ' => 'エ',
            'ヲ' => 'オ',
            c => modern(c),
        })
        .collect()
}

fn modern(c: char) -> char {
    let mut pairs = VARIANTS.chars();
    while let (Some(old), Some(new)) = (pairs.next(), pairs.next()) {
        if old == c {
            return new;
        }
    }
    c
}

/// The folded beginnings, 1 to `max` characters long, of each word of `kana`, without repeats.
///
/// The store keeps a blind index of each, so that staff find ヤマダ by ヤマ (design: personal data).
pub fn prefixes(kana: &str, max: usize) -> Vec<String> {
    let mut found = Vec::new();
    for word in kana.split_whitespace().map(fold) {
        let mut prefix = String::new();
        for c in word.chars().take(max) {
            prefix.push(c);
            if !found.contains(&prefix) {
                found.push(prefix.clone());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hiragana_and_half_width_kana_become_katakana() {
        assert_eq!(to_katakana(" やまだ  たろう "), "ヤマダ　タロウ");
        assert_eq!(to_katakana("ﾔﾏﾀﾞ ﾀﾛｳ"), "ヤマダ　タロウ");
        assert_eq!(to_katakana("ｦｧｯｰ･ﾊﾟ"), "ヲァッー・パ");
        assert_eq!(to_katakana("ゔゕゖゐゑゝゞ"), "ヴヵヶヰヱヽヾ");
    }

    #[test]
    fn marks_typed_apart_are_joined() {
        for typed in ["か゛", "カ゛", "ｶﾞ", "か\u{3099}", "ｶ゛", "か \u{3099}"] {
            assert_eq!(to_katakana(typed), "ガ", "{typed}");
        }
        assert_eq!(to_katakana("は゜う゛"), "パヴ");
        assert_eq!(to_katakana("あ゛"), "ア゛");
    }

    #[test]
    fn a_dash_after_a_kana_becomes_a_long_vowel() {
        for dash in "-‐―−－ｰー".chars() {
            assert_eq!(to_katakana(&format!("さ{dash}さ{dash}{dash}")), "サーサーー");
        }
        assert_eq!(to_katakana("Ａ－Ｂ"), "Ａ－Ｂ");
    }

    #[test]
    fn kanji_and_latin_letters_stay_for_the_caller_to_judge() {
        assert_eq!(to_katakana("山田ＡＢcd１"), "山田ＡＢcd１");
        assert!(!is_katakana("山田"));
        assert!(is_katakana("ヤマダ　タロウ"));
        assert!(is_katakana("ジョン・Ｆ．ケネディ（２）－"));
    }

    #[test]
    fn a_name_needs_a_letter_and_only_full_width_kana() {
        for no in ["", "　", "ー", "・", "やまだ", "ﾔﾏﾀﾞ", "ア゛", "ヤマダ,"] {
            assert!(!is_katakana(no), "{no}");
        }
    }

    #[test]
    fn look_alikes_meet_in_one_key() {
        for (a, b) in [
            ("新潟縣信用組合", "新潟県信用組合"),
            ("ｼｮｳﾃﾝｶﾞｲﾊﾟ-ｸ", "シヨウテンガイパ－ク"),
            ("みなみ うおぬま", "ミナミウオヌマ"),
            ("髙﨑", "高崎"),
            ("か゛", "ガ"),
            ("Ｎｉigata", "NIIGATA"),
            ("サン・ロード", "さんろど"),
            ("ヲヱヰ", "おえい"),
            ("𠮷田　德澤", "吉田徳沢"),
            ("神\u{FA19}", "神神"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
        assert_ne!(fold("ハ"), fold("バ"));
    }

    #[test]
    fn the_table_of_variants_has_pairs_that_do_not_chain() {
        let all: Vec<char> = VARIANTS.chars().collect();
        assert_eq!(all.len() % 2, 0);
        for pair in all.chunks(2) {
            assert_eq!(modern(pair[1]), pair[1]);
            assert_eq!(modern(pair[0]), pair[1]);
        }
    }

    #[test]
    fn prefixes_begin_at_each_word_and_do_not_repeat() {
        assert_eq!(prefixes("ヤマダ　ヤスシ", 2), ["ヤ", "ヤマ", "ヤス"].map(String::from));
        assert_eq!(prefixes("しょうこ", 9), ["シ", "シヨ", "シヨウ", "シヨウコ"]);
        assert!(prefixes("　", 3).is_empty());
        assert!(prefixes("ヤマダ", 0).is_empty());
    }

    /// Text such as it reaches these functions: kana of all kinds, marks, dashes, spaces, some kanji.
    const TYPED: &str = "[ぁ-ゖゝゞァ-ヺｦ-ﾟ゛゜\u{3099}\u{309A}ー−‐－・･ 　A-Za-zＡ-ｚ0-9０-９髙縣神山()（）.．]{0,24}";

    proptest! {
        #[test]
        fn the_display_form_is_final(typed in TYPED) {
            let once = to_katakana(&typed);
            prop_assert_eq!(to_katakana(&once), once);
        }

        #[test]
        fn no_hiragana_no_half_width_kana_and_no_double_space_remain(typed in "\\PC*") {
            let shown = to_katakana(&typed);
            let other = |c: char| matches!(c, 'ぁ'..='ゖ' | '\u{FF65}'..='\u{FF9F}');
            prop_assert!(!shown.chars().any(other));
            prop_assert!(!shown.contains("　　") && shown.trim() == shown);
        }

        #[test]
        fn a_key_is_final_and_the_same_for_the_display_form(typed in TYPED) {
            let key = fold(&typed);
            prop_assert_eq!(&fold(&key), &key);
            prop_assert_eq!(fold(&to_katakana(&typed)), key);
        }

        #[test]
        fn each_prefix_begins_a_word(kana in "[ア-ン　]{0,12}", max in 0usize..6) {
            let words: Vec<String> = kana.split_whitespace().map(fold).collect();
            for prefix in prefixes(&kana, max) {
                prop_assert!(prefix.chars().count() <= max);
                prop_assert!(words.iter().any(|w| w.starts_with(&prefix)));
            }
        }
    }
}
