//! The number of an inquiry (問合せの番号): one character shorter than a receipt number, in other groups, so that
//! neither is taken for the other.
use crate::{crypto::Numbering, enrolment};

const NUMBERS: Numbering = Numbering { random: 7, group: 4 };

pub fn new() -> String {
    NUMBERS.fresh()
}

/// `7KQ4-M9TX`
pub fn display(number: &str) -> String {
    NUMBERS.display(number)
}

/// Reads what a person typed.
pub fn parse(typed: &str) -> Option<String> {
    NUMBERS.parse(typed)
}

/// Whether it can be the receipt number of an application.
pub fn is_receipt(typed: &str) -> bool {
    enrolment::parse_receipt_number(typed).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_typed_and_is_no_receipt_number() {
        let number = new();
        let shown = display(&number);
        assert_eq!(shown.len(), 9);
        for typed in [shown.to_lowercase(), shown.replace('-', "　"), format!(" {number}")] {
            assert_eq!(parse(&typed).as_deref(), Some(number.as_str()), "{typed}");
            assert!(!is_receipt(&typed));
        }
    }
}
