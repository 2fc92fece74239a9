//! Cases of Python source and the SQL, units and tokens in it.

use super::*;
use crate::extract::host::testing::{check, check_places, pieces, shown};

fn found(source: &str) -> Vec<String> {
    let pieces = pieces(&mut PythonFile::default(), &tree_sitter_python::LANGUAGE.into(), source);
    for piece in &pieces {
        check_places(piece, source);
    }
    pieces.iter().map(|piece| shown(piece, source)).collect()
}

#[test]
fn literals() {
    check(
        &[
            ("run('SELECT a FROM t')", &["SELECT a FROM t"]),
            ("run(\"SELECT \\\"a\\\" FROM t\")", &["SELECT \"a\" FROM t"]),
            ("run(\"\"\"\n  SELECT a\n  FROM t\n\"\"\")", &["SELECT a FROM t"]),
            ("run(r'SELECT a FROM t WHERE b ~ \"\\d\"')", &["SELECT a FROM t WHERE b ~ \"\\d\""]),
            ("run(b'SELECT a FROM t')", &["SELECT a FROM t"]),
            ("run(u'SELECT \\u0061 FROM t')", &["SELECT a FROM t"]),
            ("run('SELECT a '\n    'FROM t')", &["SELECT a FROM t"]),
            ("run('SELECT a '\n    f'FROM {t}')", &["SELECT a FROM {t}"]),
            ("run('SELECT a ' \\\n    + 'FROM ' + t + ' WHERE b = 1')", &["SELECT a FROM {t} WHERE b = 1"]),
            ("run('SELECT a \\\n FROM t')", &["SELECT a FROM t"]),
        ],
        found,
    );
}

#[test]
fn formatting() {
    check(
        &[
            ("run(f'SELECT a FROM {table} WHERE b = {x.y}')", &["SELECT a FROM {table} WHERE b = {x.y}"]),
            ("run(f'SELECT \\'{{a}}\\' FROM t')", &["SELECT '{a}' FROM t"]),
            ("run(f\"SELECT a FROM {d['t']} WHERE b = {b!r}\")", &["SELECT a FROM {d['t']} WHERE b = {b}"]),
            ("run('SELECT %s FROM %s' % (cols, 't'))", &["SELECT {%s} FROM t"]),
            ("run('SELECT a FROM t WHERE b = %s' % b)", &["SELECT a FROM t WHERE b = {%s}"]),
            ("run('SELECT a FROM %(t)s WHERE b = 1' % {'t': 'u', 'x': y})", &["SELECT a FROM u WHERE b = 1"]),
            ("run('SELECT a FROM t WHERE b = %s', (b,))", &["SELECT a FROM t WHERE b = %s"]),
            ("run('SELECT {} FROM {t}'.format(c, t='u'))", &["SELECT {{}} FROM u"]),
            ("run('SELECT {1} FROM {0}'.format('t', 'a'))", &["SELECT a FROM t"]),
            ("run('SELECT {} FROM t'.format(*cols))", &["SELECT {{}} FROM t"]),
            ("run('SELECT ' + ', '.join(['a', 'b']) + ' FROM t')", &["SELECT a, b FROM t"]),
            ("run('SELECT ' + ', '.join(cols) + ' FROM t')", &["SELECT {', '.join(cols)} FROM t"]),
            ("run(f\"SELECT {','.join(c for c in cols)} FROM t\")", &["SELECT {','.join(c for c in cols)} FROM t"]),
            ("run('\\n'.join(('SELECT a', 'FROM t')))", &["SELECT a FROM t"]),
            ("run(textwrap.dedent('''\n  SELECT a\n  FROM t''').strip())", &["SELECT a FROM t"]),
            ("conn.execute(text('SELECT a FROM t').bindparams(x=1))", &["SELECT a FROM t"]),
            ("conn.execute(sa.text(f'SELECT a FROM {t}'))", &["SELECT a FROM {t}"]),
            (
                "cur.execute(sql.SQL('SELECT {} FROM {}').format(sql.Identifier('a'), sql.Identifier('s', 't')))",
                &["SELECT a FROM s.t"],
            ),
            (
                "q = SQL('SELECT {f} FROM t').format(f=SQL(', ').join([Identifier('a'), Identifier('b')]))",
                &["SELECT a, b FROM t"],
            ),
            (
                "run(('SELECT a FROM t' if x else 'SELECT b FROM t') + ' WHERE c = 1')",
                &["SELECT a FROM t WHERE c = 1", "SELECT b FROM t WHERE c = 1"],
            ),
            (
                "run('SELECT a FROM t' + (' WHERE b = 1' if x else ''))",
                &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"],
            ),
        ],
        found,
    );
}

