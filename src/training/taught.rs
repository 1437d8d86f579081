//! The exercises of a class as they were when it was made: what was done and what is printed speaks of these, whatever is
//! written in the files later.
use super::exercises::{Exercise, Exercises};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// Cheap to clone, as a class is with every request.
#[derive(Clone, Default)]
pub struct Taught(Arc<Vec<Exercise>>);

impl Taught {
    /// Those of these ids that there are, in this order.
    pub fn of(all: &Exercises, ids: &[String]) -> Self {
        let found = ids.iter().filter_map(|id| all.find(id).cloned());
        Self(Arc::new(found.collect()))
    }
    pub fn iter(&self) -> impl Iterator<Item = &Exercise> {
        self.0.iter()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Taught {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Taught {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Arc::new(Vec::deserialize(deserializer)?)))
    }
}
