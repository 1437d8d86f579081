//! What a column can name: the fields, the row they come from, and the form in which a preview shows them.
use chrono::NaiveDateTime;
use std::borrow::Cow;

/// Something that becomes one record of the file.
pub trait Row {
    /// A field that is no date; `None` where the row has no such field.
    fn text(&self, field: &str) -> Option<Cow<'_, str>>;
    /// A date or time of Japan; a date stands at midnight.
    fn time(&self, field: &str) -> Option<NaiveDateTime>;
    /// The receipt number, by which the report names the row.
    fn id(&self) -> &str;
    /// One of [`STATES`].
    fn state(&self) -> &str;
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Digits,
    Date,
    Time,
}

/// A field that a column can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    /// One line for the form page.
    pub meaning: &'static str,
    pub kind: FieldKind,
    /// Masked in a preview.
    pub personal: bool,
}

use FieldKind::{Date, Digits, Text, Time};

const fn open(name: &'static str, label: &'static str, kind: FieldKind, meaning: &'static str) -> Field {
    let personal = false;
    Field {
        name,
        label,
        meaning,
        kind,
        personal,
    }
}
const fn personal(name: &'static str, label: &'static str, kind: FieldKind, meaning: &'static str) -> Field {
    let personal = true;
    Field {
        name,
        label,
        meaning,
        kind,
        personal,
    }
}

/// Every field, in the order of a form page.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    open("receipt_number", "受付番号", Text, "XXX-XXX-XXX の形です。"),
    open("state", "結果", Text, "registered などの英語の語です。変換表で請求システムの符号にします。"),
    open("state_label", "結果名称", Text, "登録完了、取りやめ などの日本語です。"),
    open("reason", "理由", Text, "登録できなかった理由の英語の語です。"),
    open("reason_label", "理由名称", Text, "登録できなかった理由の短い日本語です。"),
    open("raw_code", "ゲートウェイの結果コード", Text, "ゲートウェイが返した符号そのものです。"),
    open("confirmed_at", "受付日時", Time, "申込が確定した日時です。"),
    open("decided_at", "登録日時", Time, "結果が分かった日時です。"),
    open("kind", "申込区分（ア）", Text, "new は新規、change は変更です。"),
    open("new_code", "全銀の新規コード", Digits, "1 は新規の登録、2 は口座変更の登録、0 はその他です。"),
    personal("customer_number", "お問い合わせ番号（イ）", Digits, "数字だけです。"),
    personal("postal_code", "使用場所の郵便番号（ウ）", Digits, "7桁の数字です。"),
    personal("address", "使用場所（エ）", Text, "町名、番地、建物名をつないだものです。"),
    personal("town", "市町村・町名", Text, "使用場所の一部です。"),
    personal("block", "番地", Text, "使用場所の一部です。"),
    personal("building", "建物名・部屋番号", Text, "使用場所の一部です。"),
    open("start_date", "水道使用開始日（シ）", Date, "使用を始めた日です。"),
    personal("user_name", "使用者氏名（オ）", Text, "入力されたままの漢字です。"),
    personal("user_kana", "使用者氏名カナ（カ）", Text, "全角カタカナです。"),
    personal("old_name", "旧使用者氏名（キ）", Text, "入力されたままの漢字です。"),
    personal("old_kana", "旧使用者氏名カナ（ク）", Text, "全角カタカナです。"),
    personal("phone_home", "電話番号・自宅（ケ）", Digits, "数字だけです。"),
    personal("phone_work", "電話番号・勤務先（コ）", Digits, "数字だけです。"),
    personal("phone_mobile", "電話番号・携帯（サ）", Digits, "数字だけです。"),
    personal("email", "メールアドレス（テ）", Text, "メールを希望したときだけあります。"),
    open("relation", "申込者", Text, "self は本人、family は家族、other はその他です。"),
    open("institution_code", "金融機関コード（ス）", Digits, "4桁です。"),
    open("institution_name", "金融機関名（ス）", Text, "漢字の名称です。"),
    open("institution_kana", "金融機関名カナ", Text, "全角カタカナです。"),
    open("branch_code", "支店コード（ス）", Digits, "3桁です。"),
    open("branch_name", "支店名（ス）", Text, "漢字の名称です。"),
    open("branch_kana", "支店名カナ", Text, "全角カタカナです。"),
    open("deposit_type", "預金種別（セ）", Digits, "全銀の符号です。1 は普通、2 は当座です。"),
    open("deposit_label", "預金種別名", Text, "普通、当座 などの日本語です。"),
    personal("account_number", "口座番号（ソ）", Digits, "左に0を補った7桁です。"),
    personal("yucho_symbol", "ゆうちょ記号", Digits, "入力されたままです。ほかの金融機関では空です。"),
    personal("yucho_number", "ゆうちょ番号", Digits, "入力されたままです。ほかの金融機関では空です。"),
    personal("holder_name", "口座名義人（タ）", Text, "入力されたままの漢字です。"),
    personal("holder_kana", "口座名義人カナ（チ）", Text, "全角カタカナです。"),
    personal("holder_kana_sent", "口座名義人カナ（全銀）", Text, "金融機関へ送った半角カナです。30文字以内です。"),
    open("terms_version", "利用規約の版", Text, "同意した規約の版です。"),
    open("record_kind", "行の種類", Text, "result は結果、correction は前に還元した結果の訂正です。"),
    open("corrected_result", "訂正後の結果", Text, "registered か not_registered です。訂正でなければ空です。"),
];