#[test]
fn names() {
    check(
        &[
            ("C = 'a, b'\nrun(f'SELECT {C} FROM t')", &["SELECT a, b FROM t"]),
            ("Q = 'SELECT a FROM t'\ndef f():\n  run(Q)", &["SELECT a FROM t"]),
            ("class A:\n  T = 't'\n  Q = f'SELECT a FROM {T}'\n  def f(self):\n    run(self.Q)", &["SELECT a FROM t"]),
            (
                "class A:\n  T = 't'\n  def f(self):\n    run('SELECT a FROM ' + self.T)\n    run(f'SELECT b FROM {A.T}')",
                &["SELECT a FROM t", "SELECT b FROM t"],
            ),
            (
                "class A:\n  def __init__(self):\n    self.t = 't'\n  def f(self):\n    run('SELECT a FROM ' + self.t)",
                &["SELECT a FROM t"],
            ),
            ("def f(t):\n  run(f'SELECT a FROM {t}')", &["SELECT a FROM {t}"]),
            ("t = 'x'\ndef f(t):\n  run(f'SELECT a FROM {t}')", &["SELECT a FROM {t}"]),
            (
                "def f():\n  q = 'SELECT a FROM t'\n  if x:\n    q += ' WHERE b = 1'\n  q += ' ORDER BY c'\n  run(q)",
                &["SELECT a FROM t WHERE b = 1 ORDER BY c", "SELECT a FROM t ORDER BY c"],
            ),
            (
                "def f():\n  if x:\n    q = 'SELECT a FROM t'\n  elif y:\n    q = 'SELECT b FROM t'\n  else:\n    q = 'SELECT c FROM t'\n  q = q + ' WHERE d = 1'\n  run(q)",
                &["SELECT b FROM t WHERE d = 1", "SELECT c FROM t WHERE d = 1", "SELECT a FROM t WHERE d = 1"],
            ),
            (
                "def f():\n  q = 'SELECT a FROM t'\n  run(q)\n\ndef g():\n  q = 'SELECT b FROM t'\n  run(q)",
                &["SELECT b FROM t", "SELECT a FROM t"],
            ),
            (
                "def f():\n  w = []\n  w.append('b = 1')\n  if x:\n    w.append('c = 2')\n  run('SELECT a FROM t WHERE ' + ' AND '.join(w))",
                &["SELECT a FROM t WHERE b = 1 AND c = 2"],
            ),
            ("w = ['a', 'b'] + ['c']\nrun('SELECT ' + ', '.join(w) + ' FROM t')", &["SELECT a, b, c FROM t"]),
            ("q = None\nif x:\n  q = 'SELECT a FROM t'\nrun(q)", &["SELECT a FROM t"]),
            ("a = b = 'SELECT a FROM t'", &["SELECT a FROM t", "SELECT a FROM t"]),
            ("if (q := 'SELECT a FROM t'):\n  run(q)", &["SELECT a FROM t"]),
            ("for t in ts:\n  run(f'SELECT a FROM {t}')", &["SELECT a FROM {t}"]),
            (
                "match x:\n  case 1:\n    q = 'SELECT a FROM t'\n  case _:\n    q = 'SELECT b FROM t'\nrun(q + ' WHERE c = 1')",
                &["SELECT b FROM t WHERE c = 1", "SELECT a FROM t WHERE c = 1", "SELECT b FROM t", "SELECT a FROM t"],
            ),
            ("q = 'SELECT a FROM t WHERE b = 1 AND '\nrun(q[:-5])", &["SELECT a FROM t WHERE b = 1 AND"]),
        ],
        found,
    );
}

