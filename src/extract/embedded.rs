//! SQL inside a host language's strings: one shape for literals, concatenation, interpolation and branches.
//!
//! A host language lowers a string expression to a [`StringValue`]; this module turns it into pieces of SQL and
//! reads them with the one SQL reader.

use super::graphql;
use super::shell;
use super::sql;
use super::sql::text::SqlText;
use super::xml::mybatis;
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::Dialect;

/// What a string expression is known to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringValue {
    /// Known text, with its places in the file.
    Piece(SqlText),
    /// Known only at run time; the expression's place.
    Hole(Span),
    /// One after the other: `a + b`, a template literal, appends.
    Join(Vec<StringValue>),
    /// One of them: a ternary, branches that assign or append different text. Never empty.
    Choice(Vec<StringValue>),
}

impl StringValue {
    /// The texts that the value may be. Every branch is in at least one of them, and their number grows with the
    /// number of branches, not with that of their combinations: all first branches, then each other branch once
    /// among first ones. At most `limit`.
    pub fn alternatives(&self, limit: usize) -> Vec<SqlText> {
        let mut found = Vec::new();
        let mut chosen = 0;
        loop {
            let mut piece = SqlText::default();
            let mut picker = Picker { wanted: chosen, seen: 0 };
            picker.write(self, &mut piece);
            found.push(piece);
            chosen += 1;
            if chosen > picker.seen || found.len() >= limit {
                return found;
            }
        }
    }

    /// How many branches there are besides the first of each choice, at any depth.
    pub fn other_branches(&self) -> usize {
        match self {
            StringValue::Piece(_) | StringValue::Hole(_) => 0,
            StringValue::Join(parts) => parts.iter().map(Self::other_branches).sum(),
            StringValue::Choice(branches) => {
                branches.len().saturating_sub(1) + branches.iter().map(Self::other_branches).sum::<usize>()
            }
        }
    }
}

/// Writes one alternative: the branch with number `wanted` (counted over all branches but the first of each choice,
/// from one) and first branches elsewhere.
struct Picker {
    wanted: usize,
    seen: usize,
}

impl Picker {
    fn write(&mut self, value: &StringValue, piece: &mut SqlText) {
        match value {
            StringValue::Piece(text) => piece.push_piece(text),
            StringValue::Hole(span) => piece.push_hole(*span),
            StringValue::Join(parts) => parts.iter().for_each(|part| self.write(part, piece)),
            StringValue::Choice(branches) => {
                // Branches are numbered in text order, those inside a branch after it; a wanted one that lies inside
                // another branch makes that one chosen too.
                let mut chosen = branches.first().map(|first| (first, self.seen));
                for (at, branch) in branches.iter().enumerate() {
                    let before = self.seen;
                    let inside = before + usize::from(at > 0);
                    self.seen = inside + branch.other_branches();
                    if at > 0 && (inside..=self.seen).contains(&self.wanted) {
                        chosen = Some((branch, inside));
                    }
                }
                if let Some((branch, inside)) = chosen {
                    let after = std::mem::replace(&mut self.seen, inside);
                    self.write(branch, piece);
                    self.seen = after;
                }
            }
        }
    }
}

/// Most alternatives of one string that are read; more branches than this are rare and the rest is then unread.
const MOST_ALTERNATIVES: usize = 32;

/// Reads `value` as SQL if it looks like SQL, and adds what it says to `facts`. Tells whether it did. The same place
/// may be read in several alternatives; `link` merges what they say of it.
pub fn embed(facts: &mut FileFacts, value: &StringValue, dialect: Option<Dialect>) -> bool {
    let mut embedded = false;
    for piece in value.alternatives(MOST_ALTERNATIVES) {
        if let Some(woven) = mybatis::script(&piece) {
            embedded |= embed_plain(facts, &woven, dialect);
        } else {
            embedded |= embed_text(facts, &piece, dialect);
        }
    }
    embedded
}

/// Reads `value` as SQL, or else as a command line that gives a client SQL (`exec("psql -c …")`). Tells whether it was
/// either.
pub fn embed_or_run(facts: &mut FileFacts, value: &StringValue, dialect: Option<Dialect>) -> bool {
    if embed(facts, value, dialect) {
        return true;
    }
    let texts = value.alternatives(1);
    let Some(text) = texts.first().filter(|text| shell::is_command_line(text.as_str())) else { return false };
    let found = shell::read_script(text, dialect);
    let runs = !found.statements.is_empty();
    if runs {
        facts.statements.extend(found.statements);
        facts.tokens.extend(found.tokens);
        facts.blind_spots.extend(found.blind_spots);
        facts.problems.extend(found.problems);
    }
    runs
}

/// Reads a value that is no script of elements.
fn embed_plain(facts: &mut FileFacts, value: &StringValue, dialect: Option<Dialect>) -> bool {
    let mut embedded = false;
    for piece in value.alternatives(MOST_ALTERNATIVES) {
        embedded |= embed_text(facts, &piece, dialect);
    }
    embedded
}

fn embed_text(facts: &mut FileFacts, piece: &SqlText, dialect: Option<Dialect>) -> bool {
    if sql::evidence(piece.as_str()) == sql::Evidence::None {
        let asks = graphql::is_document(piece.as_str());
        if asks {
            graphql::read(facts, piece);
        }
        return asks;
    }
    let found = sql::read(piece, dialect);
    facts.statements.extend(found.statements);
    facts.units.extend(found.units);
    facts.tokens.extend(found.tokens);
    facts.blind_spots.extend(found.blind_spots);
    facts.problems.extend(found.problems);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str) -> StringValue {
        StringValue::Piece(SqlText::verbatim(text, 0))
    }

    #[test]
    fn each_branch_is_read_once_without_a_product() {
        let either = |a: &str, b: &str| StringValue::Choice(vec![piece(a), piece(b)]);
        let value = StringValue::Join(vec![either("a", "b"), piece("-"), either("c", "d")]);
        let texts: Vec<String> = value.alternatives(9).iter().map(|text| text.as_str().to_owned()).collect();
        assert_eq!(texts, ["a-c", "b-c", "a-d"]);
    }

    #[test]
    fn branches_inside_branches_are_read_too() {
        let inner = StringValue::Join(vec![piece("x"), StringValue::Choice(vec![piece("b"), piece("c")])]);
        let first = StringValue::Choice(vec![piece("a"), piece("A")]);
        let value = StringValue::Join(vec![
            StringValue::Choice(vec![first, inner, piece("d")]),
            StringValue::Choice(vec![piece("1"), piece("2")]),
        ]);
        let texts: Vec<String> = value.alternatives(9).iter().map(|text| text.as_str().to_owned()).collect();
        assert_eq!(texts, ["a1", "A1", "xb1", "xc1", "d1", "a2"]);
    }
}
