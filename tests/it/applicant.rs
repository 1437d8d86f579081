//! An invented applicant who walks through the form.
use crate::{
    browser::{Browser, Page},
    harness::World,
};
use serde_json::json;

/// What is typed; every field can be changed before the walk.
#[derive(Clone)]
pub struct Applicant {
    pub institution: &'static str,
    pub customer_number: String,
    pub family: (&'static str, &'static str),
    pub given: (&'static str, &'static str),
    pub email: Option<&'static str>,
    /// Branch code and number, or 記号 and 番号 at 9900.
    pub account: (String, String),
    pub holder: Option<(&'static str, &'static str)>,
}

impl Default for Applicant {
    fn default() -> Self {
        Self {
            institution: "0140",
            customer_number: "0123456789".into(),
            family: ("山田", "やまだ"),
            given: ("太郎", "ﾀﾛｳ"),
            email: Some("taro@example.jp"),
            account: ("020".into(), "1234567".into()),
            holder: None,
        }
    }
}

impl Applicant {
    /// One whose account number ends in a scenario's two digits, with a customer number of its own.
    pub fn scenario(digits: &str) -> Self {
        Self {
            account: ("020".into(), format!("12345{digits}")),
            customer_number: format!("01234567{digits}"),
            ..Self::default()
        }
    }
    pub fn yucho() -> Self {
        Self {
            institution: "9900",
            account: ("14030".into(), "12345671".into()),
            customer_number: "9900000001".into(),
            ..Self::default()
        }
    }

    /// From the start page to the choice of the institution.
    pub async fn until_bank(&self, browser: &mut Browser) -> Page {
        let page = browser.get("/").await;
        let page = browser.submit(&page, &[]).await;
        page.expect("利用規約");
        browser.submit(&page, &[("agree", "yes")]).await
    }
    /// From the start page to the check page.
    pub async fn fill(&self, browser: &mut Browser) -> Page {
        let page = self.until_bank(browser).await;
        let page = browser.submit(&page, &[("institution", self.institution)]).await;
        let number = [
            ("application_kind", "new"),
            ("customer_number", self.customer_number.as_str()),
        ];
        let page = browser.submit(&page, &number).await;
        let page = browser
            .submit(
                &page,
                &[("postal_code", "940-0062"), ("town", "長岡市大手通"), ("block", "2-6")],
            )
            .await;
        let page = browser
            .submit(
                &page,
                &[
                    ("family_name", self.family.0),
                    ("given_name", self.given.0),
                    ("family_kana", self.family.1),
                    ("given_kana", self.given.1),
                    ("name_changed", "no"),
                ],
            )
            .await;
        let notice = if self.email.is_some() { "mail" } else { "site" };
        let contact = [
            ("phone_mobile", "０９０−０００0−1234"),
            ("relation", "self"),
            ("notice", notice),
            ("email", self.email.unwrap_or("")),
        ];
        let page = browser.submit(&page, &contact).await;
        if page.path.starts_with("/apply/check") {
            return page;
        }
        self.fill_account(browser, &page).await
    }

    pub async fn fill_account(&self, browser: &mut Browser, page: &Page) -> Page {
        let (one, two) = match self.institution {
            "9900" => ("yucho_symbol", "yucho_number"),
            _ => ("branch", "account_number"),
        };
        let mut fields = vec![(one, self.account.0.as_str()), (two, self.account.1.as_str())];
        if self.institution != "9900" {
            fields.push(("deposit_type", "1"));
        }
        match self.holder {
            None => fields.push(("holder", "same")),
            Some((name, kana)) => {
                fields.extend([("holder", "other"), ("holder_name", name), ("holder_kana", kana)]);
            }
        }
        let page = browser.submit(page, &fields).await;
        page.expect("まだ申込みは終わっていません");
        page
    }

    /// To the page with the receipt number.
    pub async fn hand_off(&self, browser: &mut Browser) -> HandedOff {
        let page = self.fill(browser).await;
        HandedOff::from(browser.submit(&page, &[]).await)
    }
}

/// The page from which one leaves for the institution.
pub struct HandedOff {
    pub page: Page,
    pub receipt_number: String,
    pub tran_id: String,
}

impl From<Page> for HandedOff {
    fn from(page: Page) -> Self {
        page.expect("ここから先は");
        let receipt_number = page.first(".receipt-number");
        assert_eq!(receipt_number.len(), 11);
        let (_, fields) = page.form();
        HandedOff {
            receipt_number,
            tran_id: fields["tran_id"].clone(),
            page,
        }
    }
}

impl HandedOff {
    /// The person types the PIN and so on at the institution; gives what the browser would bring back.
    pub async fn complete(&self, world: &World) -> serde_json::Value {
        world
            .control("complete", json!({ "tran_id": self.tran_id, "pin": "1234" }))
            .await
    }
    /// The browser comes back with the institution's message.
    pub async fn come_back(&self, browser: &mut Browser, answer: &serde_json::Value) -> Page {
        let path = answer["return_url"].as_str().unwrap();
        let body = answer["body"].as_str().unwrap();
        match answer["method"].as_str().unwrap() {
            "GET" => browser.get(&format!("{path}?{body}")).await,
            _ => browser.post_raw(path, body.as_bytes().to_vec()).await,
        }
    }
    /// Completes, comes back, and waits for the result.
    pub async fn finish(&self, world: &World, browser: &mut Browser) -> Page {
        let answer = self.complete(world).await;
        self.come_back(browser, &answer).await;
        world.run_jobs().await;
        browser.get("/result").await
    }
}
