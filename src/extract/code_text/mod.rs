//! Code in languages without a grammar here: a scanner driven by one table finds literals, joins those that the
//! code joins, and gives the ones that are SQL to the SQL reader.
//!
//! It knows how a language writes comments, strings and names, and nothing of its syntax beyond that.

mod expression;
mod language;
mod scan;
mod unit;
mod value;

use super::embedded::{self, StringValue};
use super::host::dialect::DialectHints;
use super::host::tokens::{flatten, kind_of_text};
use super::sql::{self, Evidence};
use super::{Format, Input};
use crate::model::facts::{FileFacts, Token, TokenKind};
use crate::model::span::Span;
use language::Language;
use scan::{LexemeKind, Part, Scan};

/// Code of any language in the table.
pub struct CodeText;

impl Format for CodeText {
    fn name(&self) -> &'static str {
        "code-text"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        language::language_of(path).is_some()
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = FileFacts { elsewhere: TokenKind::Symbol, ..FileFacts::default() };
        let Some(language) = language::language_of(input.path) else { return facts };
        let mut hints = DialectHints::default();
        hints.add(input.path);
        let regions = regions(language, input.text);
        if !language.regions.is_empty() {
            outside(input.text, &regions, &mut facts.tokens);
        }
        for region in regions {
            read(language, input.text, region, &mut hints, &mut facts);
        }
        facts.tokens = flatten(std::mem::take(&mut facts.tokens));
        facts.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
        facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
        facts
    }
}

/// The stretches of `text` that are code, in text order.
fn regions(language: &Language, text: &str) -> Vec<Span> {
    if language.regions.is_empty() {
        return vec![Span::new(0, text.len())];
    }
    let mut found = Vec::new();
    let mut at = 0;
    // Where each opening stands next; looked for again only when it is passed, or rare ones would cost a search of
    // the whole text for each common one.
    let mut next: Vec<Option<usize>> = language.regions.iter().map(|(open, _)| text.find(open)).collect();
    while let Some((which, start)) =
        next.iter().enumerate().filter_map(|(which, at)| Some((which, (*at)?))).min_by_key(|n| n.1)
    {
        let (open, close) = language.regions[which];
        let start = start + open.len();
        let end = text[start..].find(close).map_or(text.len(), |end| start + end);
        found.push(Span::new(start, end));
        at = end.max(at);
        for (next, (open, _)) in next.iter_mut().zip(language.regions) {
            if next.is_some_and(|next| next < at) {
                *next = text[at..].find(open).map(|found| at + found);
            }
        }
    }
    found
}

/// Text around the code of a page: members are properties, all else is text.
fn outside(text: &str, regions: &[Span], tokens: &mut Vec<Token>) {
    let mut start = 0;
    let ends = regions.iter().map(|region| (region.start as usize, region.end as usize));
    for (end, next) in ends.chain([(text.len(), text.len())]) {
        tokens.push(Token { span: Span::new(start, end), kind: TokenKind::Text });
        for (dot, _) in text[start..end].match_indices('.') {
            let name = start + dot + 1;
            let length = text.as_bytes()[name..end].iter().take_while(|&&byte| scan::is_word(byte)).count();
            tokens.push(Token { span: Span::new(name, name + length), kind: TokenKind::Property });
        }
        start = next;
    }
}

/// Deepest nesting of expressions in literals in expressions.
const DEEPEST: usize = 4;

/// Reads one stretch of code, and the expressions inside its literals.
fn read(language: &Language, text: &str, within: Span, hints: &mut DialectHints, facts: &mut FileFacts) {
    let mut work = vec![(within, 0)];
    while let Some((within, depth)) = work.pop() {
        let scan = Scan::new(language, text, within);
        if depth == 0 {
            facts.units.extend(unit::units(language, text, &scan));
            imports(text, &scan, hints);
        }
        if depth < DEEPEST {
            work.extend(scan.literals.iter().flat_map(|literal| &literal.parts).filter_map(|part| match part {
                Part::Expression { inner, .. } if inner.start < inner.end => Some((*inner, depth + 1)),
                _ => None,
            }));
        }
        let mut is_sql = vec![false; scan.literals.len()];
        let uses = expression::uses(language, text, &scan);
        for found in value::values(language, text, &scan, &uses) {
            // A part of a statement is read with the statement; on its own it says less.
            if found.inlined && !is_statement(&found.value) {
                continue;
            }
            if embedded::embed(facts, &found.value, hints.dialect()) {
                mark(&found.value, &scan, &mut is_sql);
            }
        }
        tokens(language, text, &scan, &is_sql, &mut facts.tokens);
    }
}

