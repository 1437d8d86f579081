use crate::db::text_enum;
use chrono::{NaiveDate, NaiveDateTime};
use futures_util::future::BoxFuture;

text_enum! {
    /// Why an account was not registered (`domain-enrolment.md`, Reasons).
    pub enum Reason {
        PinMismatch = "pin_mismatch",
        PinLocked = "pin_locked",
        NoAccount = "no_account",
        NameMismatch = "name_mismatch",
        CredentialMismatch = "credential_mismatch",
        NotEligible = "not_eligible",
        NotEnrolled = "not_enrolled",
        AlreadyRegistered = "already_registered",
        OutOfHours = "out_of_hours",
        Congested = "congested",
        UserCancel = "user_cancel",
        SessionTimeout = "session_timeout",
        TokenInvalid = "token_invalid",
        InputError = "input_error",
        CreditorNotAllowed = "creditor_not_allowed",
        SystemError = "system_error",
    }
}

impl Reason {
    /// A person of the bureau must look at it: the applicant can do nothing.
    pub fn alarms(self) -> bool {
        matches!(
            self,
            Reason::TokenInvalid | Reason::CreditorNotAllowed | Reason::SystemError
        )
    }
}

/// An account as it is sent to the institution.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// 3 digits.
    pub branch: String,
    /// 全銀 code: 1, 2, 3 or 9.
    pub deposit_type: String,
    /// 7 digits, zero-padded.
    pub number: String,
    /// Half-width 全銀 kana.
    pub holder_kana: String,
}

/// What we ask a gateway to begin.
#[derive(Clone)]
pub struct CreateRequest {
    pub attempt_id: String,
    pub institution: String,
    /// `None` where the institution's page takes the account.
    pub account: Option<Account>,
    pub return_url: String,
    pub push_url: String,
}

/// A begun transaction.
#[derive(Clone)]
pub struct Created {
    pub tran_id: String,
    pub token: String,
    pub start_url: String,
    pub expires_at: NaiveDateTime,
}

/// The gateway cannot be asked now; it says nothing about the transaction.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the gateway gave no answer: {0}")]
pub struct NoAnswer(pub String);

#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// `reason` is `None` for a code that the table does not know.
    #[error("the gateway refused: {code}")]
    Refused {
        code: String,
        reason: Option<Reason>,
        field: String,
    },
}

/// What an inquiry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Created, not yet opened.
    Entry,
    /// The person is at the institution.
    Started,
    /// The person is done; the result is not decided.
    Ended,
    Success {
        code: String,
        /// The account as registered, if told.
        account: Option<Account>,
    },
    Fail {
        code: String,
        reason: Option<Reason>,
        field: String,
    },
    /// The token died unused.
    Unprocessed,
    NotFound,
}

impl Answer {
    /// The word in the timeline.
    pub fn word(&self) -> &'static str {
        match self {
            Answer::Entry => "entry",
            Answer::Started => "started",
            Answer::Ended => "ended",
            Answer::Success { .. } => "success",
            Answer::Fail { .. } => "fail",
            Answer::Unprocessed => "unprocessed",
            Answer::NotFound => "not_found",
        }
    }
    /// The gateway's own code; empty where there is none.
    pub fn raw_code(&self) -> &str {
        match self {
            Answer::Success { code, .. } | Answer::Fail { code, .. } => code,
            _ => "",
        }
    }
}

/// A verified return or push: ask about this attempt now.
#[derive(Clone, Debug)]
pub struct Hint {
    pub attempt_id: String,
    /// The message's own word, for the timeline.
    pub status: String,
    /// Seen once or replayed: the caller checks in its transaction.
    pub nonce: String,
}

/// One line of the daily file: a hint, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyLine {
    pub attempt_id: String,
    pub status: String,
    pub code: String,
}

/// Why a message from outside is refused. The text is answered to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("the body is not a form in the agreed charset, or a field stands twice")]
    Form,
    #[error("unknown key_id")]
    Key,
    #[error("wrong signature")]
    Signature,
    #[error("wrong type or merchant")]
    Type,
    #[error("issued_at is more than 10 minutes from now")]
    Expired,
    #[error("count does not fit the lines of the file, or a line is malformed")]
    Daily,
}

/// What every gateway must do. Implementations are `redirect` and, for a real gateway, an adapter of its own.
pub trait Adapter: Send + Sync {
    /// Begins a transaction; asking again with the same attempt gives the same transaction.
    fn create<'a>(&'a self, request: &'a CreateRequest) -> BoxFuture<'a, Result<Created, CreateError>>;
    /// Verifies what a browser brought back.
    fn parse_return(&self, form: &[u8]) -> Result<Hint, MessageError>;
    /// Asks how the transaction stands; the only thing that decides.
    fn inquire<'a>(&'a self, attempt_id: &'a str, tran_id: &'a str) -> BoxFuture<'a, Result<Answer, NoAnswer>>;
    /// Verifies a push.
    fn parse_push(&self, body: &[u8]) -> Result<Hint, MessageError>;
    /// Asks for the daily file of a day (JST) and verifies it.
    fn fetch_daily(&self, day: NaiveDate) -> BoxFuture<'_, Result<Vec<DailyLine>, NoAnswer>>;
    /// Verifies a daily file that came by another way; its signature may be older than a message's.
    fn import_daily_file(&self, day: NaiveDate, bytes: &[u8]) -> Result<Vec<DailyLine>, MessageError>;
    /// Origins the hand-off page's form may post to.
    fn origins(&self) -> &[String];
}

crate::hidden::hidden_debug!(Account, CreateRequest, Created);
