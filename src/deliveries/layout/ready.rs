//! Layouts that come with the program, to begin from.

/// A layout to begin from.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    pub name: &'static str,
    /// What it is for, on the form page.
    pub meaning: &'static str,
    /// TOML for [`Layout::from_toml_text`](super::Layout::from_toml_text).
    pub text: &'static str,
}

pub const READY: &[Ready] = &[
    Ready {
        name: "standard-19",
        meaning: "申込の19項目と、受付・登録の結果です。",
        text: include_str!("../../../config/layouts/standard-19.toml"),
    },
    Ready {
        name: "zengin-120",
        meaning: "全銀の口座振替レコードです。委託者と取引口座を局の値に書き換えてください。",
        text: include_str!("../../../config/layouts/zengin-120.toml"),
    },
];