/// What the imports say of the dialect: the words and literals of lines that start with a word for it.
fn imports(text: &str, scan: &Scan, hints: &mut DialectHints) {
    const WORDS: &[&str] =
        &["import", "using", "use", "require", "require_once", "library", "Imports", "alias", "include", "from"];
    let mut import = false;
    for (at, lexeme) in scan.lexemes.iter().enumerate() {
        let word = lexeme.span.of(text);
        if lexeme.indentation.is_some() {
            let word = if word == "#" { scan.lexeme(at + 1).map_or("", |next| next.span.of(text)) } else { word };
            // A list of imports goes on over lines that hold a literal or stand in its brackets.
            import = WORDS.contains(&word)
                || import && matches!(lexeme.kind, LexemeKind::Literal(_))
                || import && word == "_";
        }
        if import && matches!(lexeme.kind, LexemeKind::Word | LexemeKind::Literal(_)) {
            hints.add(word);
        }
    }
}

fn is_statement(value: &StringValue) -> bool {
    value.alternatives(1).iter().any(|piece| sql::evidence(piece.as_str()) == Evidence::Statement)
}

/// Marks the literals that hold parts of `value`.
fn mark(value: &StringValue, scan: &Scan, is_sql: &mut [bool]) {
    match value {
        StringValue::Piece(piece) => {
            let start = piece.outer(Span { start: 0, end: 1 }).start;
            let after = scan.literals.partition_point(|literal| first_byte(literal) <= start);
            if let Some(marked) = after.checked_sub(1).and_then(|at| is_sql.get_mut(at)) {
                *marked = true;
            }
        }
        StringValue::Hole(_) => {}
        StringValue::Join(parts) | StringValue::Choice(parts) => {
            parts.iter().for_each(|part| mark(part, scan, is_sql));
        }
    }
}

/// Where a literal's content starts: for a here-document that is after the line that opens it.
fn first_byte(literal: &scan::Literal) -> u32 {
    literal.parts.first().map_or(literal.span.start, |part| part_span(part).start)
}

fn part_span(part: &Part) -> Span {
    match part {
        Part::Text(piece) => piece.outer(Span::new(0, piece.as_str().len())),
        Part::Expression { whole, .. } => *whole,
    }
}

/// What stands where, of all that is no SQL.
fn tokens(language: &Language, text: &str, scan: &Scan, is_sql: &[bool], tokens: &mut Vec<Token>) {
    let mut push = |span, kind| tokens.push(Token { span, kind });
    scan.comments.iter().for_each(|comment| push(*comment, TokenKind::Comment));
    scan.patterns.iter().for_each(|pattern| push(*pattern, TokenKind::Text));
    for (literal, is_sql) in scan.literals.iter().zip(is_sql) {
        for part in &literal.parts {
            let Part::Text(piece) = part else { continue };
            let span = part_span(part);
            // What the SQL reader does not name in a statement is not known to be anything else.
            let kind = if *is_sql { TokenKind::Unread } else { kind_of_text(piece.as_str()) };
            push(span, kind);
            if language.tags && literal.raw && !is_sql {
                tags(span, text).for_each(|span| push(span, TokenKind::Property));
            }
        }
    }
    let word = |at: usize| scan.lexeme(at).map_or("", |lexeme| lexeme.span.of(text));
    for (at, lexeme) in scan.lexemes.iter().enumerate() {
        if lexeme.kind != LexemeKind::Word {
            continue;
        }
        let before = at.checked_sub(1).map_or("", word);
        let after = word(at + 1);
        let key = language.symbols && (before == ":" || after == ":")
            || language.braced_keys && before == "{" && after == "}";
        if key || language.members.contains(&before) {
            push(lexeme.span, TokenKind::Property);
        }
    }
}

