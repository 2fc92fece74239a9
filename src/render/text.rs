//! Text.
use crate::model::answer::Answer;
use std::io::{self, Write};
/// How mentions are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mentions {
    /// Their number by verdict.
    Counted,
    /// Each with its verdict and the reason for it.
    Listed,
}
/// The answer.
pub fn who(answer: &Answer, _mentions: Mentions, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", answer.verdict.name())
}
