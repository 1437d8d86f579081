//! 研修: a practice world that can never touch the real one (N11, N13ウ, S15).
//!
//! A class has desks; each desk is a workspace of its own: database, keys, clock, mails, and a gateway that is played. The
//! `school` makes them from a `sample`, keeps who sits where, moves their clocks and throws them away with a record. `room`
//! are the pages of those who learn, `pages` those of the trainer at the real console, `exercises` what is learned and
//! `goals` how a desk shows that it was done. Nothing of it is in the real database: the school keeps its own folder.
mod class;
mod clockwork;
mod desk;
mod doors;
mod exercises;
mod goals;
mod keeping;
mod pages;
mod people;
mod report;
mod room;
mod sample;
mod school;
mod taught;
mod views;

pub use class::{Class, Kind, Seat, beginning};
pub use clockwork::{Move, Speed};
pub use desk::Desk;
pub use doors::{Closed, Doors};
pub use exercises::{COURSES, Exercise, ExerciseError, Exercises, SCENES};
pub use pages::routes;
pub use people::{People, Person};
pub use room::{SEAT, desk_routes, routes as room_routes};
pub use sample::{cases, filled_in};
pub use school::{Addresses, Engine, NewClass, Replay, School, SchoolError};
