//! The state machine of an application (`domain-enrolment.md`, rules 1–7), in one table.
//!
//! The database holds the same table (`application_edges`) and refuses every other edge.
use crate::{audit::Actor, db::text_enum};

text_enum! {
    /// Registration: where an application stands.
    pub enum Registration {
        Draft = "draft",
        Confirmed = "confirmed",
        AtInstitution = "at_institution",
        Checking = "checking",
        Registered = "registered",
        Rejected = "rejected",
        Cancelled = "cancelled",
        Unknown = "unknown",
        Expired = "expired",
        Corrected = "corrected",
        Withdrawn = "withdrawn",
        Paper = "paper",
    }
}

text_enum! {
    /// Why a person must look at an application that is decided.
    pub enum Attention {
        /// 名義不一致: the institution knows the account under another name.
        NameMismatch = "name_mismatch",
        /// 外字: the bureau's file could not hold a character of it.
        Characters = "characters",
    }
}

impl Attention {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Attention::NameMismatch => "名義不一致",
            Attention::Characters => "外字",
        }
    }
}

text_enum! {
    /// Why an edge was taken.
    pub enum Cause {
        TermsAccepted = "terms_accepted",
        Submitted = "submitted",
        HandedOff = "handed_off",
        Returned = "returned",
        Pushed = "pushed",
        DailyFile = "daily_file",
        Asked = "asked",
        Silence = "silence",
        Inquiry = "inquiry",
        CreateRefused = "create_refused",
        LadderExhausted = "ladder_exhausted",
        Contradiction = "contradiction",
        UnknownCode = "unknown_code",
        LateSuccess = "late_success",
        TooOld = "too_old",
        NeverStarted = "never_started",
        GivenUp = "given_up",
        ToPaper = "to_paper",
        Correction = "correction",
        Withdrawal = "withdrawal",
    }
}

impl Cause {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Cause::TermsAccepted => "規約に同意",
            Cause::Submitted => "申込みを確定",
            Cause::HandedOff => "金融機関の画面へ移動",
            Cause::Returned => "画面が戻った",
            Cause::Pushed => "ゲートウェイから通知",
            Cause::DailyFile => "日次ファイルに記載",
            Cause::Asked => "申込者が状態を確認",
            Cause::Silence => "戻りがないため照会",
            Cause::Inquiry => "照会の回答",
            Cause::CreateRefused => "開始の時点で受け付けられず",
            Cause::LadderExhausted => "7日間、結果が決まらず",
            Cause::Contradiction => "回答が矛盾",
            Cause::UnknownCode => "表にない結果コード",
            Cause::LateSuccess => "あとから登録完了が判明",
            Cause::TooOld => "期限が経過",
            Cause::NeverStarted => "金融機関で始まっていない",
            Cause::GivenUp => "申込者がやめた",
            Cause::ToPaper => "書面の手続きへ",
            Cause::Correction => "2人で訂正",
            Cause::Withdrawal => "申し出により取下げ",
        }
    }
}

use Registration::*;

/// An allowed change of state.
#[derive(Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: Registration,
    pub to: Registration,
    /// Only as a late success: the gateway says success after we had closed the application.
    pub late_only: bool,
}

const fn edge(from: Registration, to: Registration) -> Edge {
    Edge {
        from,
        to,
        late_only: false,
    }
}
const fn late(from: Registration) -> Edge {
    Edge {
        from,
        to: Registered,
        late_only: true,
    }
}

/// Every edge there is. `docs/ARCHITECTURE.md` draws its diagram from this table.
#[rustfmt::skip]
pub const EDGES: &[Edge] = &[
    edge(Draft, Confirmed), edge(Draft, Expired), edge(Draft, Cancelled), edge(Draft, Paper),
    edge(Confirmed, AtInstitution), edge(Confirmed, Expired), edge(Confirmed, Cancelled), edge(Confirmed, Paper),
    edge(AtInstitution, Checking),
    edge(Checking, Registered), edge(Checking, Rejected), edge(Checking, Cancelled),
    edge(Checking, Unknown), edge(Checking, Expired), edge(Checking, AtInstitution),
    edge(Unknown, Registered), edge(Unknown, Rejected), edge(Unknown, Cancelled),
    edge(Unknown, Expired), edge(Unknown, Corrected),
    edge(Rejected, AtInstitution), edge(Rejected, Paper), edge(Rejected, Expired),
    late(Rejected), late(Expired), late(Cancelled),
    edge(Registered, Corrected), edge(Registered, Withdrawn),
];

