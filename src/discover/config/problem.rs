//! What is wrong with a `columnist.toml`, drawn on the line.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::model::span::LineIndex;

/// Why settings cannot be used. All of these are the user's to mend.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file says something that it cannot.
    #[error("{0}")]
    Invalid(Box<Invalid>),
}

/// A place in the file and what is wrong there.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Which file.
    pub path: PathBuf,
    /// The fact, in lower case without a full stop.
    pub message: String,
    /// One-based line.
    pub line: u32,
    /// One-based column.
    pub column: u32,
    /// The text of the line.
    pub source: String,
    /// Number of characters to underline, at least one.
    pub width: usize,
    /// What to do next; may be empty.
    pub help: String,
}

impl Invalid {
    /// Something wrong at bytes `span` of `text`.
    pub(super) fn at(path: &Path, text: &str, span: Range<usize>, message: String, help: String) -> Self {
        let index = LineIndex::new(text);
        let start = u32::try_from(span.start.min(text.len())).unwrap_or(0);
        let place = index.position(text, start);
        let source = index.line(text, place.line as usize - 1).to_owned();
        let rest = source.chars().count().saturating_sub(place.column as usize - 1);
        let width = text.get(span).map_or(1, |part| part.lines().next().unwrap_or("").chars().count()).min(rest).max(1);
        Self { path: path.to_owned(), message, line: place.line, column: place.column, source, width, help }
    }
}

impl From<Invalid> for ConfigError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(Box::new(invalid))
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.to_string();
        let gutter = " ".repeat(line.len());
        // Tabs keep their width in front of the mark, so that it stands under what it means.
        let indent: String =
            self.source.chars().take(self.column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "{}", self.message)?;
        writeln!(f, "{gutter}--> {}:{}:{}", self.path.display(), self.line, self.column)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{line} | {}", self.source)?;
        write!(f, "{gutter} | {indent}{}", "^".repeat(self.width))?;
        if !self.help.is_empty() {
            write!(f, "\n{gutter} = help: {}", self.help)?;
        }
        Ok(())
    }
}
