use maud::{Markup, html};

/// A part of a long list, by the number in its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The first is 0.
    number: i64,
    /// Rows of the whole list.
    pub count: i64,
}

impl Part {
    /// Rows of one part.
    pub const ROWS: i64 = 50;

    /// The part that an address or a form asks for, of a list of so many rows. Where the list became shorter meanwhile it is
    /// the last one.
    pub fn of(asked: &str, count: i64) -> Self {
        let last = (count - 1).max(0) / Self::ROWS;
        Self {
            number: asked.parse().unwrap_or(0).clamp(0, last),
            count,
        }
    }

    pub fn is_first(self) -> bool {
        self.number == 0
    }

    /// Rows of the list that stand on earlier parts.
    pub fn skipped(self) -> i64 {
        self.number * Self::ROWS
    }

    /// The address of a part.
    pub fn path(list: &str, asked: &str) -> String {
        match asked.parse::<i64>() {
            Ok(number) if number > 0 => format!("{list}?page={number}"),
            _ => list.to_owned(),
        }
    }

    /// How many there are, and which of them stand here; an empty list says so in its own words.
    pub fn told(self) -> Markup {
        let (first, last) = (self.skipped() + 1, (self.skipped() + Self::ROWS).min(self.count));
        html! { @if self.count > 0 {
            p class="count" role="status" {
                (self.count) "件"
                @if self.count > Self::ROWS { "中 " (first) "〜" (last) "件を表示" }
            }
        } }
    }

    /// For a form that leads back to this part.
    pub fn field(self) -> Markup {
        html! { @if !self.is_first() { input type="hidden" name="page" value=(self.number); } }
    }

    /// The ways to the parts beside this one.
    pub fn pager(self, list: &str) -> Markup {
        let to = |number: i64| Self::path(list, &number.to_string());
        let is_last = self.skipped() + Self::ROWS >= self.count;
        html! { @if !self.is_first() || !is_last {
            nav class="pager noprint" aria-label="ページ" {
                @if !self.is_first() { a class="button button--secondary" href=(to(self.number - 1)) { "前の50件" } }
                @if !is_last { a class="button button--secondary" href=(to(self.number + 1)) { "次の50件" } }
            }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_always_one_that_is_there() {
        for (asked, count, skipped) in [
            ("", 0, 0),
            ("0", 50, 0),
            ("1", 50, 0),
            ("1", 51, 50),
            ("2", 101, 100),
            ("9999999999", 10_000, 9_950),
            ("-1", 10_000, 0),
            ("x", 10_000, 0),
        ] {
            assert_eq!(Part::of(asked, count).skipped(), skipped, "{asked:?} of {count}");
        }
    }

    #[test]
    fn the_parts_lead_to_one_another_and_end() {
        let links = |asked: &str| Part::of(asked, 101).pager("/list").into_string();
        assert!(links("0").contains("/list?page=1") && !links("0").contains("前の50件"));
        assert!(links("1").contains("\"/list\"") && links("1").contains("/list?page=2"));
        assert!(links("2").contains("/list?page=1") && !links("2").contains("次の50件"));
        assert_eq!(Part::of("", 50).pager("/list").into_string(), "");
        let told = Part::of("2", 101).told().into_string();
        assert!(told.contains("101件中 101〜101件を表示"), "{told}");
        assert_eq!(Part::of("", 0).told().into_string(), "");
    }
}