impl Registration {
    /// Whether `self → to` may be taken for `cause`.
    pub fn allows(self, to: Registration, cause: Cause) -> bool {
        EDGES
            .iter()
            .any(|e| e.from == self && e.to == to && e.late_only == (cause == Cause::LateSuccess))
    }
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Draft => "入力中",
            Confirmed => "申込確定",
            AtInstitution => "金融機関で手続中",
            Checking => "結果確認中",
            Registered => "登録完了",
            Rejected => "登録できませんでした",
            Cancelled => "取りやめ",
            Unknown => "結果不明",
            Expired => "期限切れ",
            Corrected => "訂正済",
            Withdrawn => "取下げ",
            Paper => "書面へ案内",
        }
    }
    /// What it means to who handles it; the manuals say so.
    pub fn meaning(self) -> &'static str {
        match self {
            Draft => "申込者が入力しています",
            Confirmed => "受付番号が出ました。金融機関の画面にはまだ進んでいません",
            AtInstitution => "申込者が金融機関の画面で手続きをしています",
            Checking => "画面が戻り、金融機関に結果を確かめています",
            Registered => "口座振替の登録が終わりました",
            Rejected => "金融機関が登録できないと答えました。理由があります",
            Cancelled => "申込者が手続きをやめました",
            Unknown => "結果がわかりません。登録されていることもあるので、やり直しを案内しません",
            Expired => "期限までに手続きがありませんでした",
            Corrected => "2人の職員が結果を訂正しました",
            Withdrawn => "登録のあとで、申し出により取り下げました",
            Paper => "紙の申込書の手続きを案内しました",
        }
    }
    /// Whether the table leads from here to there at all.
    pub fn leads_to(self, to: Registration) -> bool {
        EDGES.iter().any(|e| e.from == self && e.to == to)
    }
    /// The applicant may still change what was typed: nothing is on its way.
    pub fn is_editable(self) -> bool {
        matches!(self, Draft | Rejected)
    }
    /// Handed off and not decided (rule 3).
    pub fn is_in_flight(self) -> bool {
        matches!(self, AtInstitution | Checking | Unknown)
    }
    /// A result that the bureau receives.
    pub fn is_result(self) -> bool {
        matches!(
            self,
            Registered | Rejected | Cancelled | Expired | Corrected | Withdrawn | Paper
        )
    }
}

/// The edges as a Mermaid diagram, for the docs.
pub fn diagram() -> String {
    let line = |e: &Edge| {
        let note = if e.late_only { ": late success" } else { "" };
        format!("    {} --> {}{note}\n", e.from.as_str(), e.to.as_str())
    };
    let edges: String = EDGES.iter().map(line).collect();
    format!("stateDiagram-v2\n    [*] --> draft: terms accepted\n{edges}")
}

/// Who takes an edge, for the event and the audit entry.
pub fn actor_of(cause: Cause) -> Actor<'static> {
    use Cause::*;
    match cause {
        TermsAccepted | Submitted | Asked | GivenUp | ToPaper => Actor::Applicant,
        Returned | Pushed | Inquiry | CreateRefused | LateSuccess | NeverStarted | UnknownCode | Contradiction
        | DailyFile => Actor::Gateway,
        HandedOff | Silence | LadderExhausted | TooOld => Actor::System,
        Correction | Withdrawal => Actor::Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_handed_off_expires_without_an_inquiry() {
        assert!(!AtInstitution.allows(Expired, Cause::TooOld));
        assert!(EDGES.iter().all(|e| e.from != AtInstitution || e.to == Checking));
    }

    #[test]
    fn a_closed_application_registers_only_as_a_late_success() {
        for closed in [Rejected, Expired, Cancelled] {
            assert!(closed.allows(Registered, Cause::LateSuccess));
            assert!(!closed.allows(Registered, Cause::Inquiry));
        }
        assert!(!Checking.allows(Registered, Cause::LateSuccess));
    }

    #[test]
    fn no_edge_stands_twice() {
        for (i, e) in EDGES.iter().enumerate() {
            assert!(!EDGES[..i].iter().any(|o| o.from == e.from && o.to == e.to), "{e:?}");
        }
    }
}