/// The results a file can hold, with the words of the screens.
pub const STATES: &[(&str, &str)] = &[
    ("registered", "登録完了"),
    ("rejected", "登録できませんでした"),
    ("cancelled", "取りやめ"),
    ("expired", "期限切れ"),
    ("corrected", "訂正済"),
    ("withdrawn", "取下げ"),
    ("paper", "書面へ案内"),
];

/// A field by its name.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|f| f.name == name)
}

/// Hides a personal field: a number keeps its last three digits, a text its first character.
///
/// The masked text is as long and as wide as the true one, so that a preview shows the true widths.
pub fn mask<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    let Some(field) = field(name).filter(|f| f.personal) else {
        return Cow::Borrowed(text);
    };
    let length = text.chars().count();
    let shown = match field.kind {
        Digits if length > 3 => length - 3..length,
        // One or two characters would be told in full by their first.
        Text if length > 1 => 0..1,
        _ => 0..0,
    };
    let hidden = |(index, c)| if shown.contains(&index) { c } else { star(c) };
    Cow::Owned(text.chars().enumerate().map(hidden).collect())
}

fn star(c: char) -> char {
    if is_narrow(c) { '*' } else { '＊' }
}

/// Whether a character takes one byte of CP932: ASCII and half-width katakana.
pub(super) fn is_narrow(c: char) -> bool {
    matches!(c, '\0'..='\u{80}' | '\u{FF61}'..='\u{FF9F}')
}

/// A row whose personal fields are masked, for a preview.
pub struct Masked<'a>(pub &'a dyn Row);

impl Row for Masked<'_> {
    fn text(&self, field: &str) -> Option<Cow<'_, str>> {
        let text = self.0.text(field)?;
        Some(Cow::Owned(mask(field, &text).into_owned()))
    }
    fn time(&self, field: &str) -> Option<NaiveDateTime> {
        self.0.time(field)
    }
    fn id(&self) -> &str {
        self.0.id()
    }
    fn state(&self) -> &str {
        self.0.state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_mask_keeps_the_end_of_a_number_and_the_start_of_a_text() {
        assert_eq!(mask("account_number", "1234567"), "****567");
        assert_eq!(mask("account_number", "567"), "***");
        assert_eq!(mask("user_name", "髙﨑　太郎"), "髙＊＊＊＊");
        assert_eq!(mask("holder_kana_sent", "ﾔﾏﾀﾞ ﾀﾛｳ"), "ﾔ*******");
        assert_eq!(mask("old_name", "林"), "＊");
        assert_eq!(mask("email", "a@b.example"), "a**********");
        assert_eq!(mask("state", "registered"), "registered");
        assert_eq!(mask("user_name", ""), "");
    }

    #[test]
    fn every_field_has_one_name_and_one_label() {
        let names: BTreeSet<_> = FIELDS.iter().map(|f| f.name).collect();
        let labels: BTreeSet<_> = FIELDS.iter().map(|f| f.label).collect();
        assert_eq!((names.len(), labels.len()), (FIELDS.len(), FIELDS.len()));
        assert!(FIELDS.iter().all(|f| f.meaning.ends_with('。')));
    }
}
