//! The five sentence shapes of `ux.md` 2.2. No other sentence is ever shown at a field.
use crate::{japan::text, web::ui::FieldError};

/// Nothing was typed.
pub fn enter(label: &str) -> String {
    format!("{label}を入力してください")
}
/// Nothing was chosen.
pub fn choose(label: &str) -> String {
    format!("{label}を選んでください")
}
/// It has another form: `how` ends in a particle, as in 「数字7桁で」.
pub fn shape(label: &str, how: &str) -> String {
    format!("{label}は、{how}入力してください")
}
/// It is longer than `most` characters.
pub fn too_long(label: &str, most: usize, now: usize) -> String {
    format!("{label}は、{most}文字以内で入力してください（いま{now}文字です）")
}
/// The same in places as banks count them, which are not those that people see.
pub fn too_many_places(label: &str, most: usize, now: usize) -> String {
    format!("{label}は、濁点と半濁点も1文字と数えて、{most}文字以内で入力してください（いま{now}文字です）")
}
/// Two answers do not go together.
pub fn contradiction(both: &str, reason: &str) -> String {
    format!("{both}を確かめてください。{reason}")
}

/// A name or an address: cleaned, not empty unless optional, at most `most` characters.
pub fn read_text(
    field: &str,
    label: &str,
    typed: &str,
    required: bool,
    most: usize,
    errors: &mut Vec<FieldError>,
) -> String {
    let mut wrong = |message: String| {
        errors.push(FieldError::new(field, message));
        String::new()
    };
    match text::clean(typed) {
        Err(_) => wrong(shape(label, "絵文字や特別な記号を使わずに")),
        Ok(clean) if clean.is_empty() && required => wrong(enter(label)),
        Ok(clean) if text::width_count(&clean) > most => wrong(too_long(label, most, text::width_count(&clean))),
        Ok(clean) => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shape_uses_a_word_that_blames() {
        let all = [
            enter("氏名"),
            choose("氏名"),
            shape("氏名", "数字7桁で"),
            too_long("氏名", 40, 46),
            too_many_places("氏名", 30, 33),
            contradiction("氏名と番号", "理由です"),
        ];
        for sentence in all {
            assert!(sentence.starts_with("氏名") && !sentence.ends_with('。'));
            for banned in [
                "不正",
                "無効",
                "エラー",
                "正しくありません",
                "しないでください",
                "恐れ入り",
            ] {
                assert!(!sentence.contains(banned), "{sentence}");
            }
        }
    }
}
