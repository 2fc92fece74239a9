//! Python source and what is said of its values.

use super::*;

/// Each use as `name access form: receiver`.
fn uses(text: &str) -> Vec<String> {
    let code = read(Input::new("a.py", text)).expect("it parses");
    let shown = |found: &Use| {
        let write = if found.access == Access::Read { "" } else { "!" };
        format!("{}{write} of {}", found.name, code.describe(found.receiver))
    };
    code.uses.iter().map(shown).collect()
}

#[test]
fn names_are_used() {
    for (text, expected) in [
        ("u.full_name", vec!["full_name of u"]),
        ("u['full_name'] = 1", vec!["full_name! of u"]),
        ("del u.full_name", vec!["full_name of u"]),
        ("def f(u):\n  return u.full_name", vec!["full_name of u"]),
        ("for u in us:\n  u.a", vec!["a of u = element(us)"]),
        ("[u.a for u in us]", vec!["a of u = element(us)"]),
        ("for i, u in enumerate(us): u.a", vec!["a of u = element(element(enumerate(us)))"]),
        ("f'{u.a}'", vec!["a of u"]),
        ("User(full_name=x)", vec!["full_name! of new User()"]),
        ("q.filter(full_name__icontains=x)", vec!["filter of q", "full_name of q", "icontains of (q).full_name"]),
        ("q.order_by('-a__b')", vec!["order_by of q", "a of q", "b of (q).a"]),
        ("q.filter(Q(a=1) | ~Q(b=2))", vec!["filter of q", "a of q", "b of q"]),
        ("q.annotate(n=Count('a'))", vec!["annotate of q", "a of q"]),
        ("q.update(a=F('b'))", vec!["update of q", "a! of q", "b of q"]),
        ("getattr(u, 'a')", vec!["a of u"]),
        ("df[['a', 'b']]", vec!["a of df", "b of df"]),
        ("{'a': 1}", vec!["a! of {a}"]),
        ("class A:\n  a: int\n  def f(self):\n    self.a", vec!["a! of this(A)", "f of this(A)", "a of this(A)"]),
        (
            "class S(X):\n  class Meta:\n    model = User\n    fields = ['a']\n",
            vec!["model! of User", "fields! of User", "a of User"],
        ),
        ("cur.execute('x')\nfor r in cur:\n  r['a']", vec!["execute of cur", "a of r = element(cur)"]),
        ("def f(cur):\n  cur.execute('x')\n  cur.a", vec!["execute of cur", "a of cur = (cur).execute(\"x\")"]),
        ("def g(a, b):\n  b.x\ng(1, b=u)", vec!["x of b"]),
    ] {
        assert_eq!(uses(text), expected, "{text}");
    }
}

#[test]
fn imports_and_exports() {
    let code = read(Input::new(
        "a.py",
        "import a.b as c\nimport d.e\nfrom .f import g as h, i\nfrom j import *\nk = 1\ndef l(): pass\nclass M: pass\n",
    ))
    .expect("it parses");
    let imports: Vec<String> =
        code.imports.iter().map(|import| format!("{}={}:{:?}", import.local, import.module, import.name)).collect();
    assert_eq!(imports, ["c=a.b:All", "d=d:All", "h=.f:Named(\"g\")", "i=.f:Named(\"i\")", "=j:All"]);
    let mut exports: Vec<&str> = code.exports.iter().map(|export| export.name.as_str()).collect();
    exports.sort_unstable();
    assert_eq!(exports, ["*", "M", "h", "i", "k", "l"]);
}

#[test]
fn hostile_text_is_read_in_linear_time() {
    let shapes = [
        "(",
        "[",
        "{",
        "a.",
        "a(",
        "a[",
        "f'{",
        "x = ",
        "if a:\n ",
        "class A:\n ",
        "def f(a):\n ",
        "lambda: ",
        "-",
        "not ",
        "a if b else ",
        "[x for x in ",
        "q(a__",
        "q('a__",
        "a = b = ",
        "x, ",
    ];
    for shape in shapes {
        let text = shape.repeat(8_000 / shape.len());
        read(Input::new("a.py", &text));
    }
}