#[test]
fn what_is_no_sql_gives_nothing() {
    for source in [
        "",
        "# SELECT a FROM t",
        "def f():\n  \"\"\"SELECT a FROM t\"\"\"\n",
        "'''SELECT a FROM t'''\nx = 1",
        "class A:\n  'SELECT a FROM t'",
        "print('Select an item from the list')",
        "x = a + b % c",
        "x = 'hello' 'world'",
        "import select\nselect.select([r], [], [])",
        "x = f'{a}{b}'",
        "def (:\n  '",
    ] {
        assert_eq!(found(source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn units() {
    let source = "class A(B):\n  @x\n  def f(self):\n    def g():\n      pass\n  class C:\n    async def h(self): pass\n\ndef k(): pass\n";
    let facts = Python.extract(Input::new("a.py", source));
    let units: Vec<(&str, UnitKind, usize)> = facts
        .units
        .iter()
        .map(|unit| (unit.name.as_str(), unit.kind, unit.span.of(source).trim_end().lines().count()))
        .collect();
    assert_eq!(
        units,
        [
            ("A", UnitKind::Class, 7),
            ("A.f", UnitKind::Method, 4),
            ("A.f.g", UnitKind::Function, 2),
            ("A.C", UnitKind::Class, 2),
            ("A.C.h", UnitKind::Method, 1),
            ("k", UnitKind::Function, 1),
        ]
    );
}

#[test]
fn tokens() {
    let cases = [
        ("# name", TokenKind::Comment),
        ("def f():\n  '''name'''", TokenKind::Comment),
        ("name = 1", TokenKind::Symbol),
        ("x.name", TokenKind::Property),
        ("x.name()", TokenKind::Property),
        ("f(name=1)", TokenKind::Symbol),
        ("dict(name=1)", TokenKind::Property),
        ("x.f(name=1)", TokenKind::Property),
        ("{'name': 1}", TokenKind::Property),
        ("x['name']", TokenKind::Property),
        ("f('u.name')", TokenKind::Property),
        ("f('hello name')", TokenKind::Text),
        ("class A:\n  name = Column(String)", TokenKind::Property),
        ("class A:\n  name: str", TokenKind::Property),
        ("class A:\n  def name(self): pass", TokenKind::Symbol),
        ("from x import name", TokenKind::Symbol),
    ];
    for (source, expected) in cases {
        let facts = Python.extract(Input::new("a.py", source));
        assert_eq!(facts.token_at(source.find("name").expect("the word") as u32), expected, "{source}");
    }
}

#[test]
fn hostile_text_is_read_in_linear_time() {
    let shapes = [
        "(",
        "[",
        "'",
        "f'{",
        "\"\"\"",
        "{",
        "x+",
        "'a'+",
        "'a'%",
        "if x:\n ",
        "x = x + 'a'\n",
        "q += 'SELECT '\n",
        "[['a'],",
        "def f():\n",
        "lambda: ",
        "x=",
        "'a' 'b' ",
        "a.b",
        ".format(",
        "class A:\n x='a'\n",
        "f'{f\"{",
    ];
    for shape in shapes {
        let text = shape.repeat(8_000 / shape.len());
        Python.extract(Input::new("a.py", &text));
    }
}

#[test]
fn branches_in_branches() {
    check(
        &[(
            "def f():\n  q = 'SELECT a '\n  q += 'FROM t'\n  if x:\n    q += ' WHERE b = 1'\n    if y:\n      q = 'SELECT c FROM u'\n  run(q)",
            &["SELECT c FROM u", "SELECT a FROM t WHERE b = 1", "SELECT a FROM t"],
        )],
        found,
    );
}

#[test]
fn fixtures_hold_the_sql_that_they_run() {
    insta::glob!("../../../fixtures/python", "*/*.py", |path| {
        let source = std::fs::read_to_string(path).expect("a fixture is readable");
        insta::assert_snapshot!(found(&source).join("\n\n"));
    });
}