/// The quoted parts of a raw literal.
fn tags(span: Span, text: &str) -> impl Iterator<Item = Span> {
    let inside = span.of(text);
    let marks: Vec<usize> = inside.match_indices('"').map(|(at, _)| span.start as usize + at).collect();
    let pairs: Vec<Span> = marks.chunks_exact(2).map(|pair| Span::new(pair[0] + 1, pair[1])).collect();
    pairs.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::sql::text::{SqlText, hole_index};

    /// All SQL of a file of the extension, holes as `⟨expression⟩`; checks that each word is where it says it is.
    fn pieces(extension: &str, text: &str) -> Vec<String> {
        let language = language::language_of(&format!("a.{extension}")).expect("a known extension");
        let mut found = Vec::new();
        for region in regions(language, text) {
            let scan = Scan::new(language, text, region);
            let uses = expression::uses(language, text, &scan);
            for value in value::values(language, text, &scan, &uses) {
                if value.inlined && !is_statement(&value.value) {
                    continue;
                }
                let texts = value.value.alternatives(9);
                found.extend(
                    texts
                        .iter()
                        .filter(|piece| sql::evidence(piece.as_str()) != Evidence::None)
                        .map(|piece| show(piece, text)),
                );
            }
        }
        found
    }

    fn show(piece: &SqlText, file: &str) -> String {
        let text = piece.as_str();
        let mut shown = String::new();
        let mut rest = 0;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        for (at, word) in
            text.match_indices(is_word).map(|(at, _)| at).filter(|&at| !text[..at].ends_with(is_word)).map(|at| {
                let length = text[at..].find(|c| !is_word(c)).unwrap_or(text.len() - at);
                (at, &text[at..at + length])
            })
        {
            let place = piece.outer(Span::new(at, at + word.len())).of(file);
            shown.push_str(&text[rest..at]);
            if hole_index(word).is_some() {
                shown.push_str(&format!("⟨{place}⟩"));
            } else {
                assert!(
                    place == word || place.contains('\\') || crate::extract::sql::text::holds_hole(word),
                    "{word} is at {place}"
                );
                shown.push_str(word);
            }
            rest = at + word.len();
        }
        shown.push_str(&text[rest..]);
        shown
    }

    #[test]
    fn sql_is_put_together() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("go", "q := \"SELECT a \" +\n\t\"FROM t\"", &["SELECT a FROM t"]),
            ("go", "q := `SELECT a\n FROM \"t\"` // no", &["SELECT a\n FROM \"t\""]),
            ("go", "const cols = \"a, b\"\nq := \"SELECT \" + cols + \" FROM t\"", &["SELECT a, b FROM t"]),
            ("go", "q := \"SELECT a FROM \" + tbl(x) + \" WHERE b\"", &["SELECT a FROM ⟨tbl(x)⟩ WHERE b"]),
            (
                "go",
                "q := \"SELECT a FROM t\"\nif x {\n\tq += \" WHERE b\"\n}\n",
                &["SELECT a FROM t", "SELECT a FROM t WHERE b"],
            ),
            ("go", "q := strings.Join([]string{\"SELECT a\", \"FROM t\"}, \"\\n\")", &["SELECT a\nFROM t"]),
            ("go", "var q string = \"SELECT a\"\nx := q + \" FROM t\"", &["SELECT a FROM t", "SELECT a"]),
            (
                "kt",
                "val q = \"\"\"\n  SELECT a FROM $t WHERE b = ${x.y}\n\"\"\".trimIndent()",
                &["\n  SELECT a FROM ⟨$t⟩ WHERE b = ⟨${x.y}⟩\n"],
            ),
            ("kt", "const val C = \"a, b\"\nval q = \"SELECT $C FROM t\"", &["SELECT a, b FROM t"]),
            (
                "kt",
                "val q = if (x) \"SELECT a FROM t\" else \"SELECT b FROM t\"",
                &["SELECT a FROM t", "SELECT b FROM t"],
            ),
            ("kt", "val c = '\"'\nval q = \"SELECT '\\$' \\u0061\"", &["SELECT '$' a"]),
            ("scala", "sql\"SELECT a FROM t WHERE b = $b\".query", &["SELECT a FROM t WHERE b = ⟨$b⟩"]),
            ("scala", "val q = \"\"\"SELECT a\n   |FROM t\"\"\".stripMargin", &["SELECT a\nFROM t"]),
            ("scala", "val q = \"SELECT '$b'\"", &["SELECT '$b'"]),
            ("groovy", "def q = \"SELECT ${a} \" +\n  'FROM t'", &["SELECT ⟨${a}⟩ FROM t"]),
            ("groovy", "sql.rows('\'\'SELECT a\nFROM t'\'\')", &["SELECT a\nFROM t"]),
            ("cs", "var q = @\"SELECT \"\"a\"\"\nFROM t\";", &["SELECT \"a\"\nFROM t"]),
            ("cs", "var q = $\"SELECT {{a}} FROM {t.Name} WHERE b\";", &["SELECT {a} FROM ⟨{t.Name}⟩ WHERE b"]),
            ("cs", "sb.Append(\"SELECT a \");\nsb.Append(\"FROM t\");", &["SELECT a FROM t"]),
            (
                "cs",
                "var sb = new StringBuilder();\nsb.Append(\"SELECT \").Append(c).Append(\" FROM t\");",
                &["SELECT ⟨c⟩ FROM t"],
            ),
            ("cs", "string q = \"\"\"\n SELECT \"a\" FROM t\n \"\"\";", &["\n SELECT \"a\" FROM t\n "]),
            ("vb", "q = \"SELECT a \" & _\n  \"FROM t\" ' it's", &["SELECT a FROM t"]),
            (
                "vb",
                "q = \"SELECT a FROM t WHERE b = \"\"x\"\"\"\nq = q & \" AND c\"",
                &["SELECT a FROM t WHERE b = \"x\"", "SELECT a FROM t WHERE b = \"x\" AND c"],
            ),
            (
                "php",
                "<?php\n$q = 'SELECT a FROM ' . $t . \" WHERE b = {$x->y} AND c = $row[id]\";",
                &["SELECT a FROM ⟨$t⟩ WHERE b = ⟨{$x->y}⟩ AND c = ⟨$row[id]⟩"],
            ),
            ("php", "<p>Don't</p><?php $q = 'SELECT \\'x\\''; ?> can't <?= 'SELECT b' ?>", &["SELECT 'x'", "SELECT b"]),
            (
                "php",
                "<?php\n$q = <<<SQL\n  SELECT a FROM $t\n  SQL;\n$r = <<<'X'\nSELECT '$x'\nX;\n",
                &["  SELECT a FROM ⟨$t⟩\n", "SELECT '$x'\n"],
            ),
            (
                "php",
                "<?php\n$q = 'SELECT a FROM t';\nif ($x) {\n  $q .= ' WHERE b';\n}\n$q .= ' ORDER BY c';",
                &["SELECT a FROM t ORDER BY c", "SELECT a FROM t WHERE b ORDER BY c"],
            ),
            ("php", "<?php\n$q = $x ? 'SELECT a' : 'SELECT b';", &["SELECT a", "SELECT b"]),
            ("php", "<?php\n$q = 'SELECT a ' . ($x ? 'FROM t' : 'FROM u');", &["SELECT a FROM t", "SELECT a FROM u"]),
            ("php", "<?php\n$q = implode(' ', ['SELECT a', 'FROM t']);", &["SELECT a FROM t"]),
            (
                "rb",
                "q = <<~SQL.squish\n  SELECT a FROM #{t}\n  WHERE b\nSQL\nx(<<-'A', \"SELECT b\")\n  SELECT '#{c}'\n  A\n",
                &["  SELECT a FROM ⟨#{t}⟩\n  WHERE b\n", "  SELECT '#{c}'\n", "SELECT b"],
            ),
            ("rb", "q = \"SELECT a \" \\\n    'FROM t'", &["SELECT a FROM t"]),
            ("rb", "q = \"SELECT a\"\nq << \" FROM t\"", &["SELECT a FROM t"]),
            ("rb", "x =~ /it's/\ny = %q(SELECT (a) FROM t)", &["SELECT (a) FROM t"]),
            (
                "rs",
                "let q = r#\"SELECT \"a\" FROM t\"#; let c: &'a str = \"SELECT b \\\n   FROM {t}\";",
                &["SELECT \"a\" FROM t", "SELECT b    FROM ⟨{t}⟩"],
            ),
            ("rs", "const Q: &'static str = concat!(\"SELECT a \", \"FROM t\");", &["SELECT a FROM t"]),
            (
                "rs",
                "let c = '\"'; let q = format!(\"SELECT {} FROM t WHERE j = '{a,b}'\", x);",
                &["SELECT ⟨{}⟩ FROM t WHERE j = '{a,b}'"],
            ),
            ("c", "char *q = \"SELECT a \"\n  \"FROM t\"; /* \" */", &["SELECT a FROM t"]),
            ("h", "#define COLS \"a, b\"\n#define Q \"SELECT \" \"x\"\n", &["SELECT x"]),
            ("cpp", "ss << \"SELECT a FROM \" << t;\nss << \" WHERE b\";", &["SELECT a FROM ⟨t⟩ WHERE b"]),
            ("cpp", "auto q = R\"sql(SELECT \"a\" FROM t)sql\";", &["SELECT \"a\" FROM t"]),
            ("swift", "let q = \"SELECT a FROM \\(t.name) WHERE b\"", &["SELECT a FROM ⟨\\(t.name)⟩ WHERE b"]),
            (
                "ex",
                "@q \"\"\"\nSELECT a\n\"\"\"\ndef x, do: @q <> \" FROM #{t}\"",
                &["\nSELECT a\n FROM ⟨#{t}⟩", "\nSELECT a\n"],
            ),
            (
                "pl",
                "my $q = qq{SELECT a FROM $t WHERE b = {x}};\n# it's\nmy $r = 'SELECT c' . ' FROM u';",
                &["SELECT a FROM ⟨$t⟩ WHERE b = {x}", "SELECT c FROM u"],
            ),
            ("pl", "$s = <<\"SQL\";\nSELECT $x->{a}\nSQL\n", &["SELECT ⟨$x->{a}⟩\n"]),
            ("r", "q <- paste0(\"SELECT a FROM \", t, \" WHERE b\")", &["SELECT a FROM ⟨t⟩ WHERE b"]),
            ("r", "q <- paste(\"SELECT a\", \"FROM t\") # it's", &["SELECT a FROM t"]),
            ("dart", "final q = 'SELECT a '\n  'FROM $t';", &["SELECT a FROM ⟨$t⟩"]),
            ("lua", "local q = [[\nSELECT a\n]] .. \"FROM t\" -- it's", &["\nSELECT a\nFROM t"]),
            (
                "vue",
                "<template>don't</template>\n<script setup>\nconst q = `SELECT ${a} FROM t`\n</script>",
                &["SELECT ⟨${a}⟩ FROM t"],
            ),
        ];
        for (extension, text, expected) in cases {
            let mut found = pieces(extension, text);
            let mut expected: Vec<String> = expected.iter().map(|&piece| piece.to_owned()).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{extension}: {text}");
        }
    }

    #[test]
    fn what_is_no_sql_gives_nothing() {
        let cases: &[(&str, &str)] = &[
            ("go", "// \"SELECT a FROM t\"\n/* \"SELECT b\" */"),
            ("go", "x := \"users\" + \"SELECT a\""),
            ("rs", "// it's \"SELECT a\"\nfn f<'a>(x: &'a str) {}"),
            ("rb", "# \"SELECT a\"\n"),
            ("php", "SELECT a FROM t <?php // 'SELECT b'\n# 'SELECT c'\n ?> 'SELECT d'"),
            ("vue", "<template>'SELECT a'</template>"),
            ("vb", "' \"SELECT a\""),
            ("lua", "--[[ \"SELECT a\"\n ]] -- 'SELECT b'"),
            ("cs", "var x = \"unclosed\n SELECT a FROM t"),
            ("kt", ""),
        ];
        for (extension, text) in cases {
            assert_eq!(pieces(extension, text), Vec::<String>::new(), "{extension}: {text}");
        }
    }

    #[test]
    fn units_and_tokens() {
        let units = |path: &str, text: &str| {
            let facts = CodeText.extract(Input { path, text });
            let units = facts.units.iter().map(|unit| format!("{}@{}", unit.name, unit.span.of(text).lines().count()));
            units.collect::<Vec<_>>()
        };
        let cases: &[(&str, &str, &[&str])] = &[
            (
                "a.go",
                "func (r *Repo) Find(id int) error {\n\tx()\n}\n\nfunc main() {\n\tgo func() {\n\t}()\n}\n",
                &["Repo.Find@3", "main@4"],
            ),
            (
                "a.kt",
                "class A(\n  val x: Int\n) : B {\n  fun f() = \"x\"\n\n  fun <T> g(): T {\n  }\n}\n",
                &["A@8", "A.f@1", "A.g@2"],
            ),
            (
                "a.cs",
                "namespace N {\n  public class A {\n    public int F(int a)\n    {\n      if (a) {\n      }\n    }\n    int G() => 1;\n  }\n}",
                &["A@8", "A.F@5", "A.G@1"],
            ),
            ("a.cpp", "int Foo::bar(int x) const {\n  baz(x);\n  for (;;) {\n  }\n}\n", &["Foo.bar@5"]),
            (
                "a.rb",
                "class A\n  def f\n    x = <<~SQL\nSELECT 1\nSQL\n  end\n\n  def self.g; end\nend\n",
                &["A@9", "A.f@5", "A.self.g@1"],
            ),
            ("a.rs", "impl<T> Tr for Foo {\n    pub fn f() {\n    }\n}\nfn g() {}\n", &["Foo@4", "Foo.f@2", "g@1"]),
            ("a.php", "<?php\nclass A\n{\n  function f()\n  {\n  }\n}\n", &["A@6", "A.f@3"]),
            ("a.ex", "defmodule A.B do\n  def f(x) do\n  end\nend\n", &["A.B@4", "A.B.f@2"]),
            ("a.r", "f <- function(x) {\n  1\n}\n", &["f@3"]),
            ("a.lua", "function M.f(x)\nend\nM.g = function()\nend", &["M.f@2", "g@2"]),
            ("a.vb", "Class A\n  Private Function F() As String\n  End Function\nEnd Class", &["A@4", "A.F@2"]),
            ("a.dart", "class A {\n  Future<int> f() async {\n  }\n}\n", &["A@4", "A.f@2"]),
        ];
        for (path, text, expected) in cases {
            assert_eq!(units(path, text), *expected, "{text}");
        }
        let kinds = |path: &str, text: &str, word: &str| {
            let facts = CodeText.extract(Input { path, text });
            assert!(facts.tokens.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{:?}", facts.tokens);
            facts.token_at(text.find(word).expect("the word") as u32)
        };
        let cases: &[(&str, &str, TokenKind)] = &[
            ("a.go", "x := u.name", TokenKind::Property),
            ("a.go", "name := 1", TokenKind::Symbol),
            ("a.go", "// name", TokenKind::Comment),
            ("a.go", "x := \"hello name\"", TokenKind::Text),
            ("a.go", "x := \"u.name\"", TokenKind::Property),
            ("a.go", "type A struct { N string `db:\"name\" json:\"x\"` }", TokenKind::Property),
            ("a.php", "<?php $u->name", TokenKind::Property),
            ("a.php", "<?php $u['name']", TokenKind::Property),
            ("a.rb", "where(name: 1)", TokenKind::Property),
            ("a.rb", "pluck(:name)", TokenKind::Property),
            ("a.rb", "\"hi #{user.name} x\"", TokenKind::Property),
            ("a.pl", "$r->{name}", TokenKind::Property),
            ("a.vue", "<template>{{ u.name }}</template><script>x</script>", TokenKind::Property),
            ("a.vue", "<template>name</template><script>x</script>", TokenKind::Text),
        ];
        for (path, text, expected) in cases {
            assert_eq!(kinds(path, text, "name"), *expected, "{text}");
        }
    }

    #[test]
    fn hostile_text_is_read_in_linear_time() {
        let shapes = [
            "\"",
            "\"\\",
            "${",
            "\"${",
            "`${",
            "(",
            "((a)+",
            "[",
            "<<A\n",
            "<<<A\n",
            "'",
            "/\\",
            "a+",
            "\"a\"+",
            "a.append(\"",
            "{",
            "/*",
            "<?php ",
            "=\"",
            "ä",
            "a ? \"b\" : ",
            "if \"",
            "fun a(",
            "x=\"SELECT \"+x+x\n",
            "x(\n",
        ];
        for shape in shapes {
            let text = shape.repeat(8_000 / shape.len());
            for language in language::LANGUAGES {
                let path = format!("a.{}", language.extensions[0]);
                let started = std::time::Instant::now();
                CodeText.extract(Input { path: &path, text: &text });
                assert!(started.elapsed().as_secs() < 2, "{path}: {shape}");
            }
        }
    }
}
