//! Which code files name a word: an index over the words of all scripts and classes, made in one walk over the texts. It knows words by
//! a hash of theirs, so it may name a file too many.

use super::modules::{is_java, is_script};
use crate::link::store::Store;
use crate::model::source::FileId;

/// Words by the files that have them.
pub(super) struct Mentioned {
    /// Hashes of words with files, sorted.
    words: Vec<(u32, FileId)>,
}

impl Mentioned {
    /// Reads all scripts and Java files of a store.
    pub(super) fn new(store: &Store<'_>) -> Self {
        let look = |file: &crate::model::source::SourceFile, text: &str| {
            if is_script(file) || is_java(file) { hashes(text) } else { Vec::new() }
        };
        let mut words: Vec<(u32, FileId)> = Vec::new();
        for (file, found) in store.sweep(look, |_| false) {
            words.extend(found.into_iter().map(|hash| (hash, file)));
        }
        words.sort_unstable();
        Self { words }
    }

    /// The files in which a word stands, in their order.
    pub(super) fn files(&self, word: &str) -> impl Iterator<Item = FileId> + '_ {
        let hash = hash_of(word.as_bytes());
        let from = self.words.partition_point(|(own, _)| *own < hash);
        self.words[from..].iter().take_while(move |(own, _)| *own == hash).map(|(_, file)| *file)
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// FNV-1a, see <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn hash_of(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Hashes of a text's words, each once.
fn hashes(text: &str) -> Vec<u32> {
    let mut found: Vec<u32> = text
        .as_bytes()
        .split(|byte| !is_part(*byte))
        .filter(|word| word.len() > 1 && !word[0].is_ascii_digit())
        .map(hash_of)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole() {
        let found = hashes("export const fullName = (a) => users.fullName + $x");
        for (word, expected) in [("fullName", true), ("full", false), ("users", true), ("$x", true), ("a", false)] {
            assert_eq!(found.contains(&hash_of(word.as_bytes())), expected, "{word}");
        }
        assert_eq!(found.len(), 5, "export, const, fullName, users, $x");
    }
}
