//! The form as it would ask these items: for who drafts them (`texts::Controls`).
use super::{form::Context, views};
use crate::{
    clock::jst,
    config::{AccountCapture, Items, PageId},
    workspace::Workspace,
};
use maud::Markup;
use std::sync::Arc;

/// The controls of a page as a citizen finds them on coming there. They work, so whoever only shows them takes that away
/// (`web::ui::looked_at`).
pub fn as_asked(workspace: &Workspace, page: PageId, items: &Arc<Items>) -> Markup {
    let context = Context {
        items: items.clone(),
        city: workspace.site.bureau.city.clone(),
        today: jst(workspace.clock.now()).date(),
        institution: None,
        branch: None,
        capture: AccountCapture::Form,
        deposit_types: vec![],
    };
    views::asked(page, &context)
}
