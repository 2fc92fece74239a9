//! Rendering: an answer becomes bytes. No decisions here, only words.

pub mod check;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod inventory;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod printable;
pub mod sarif;
pub mod stages;
pub mod statements;
pub mod text;

#[cfg(test)]
mod sample;
