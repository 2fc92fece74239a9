//! Cases of many languages and the SQL, units and tokens in them.

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
            shown.extend(["⟨", place, "⟩"]);
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
        (
            "ps1",
            "$q = @\"\nSELECT a FROM t WHERE b = '$x'\n\"@\nInvoke-Sqlcmd -Query $q",
            &["\nSELECT a FROM t WHERE b = '⟨$x⟩'\n"],
        ),
        ("ps1", "Invoke-Sqlcmd -Query \"SELECT a FROM t\"", &["SELECT a FROM t"]),
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
        ("kt", "val q = if (x) \"SELECT a FROM t\" else \"SELECT b FROM t\"", &["SELECT a FROM t", "SELECT b FROM t"]),
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
        let facts = CodeText.extract(Input::new(path, text));
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
        let facts = CodeText.extract(Input::new(path, text));
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
            CodeText.extract(Input::new(&path, &text));
        }
    }
}
