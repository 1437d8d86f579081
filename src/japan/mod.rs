//! How Japanese people write, and what banks, the post office and old systems make of it.
//!
//! Pure functions and tables: nothing here reads a file, a clock or the network, and nothing
//! panics; "today" and the text of a table are parameters. Typed text is accepted first and
//! put in order here (ux 2.3); only what cannot be understood comes back as an error, which the
//! caller turns into a sentence of the message catalogue.
//!
//! | module | what it knows |
//! | --- | --- |
//! | [`digits`] | numbers typed with hyphens, spaces and full-width digits |
//! | [`kana`] | names in kana as shown, and search keys |
//! | [`zengin`] | holder names, deposit types and account numbers as banks compare them |
//! | [`yucho`] | 記号・番号 of a ゆうちょ passbook |
//! | [`text`] | names and addresses, kept exactly as typed |
//! | [`email`], [`phone`] | how to reach the applicant |
//! | [`date`], [`calendar`], [`closed_days`] | dates with eras, business days, the support desk's hours |
//! | [`cp932`] | files in Windows-31J without losing a character in silence |

pub mod calendar;
pub mod closed_days;
pub mod cp932;
pub mod date;
pub mod digits;
pub mod email;
pub mod kana;
pub mod phone;
pub mod text;
pub mod yucho;
pub mod zengin;
