//! A text as long as another, blank but for what is put into it at its own place.

use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

pub(super) struct Shadow {
    bytes: Vec<u8>,
}

/// A letter of a cell and where the file writes it: byte for byte, or as an escape.
#[derive(Clone, Copy)]
struct Letter {
    sign: char,
    start: usize,
    end: usize,
}

impl Shadow {
    /// Blanks, as many as `text` has bytes. Lines are told by the cells' own line ends.
    pub(super) fn new(text: &str) -> Self {
        Self { bytes: vec![b' '; text.len()] }
    }

    /// Puts a part of a cell's code where it stands. Escapes take more room than what they stand for; where the room is
    /// left decides what the code still means:
    /// - a line ends right before the next one begins, so that nothing is added to an indentation;
    /// - quotes and backslashes that follow each other stay together (`"""`);
    /// - a quote stays at the word that it follows (`f"`, `name"`), else at what it leads;
    /// - a backslash stays at what it escapes.
    pub(super) fn put(&mut self, cell: &SqlText, span: Span) {
        let letters: Vec<Letter> = span
            .of(cell.as_str())
            .char_indices()
            .map(|(at, letter)| {
                let start = span.start + at as u32;
                let place = cell.outer(Span { start, end: start + letter.len_utf8() as u32 });
                Letter { sign: letter, start: place.start as usize, end: place.end as usize }
            })
            .collect();
        // The cell before may end without a line end.
        if let Some(room) = letters.first().and_then(|first| self.bytes.get_mut(first.start.checked_sub(1)?)) {
            *room = b'\n';
        }
        let mut at = 0;
        let mut end = 0;
        while let Some(&first) = letters.get(at) {
            let run = match first.sign {
                '"' | '\\' => letters[at..].iter().take_while(|other| other.sign == first.sign).count(),
                _ => 1,
            };
            let (last, next) = (letters[at + run - 1], letters.get(at + run));
            let before = at.checked_sub(1).map(|before| letters[before].sign);
            let length = run * first.sign.len_utf8();
            let start = match (first.sign, next) {
                ('\n', Some(next)) => next.start.saturating_sub(1),
                ('\\', Some(Letter { sign: '\n', end, .. })) => {
                    let line_end = letters.get(at + run + 1).map_or(*end, |following| following.start);
                    line_end.saturating_sub(1 + length)
                }
                ('"', _) if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '\\')) => {
                    first.start
                }
                _ => last.end.saturating_sub(length),
            };
            let start = start.max(end);
            let mut encoded = [0; 4];
            let encoded = first.sign.encode_utf8(&mut encoded).as_bytes();
            for index in 0..run {
                let from = start + index * encoded.len();
                if let Some(room) = self.bytes.get_mut(from..from + encoded.len()) {
                    room.copy_from_slice(encoded);
                    end = from + encoded.len();
                }
            }
            at += run;
        }
    }

    pub(super) fn finish(self) -> String {
        String::from_utf8(self.bytes).unwrap_or_else(|error| {
            error.into_bytes().iter().map(|&byte| if byte.is_ascii() { byte as char } else { '?' }).collect()
        })
    }
}
