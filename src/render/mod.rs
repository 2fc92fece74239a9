//! Rendering: an answer becomes bytes. No decisions here, only words.

pub mod check;
pub mod json;
pub mod printable;
pub mod stages;
pub mod statements;
pub mod text;

#[cfg(test)]
mod sample;
