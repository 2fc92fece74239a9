//! A file's bytes become text, once. Encodings end here: every later stage sees UTF-8.

use std::fs::File;
use std::io::Read;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::model::source::SourceFile;

use super::SkipReason;
use super::config::LARGEST_FILE_BYTES;

/// Bytes at the start of a file in which a NUL tells that it is not text.
const HEAD: usize = 8 * 1024;

/// Above this many bytes a line on average, a script or style sheet was written by a bundler.
const MINIFIED_LINE_BYTES: usize = 1000;

/// Below this size, long lines are no sign of a bundler.
const MINIFIED_FILE_BYTES: usize = 16 * 1024;

/// Reads and decodes the file: UTF-8, with or without a byte order mark (which is stripped), UTF-16 with one, and
/// otherwise Windows-1252, when what is not UTF-8 still looks like text. Line ends stay as they are.
///
/// Fails with the reason why the file counts as skipped. Never blocks on a pipe: discovery let only regular files in.
pub fn read_text(file: &SourceFile) -> Result<String, SkipReason> {
    decode_file(file, read_bytes(file)?)
}

/// Decodes bytes that are those of the file.
pub(super) fn decode_file(file: &SourceFile, bytes: Vec<u8>) -> Result<String, SkipReason> {
    let text = decode(bytes)?;
    if is_minified(&file.repository_path, &text) { Err(SkipReason::Generated) } else { Ok(text) }
}

fn read_bytes(file: &SourceFile) -> Result<Vec<u8>, SkipReason> {
    let open = File::open(&file.location).map_err(|_| SkipReason::Unreadable)?;
    // One byte more than expected, so that the end is seen without growing the buffer.
    let mut bytes = Vec::with_capacity(usize::try_from(file.size.min(LARGEST_FILE_BYTES)).unwrap_or(0) + 1);
    open.take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|_| SkipReason::Unreadable)?;
    // It may have grown since it was walked.
    if bytes.len() as u64 > LARGEST_FILE_BYTES { Err(SkipReason::TooLarge) } else { Ok(bytes) }
}

/// Turns the bytes of a file into text, or says why they are none.
pub fn decode(bytes: Vec<u8>) -> Result<String, SkipReason> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return decode_marked(bytes, encoding, mark);
    }
    // XML says its encoding in its first letters also without a mark.
    if bytes.starts_with(b"<\0") || bytes.starts_with(b"\0<") {
        let encoding = if bytes[0] == 0 { UTF_16BE } else { UTF_16LE };
        return decode_marked(bytes, encoding, 0);
    }
    if memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some() {
        return Err(SkipReason::Binary);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let bytes = error.into_bytes();
            if looks_like_text(&bytes) {
                Ok(WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned())
            } else {
                Err(SkipReason::Binary)
            }
        }
    }
}

fn decode_marked(mut bytes: Vec<u8>, encoding: &'static Encoding, mark: usize) -> Result<String, SkipReason> {
    if encoding == UTF_8 {
        bytes.drain(..mark);
        return decode_unmarked_utf8(bytes);
    }
    debug_assert!(encoding == UTF_16LE || encoding == UTF_16BE, "the only other encodings that have a mark");
    let (text, had_errors) = encoding.decode_without_bom_handling(&bytes[mark..]);
    // Two bytes that happen to be a mark do not make a text.
    if had_errors && !looks_like_text(text.as_bytes()) { Err(SkipReason::Binary) } else { Ok(text.into_owned()) }
}

fn decode_unmarked_utf8(bytes: Vec<u8>) -> Result<String, SkipReason> {
    if memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some() {
        return Err(SkipReason::Binary);
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Whether control characters are as rare in the head as they are in text.
fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    let controls =
        head.iter().filter(|&&byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)).count();
    controls * 50 <= head.len()
}

/// Whether a script or style sheet came out of a bundler: its lines are far too long to have been written.
fn is_minified(path: &str, text: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "js" | "mjs" | "cjs" | "css")
        && text.len() > MINIFIED_FILE_BYTES
        && text.len() / (memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1) > MINIFIED_LINE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            std::iter::once(0xFEFF)
                .chain(text.encode_utf16())
                .flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        let table: Vec<(&str, Vec<u8>, Result<&str, SkipReason>)> = vec![
            ("plain", b"SELECT 1".to_vec(), Ok("SELECT 1")),
            ("empty", Vec::new(), Ok("")),
            ("utf-8", "grüße".into(), Ok("grüße")),
            ("utf-8 with a mark", "\u{feff}a\r\nb".into(), Ok("a\r\nb")),
            ("broken utf-8 after a mark", b"\xef\xbb\xbfa\xff".to_vec(), Ok("a\u{fffd}")),
            ("utf-16, little end first", utf16("name\r\nß", false), Ok("name\r\nß")),
            ("utf-16, big end first", utf16("name", true), Ok("name")),
            ("utf-16 without a mark", b"<\0a\0/\0>\0".to_vec(), Ok("<a/>")),
            ("latin-1", b"-- gr\xfc\xdfe\nSELECT".to_vec(), Ok("-- grüße\nSELECT")),
            ("nul", b"MZ\0\x01".to_vec(), Err(SkipReason::Binary)),
            ("controls", b"\x01\x02\x03\xff\xfe\x05\x06".to_vec(), Err(SkipReason::Binary)),
            ("nul after the head", [vec![b'a'; HEAD], vec![0]].concat(), Ok("")),
        ];
        for (name, bytes, expected) in table {
            let got = decode(bytes);
            match expected {
                Ok("") if name.starts_with("nul") => assert!(got.is_ok_and(|text| text.len() == HEAD + 1)),
                _ => assert_eq!(got.as_deref().map_err(|reason| *reason), expected, "{name}"),
            }
        }
    }

    #[test]
    fn bundles_are_told_by_their_lines() {
        let long = "x".repeat(MINIFIED_FILE_BYTES + 1);
        assert!(is_minified("static/app.js", &long));
        assert!(!is_minified("reports/wide.sql", &long));
        assert!(!is_minified("static/app.js", &"let x = 1;\n".repeat(5000)));
    }
}
