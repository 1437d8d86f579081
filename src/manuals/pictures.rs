//! The pictures of the manuals, taken of the practice site by `make pictures`.

/// One picture with its numbered marks.
#[derive(Debug)]
pub struct Picture {
    pub name: &'static str,
    /// What page it shows.
    pub title: &'static str,
    /// In pixels of the file; a phone has two of them to a CSS pixel.
    pub width: u32,
    pub height: u32,
    pub png: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/pictures.rs"));

pub fn find(name: &str) -> Option<&'static Picture> {
    PICTURES.iter().find(|picture| picture.name == name)
}

pub fn all() -> &'static [Picture] {
    PICTURES
}
