//! The durable queue: work that must happen although the process may end first. A job is a row; a lease says who works on it.
mod runner;
pub mod schedule;
mod store;

pub use runner::{Handler, Handlers, Runner};
pub use store::{
    Job, JobRow, QueueState, dead, dead_payloads, enqueue, enqueue_once, kinds, purge_finished, queue_state, revive,
    revive_payload, touch, waiting,
};

/// What a handler says of a job.
#[derive(Debug)]
pub enum JobError {
    /// Try again later; the text goes into the row, without personal data.
    Retry(String),
    /// No later try can help.
    Dead(String),
}

impl<E: std::error::Error> From<E> for JobError {
    fn from(e: E) -> Self {
        JobError::Retry(e.to_string())
    }
}
