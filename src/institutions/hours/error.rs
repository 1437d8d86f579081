//! What is wrong with a typed rule, as a sentence for the operator.

/// Why a text is no rule. `Display` is one Japanese sentence: what to type instead, what stands there now where that
/// helps, and an example. It holds nothing but the operator's own text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nothing was typed.
    #[error("休止の規則を入力してください（例：毎日 23:55-翌0:05）")]
    Empty,
    /// More characters than any rule needs.
    #[error("休止の規則は、{most}文字以内で入力してください（いま{now}文字です。例：毎日 23:55-翌0:05）")]
    TooLong {
        /// The most characters that are read.
        most: usize,
        /// The characters typed.
        now: usize,
    },
    /// It does not begin with days.
    #[error(
        "休止の日は、「毎日」「毎週 日」「第3日曜」「毎月 15日」「祝日」「銀行休業日」「毎年 12/31」や日付で始めてください（いま{0}。例：第3日曜 21:00-翌7:00）"
    )]
    Days(String),
    /// No day of the week where one belongs.
    #[error("曜日は、月から日までの1文字で入力してください（いま{0}。例：毎週 土・日 21:00-翌7:00）")]
    Weekday(String),
    /// Neither 第1 to 第5 nor 最終.
    #[error("第何曜日かは、第1から第5までか「最終」で入力してください（いま{0}。例：第1・3月曜 2:00-6:00）")]
    Nth(String),
    /// No month from 1 to 12.
    #[error("月は、1から12までの数字で入力してください（いま{0}。例：1・4・7・10月 最終火曜 1:00-9:00）")]
    Month(String),
    /// No day that the named months have.
    #[error("毎月の日は、その月にある日か「末日」で入力してください（いま{0}。例：毎月 1・15日 2:00-6:00）")]
    MonthDay(String),
    /// Days before or after, further away than a week.
    #[error(
        "前後の日は、「の前日」「の翌日」「の2日前」「の2日後」のように7日以内で入力してください（いま{0}。例：第2月曜の前日 23:55-翌6:00）"
    )]
    Shift(String),
    /// 毎日 with a day before or after.
    #[error("「毎日」には、「の前日」や「の翌日」を付けずに入力してください（例：毎日 23:55-翌0:05）")]
    ShiftedEveryDay,
    /// A date that does not exist, or outside the years that are read.
    #[error(
        "日付は、2000年から2999年までにある日付で入力してください（いま{0}。例：2026-12-05 22:00-2026-12-06 6:00）"
    )]
    Date(String),
    /// A month and day that not every year has.
    #[error("毎年の日付は、どの年にもある日付で入力してください（いま{0}。例：毎年 12/31 20:00-1/4 7:00）")]
    YearlyDate(String),
    /// 翌 or 日後 in a yearly rule, whose end needs a date.
    #[error("毎年の休止の終わりは、「翌」ではなく日付で入力してください（いま{0}。例：毎年 12/31 20:00-1/4 7:00）")]
    YearlyEnd(String),
    /// No times where they belong.
    #[error("休止の時間は、「始まり-終わり」か「終日」の形で入力してください（いま{0}。例：23:55-翌0:05）")]
    Hours(String),
    /// A time that no clock shows.
    #[error(
        "時刻は、始まりを0:00から23:59まで、終わりを0:00から24:00までで入力してください（いま{0}。例：21:00-24:00）"
    )]
    Time(String),
    /// The end is not after the beginning.
    #[error("終わりの時刻は、始まりより後にし、翌日になるときは「翌」を付けてください（いま{0}。例：23:55-翌0:05）")]
    Order(String),
    /// Something other than a period after the times.
    #[error(
        "時間の後には、期間だけを「（2027-01-01から）」「（2027-03-31まで）」の形で入力してください（いま{0}。例：毎日 23:55-翌0:05（2027-01-01から））"
    )]
    Period(String),
    /// A period that ends before it begins.
    #[error("期間の終わりの日は、始まりの日か、その後にしてください（例：（2027-01-01から2027-03-31まで））")]
    PeriodOrder,
    /// A period after a rule that has its own dates.
    #[error("日付を決めた1回だけの休止には、期間を付けずに入力してください（例：2026-12-05 22:00-2026-12-06 6:00）")]
    PeriodOfOnce,
}
