//! Where those who learn come in: the way to a seat, the exercises, the clock. On the practice site alone; who one is at
//! the desk itself is a matter of the desk's own console.
mod pages;
mod views;

pub use pages::{SEAT, desk_routes, routes};
