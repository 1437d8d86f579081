//! The papers of the contract (N9, N10): 進捗報告書, 課題管理表, 変更管理記録, 議事録. The system fills them in, people add
//! their words, and a fixed one never changes; a newer edition takes its place.
mod gather;
mod model;
mod pages;
mod store;
mod views;

pub use pages::routes;

/// The address of a paper at the console.
fn path_of(id: &str) -> String {
    format!("/papers/{id}")
}
