//! The table of languages that are read without a grammar: how each writes comments, strings and names.

use self::Escapes::{Backslash, Doubled, Nothing, QuoteOnly};
use self::Holes::{Braces, Dollar, Indexed, Never, Numbered, Placeholder, Prefixed};

/// How a literal writes characters that it cannot hold as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Not at all.
    Nothing,
    /// `\n`, `\"`, `\u00e4`, `\` before a line's end.
    Backslash,
    /// `\\` and a backslash before the closing quote; any other backslash stands for itself.
    QuoteOnly,
    /// The closing quote twice.
    Doubled,
}

/// How a literal writes an expression whose value it takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holes {
    /// Not at all.
    Never,
    /// `$name`, `${expression}`; with `{$expression}` too.
    Dollar,
    /// `{expression}`; `{{` is a brace.
    Braces,
    /// `{}`, `{name}`, `{:format}`; any other brace stands for itself.
    Placeholder,
    /// `{0}`, `{1:format}` of a format string.
    Numbered,
    /// `%[1]s` of a format string.
    Indexed,
    /// The marker and the expression up to its closing bracket: `#{expression}`, `\(expression)`.
    Prefixed(&'static str),
}

/// One way to write a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    /// What opens it.
    pub open: &'static str,
    /// What closes it.
    pub close: &'static str,
    /// How it escapes.
    pub escapes: Escapes,
    /// How it interpolates.
    pub holes: Holes,
    /// Whether it may go on after the end of a line.
    pub lines: bool,
}

/// A one-line literal.
const fn short(open: &'static str, close: &'static str, escapes: Escapes, holes: Holes) -> Quote {
    Quote { open, close, escapes, holes, lines: false }
}

/// A literal that may hold line ends.
const fn long(open: &'static str, close: &'static str, escapes: Escapes, holes: Holes) -> Quote {
    Quote { open, close, escapes, holes, lines: true }
}

/// What opens a here-document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HereDocument {
    /// The language has none.
    Never,
    /// `<<TAG`, `<<-TAG`, `<<~TAG`, the tag bare or in quotes.
    Two,
    /// `<<<TAG`, the tag bare or in quotes.
    Three,
}

/// One language.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table: each says something of its own")]
pub(super) struct Language {
    /// File extensions, in lower case.
    pub extensions: &'static [&'static str],
    /// What opens a comment that ends with its line.
    pub line_comments: &'static [&'static str],
    /// What opens and closes a longer comment.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// Its literals; one whose opening starts with that of another comes before it.
    pub quotes: &'static [Quote],
    /// Its here-documents, and how those interpolate.
    pub here: (HereDocument, Holes),
    /// Whether `'x'` is a character, and a lone `'` nothing at all.
    pub characters: bool,
    /// Whether `/…/` may be a regular expression.
    pub patterns: bool,
    /// Characters that may start a word, besides letters and `_`.
    pub sigils: &'static str,
    /// Operators that concatenate strings. An empty one: literals that stand side by side.
    pub joins: &'static [&'static str],
    /// Operators after which a member's name follows.
    pub members: &'static [&'static str],
    /// Whether `:name` and `name:` are keys.
    pub symbols: bool,
    /// Whether `{name}` is a key.
    pub braced_keys: bool,
    /// Whether raw literals hold `key:"name"` tags.
    pub tags: bool,
    /// Words before a function's name.
    pub functions: &'static [&'static str],
    /// Words before the name of a class or the like.
    pub types: &'static [&'static str],
    /// Whether `name(…) {` defines a function.
    pub by_shape: bool,
    /// What encloses code in a file that is mostly something else; empty when all of it is code.
    pub regions: &'static [(&'static str, &'static str)],
}

const C_COMMENT: &[(&str, &str)] = &[("/*", "*/")];

/// What most languages with braces have in common.
const BRACES: Language = Language {
    extensions: &[],
    line_comments: &["//"],
    block_comments: C_COMMENT,
    quotes: &[short("\"", "\"", Backslash, Never)],
    here: (HereDocument::Never, Never),
    characters: true,
    patterns: false,
    sigils: "",
    joins: &["+"],
    members: &["."],
    symbols: false,
    braced_keys: false,
    tags: false,
    functions: &[],
    types: &["class", "interface", "struct", "enum", "record"],
    by_shape: false,
    regions: &[],
};

/// What scripting languages have in common.
const SCRIPT: Language = Language {
    line_comments: &["#"],
    block_comments: &[],
    quotes: &[long("\"", "\"", Backslash, Never), long("'", "'", Backslash, Never)],
    characters: false,
    ..BRACES
};

/// What scripts inside a page have in common.
const PAGE: Language = Language {
    quotes: &[
        short("\"", "\"", Backslash, Never),
        short("'", "'", Backslash, Never),
        long("`", "`", Backslash, Dollar),
    ],
    characters: false,
    patterns: true,
    sigils: "$",
    members: &[".", "?."],
    functions: &["function"],
    ..BRACES
};

/// A page of which only the scripts are code.
pub(super) const PAGE_WITH_SCRIPTS: Language = Language { regions: &[("<script", "</script>")], ..PAGE };

/// Ruby, also inside the tags of a template.
const RUBY: Language = Language {
    extensions: &["rb", "rake", "ru"],
    block_comments: &[("\n=begin", "\n=end")],
    quotes: &[
        long("%w[", "]", QuoteOnly, Never),
        long("%w(", ")", QuoteOnly, Never),
        long("%i[", "]", QuoteOnly, Never),
        long("%i(", ")", QuoteOnly, Never),
        long("%r{", "}", QuoteOnly, Never),
        long("%q(", ")", QuoteOnly, Never),
        long("%Q(", ")", Backslash, Prefixed("#{")),
        long("%(", ")", Backslash, Prefixed("#{")),
        long("%q{", "}", QuoteOnly, Never),
        long("%Q{", "}", Backslash, Prefixed("#{")),
        long("\"", "\"", Backslash, Prefixed("#{")),
        long("'", "'", QuoteOnly, Never),
    ],
    here: (HereDocument::Two, Prefixed("#{")),
    patterns: true,
    sigils: "@$",
    joins: &["+", "<<", ""],
    members: &[".", "&."],
    symbols: true,
    functions: &["def"],
    types: &["class", "module"],
    ..SCRIPT
};

/// All languages.
pub(super) static LANGUAGES: &[Language] = &[
    Language {
        extensions: &["kt", "kts"],
        quotes: &[long("\"\"\"", "\"\"\"", Nothing, Dollar), short("\"", "\"", Backslash, Dollar)],
        members: &[".", "?."],
        functions: &["fun"],
        types: &["class", "interface", "object"],
        ..BRACES
    },
    Language {
        extensions: &["scala", "sc", "sbt"],
        quotes: &[
            long("sql\"\"\"", "\"\"\"", Nothing, Dollar),
            long("sqlu\"\"\"", "\"\"\"", Nothing, Dollar),
            long("raw\"\"\"", "\"\"\"", Nothing, Dollar),
            long("fr0\"\"\"", "\"\"\"", Nothing, Dollar),
            long("fr\"\"\"", "\"\"\"", Nothing, Dollar),
            long("f\"\"\"", "\"\"\"", Nothing, Dollar),
            long("s\"\"\"", "\"\"\"", Nothing, Dollar),
            long("\"\"\"", "\"\"\"", Nothing, Never),
            short("sql\"", "\"", Backslash, Dollar),
            short("sqlu\"", "\"", Backslash, Dollar),
            short("raw\"", "\"", Nothing, Dollar),
            short("fr0\"", "\"", Backslash, Dollar),
            short("fr\"", "\"", Backslash, Dollar),
            short("f\"", "\"", Backslash, Dollar),
            short("s\"", "\"", Backslash, Dollar),
            short("\"", "\"", Backslash, Never),
        ],
        functions: &["def"],
        types: &["class", "object", "trait"],
        joins: &["+", "++"],
        ..BRACES
    },
    Language {
        extensions: &["groovy", "gradle", "gvy"],
        quotes: &[
            long("\"\"\"", "\"\"\"", Backslash, Dollar),
            long("'''", "'''", Backslash, Never),
            short("\"", "\"", Backslash, Dollar),
            short("'", "'", Backslash, Never),
        ],
        characters: false,
        members: &[".", "?."],
        functions: &["def"],
        by_shape: true,
        ..BRACES
    },
    Language {
        extensions: &["go"],
        quotes: &[long("`", "`", Nothing, Indexed), short("\"", "\"", Backslash, Indexed)],
        tags: true,
        functions: &["func"],
        types: &["type"],
        ..BRACES
    },
    Language {
        extensions: &["cs", "csx"],
        quotes: &[
            long("$\"\"\"", "\"\"\"", Nothing, Braces),
            long("\"\"\"", "\"\"\"", Nothing, Never),
            long("$@\"", "\"", Doubled, Braces),
            long("@$\"", "\"", Doubled, Braces),
            long("@\"", "\"", Doubled, Numbered),
            short("$\"", "\"", Backslash, Braces),
            short("\"", "\"", Backslash, Numbered),
        ],
        members: &[".", "?."],
        by_shape: true,
        ..BRACES
    },
    Language {
        extensions: &["vb", "vbs", "bas", "cls", "frm"],
        line_comments: &["'"],
        block_comments: &[],
        quotes: &[long("$\"", "\"", Doubled, Braces), short("\"", "\"", Doubled, Numbered)],
        characters: false,
        joins: &["&", "+"],
        functions: &["Sub", "Function", "Property"],
        types: &["Class", "Module", "Structure", "Interface"],
        ..BRACES
    },
    Language {
        extensions: &["php", "php3", "php4", "php5", "phtml", "inc"],
        line_comments: &["//", "#"],
        quotes: &[long("\"", "\"", Backslash, Dollar), long("'", "'", QuoteOnly, Never)],
        here: (HereDocument::Three, Dollar),
        characters: false,
        sigils: "$",
        joins: &["."],
        members: &["->", "?->"],
        functions: &["function"],
        types: &["class", "interface", "trait", "enum"],
        regions: &[("<?php", "?>"), ("<?=", "?>")],
        ..BRACES
    },
    RUBY,
    Language { extensions: &["erb"], regions: &[("<%", "%>")], ..RUBY },
    Language {
        extensions: &["rs"],
        quotes: &[
            long("r###\"", "\"###", Nothing, Placeholder),
            long("r##\"", "\"##", Nothing, Placeholder),
            long("br#\"", "\"#", Nothing, Never),
            long("r#\"", "\"#", Nothing, Placeholder),
            long("br\"", "\"", Nothing, Never),
            long("b\"", "\"", Backslash, Never),
            long("r\"", "\"", Nothing, Placeholder),
            long("\"", "\"", Backslash, Placeholder),
        ],
        functions: &["fn"],
        types: &["struct", "enum", "trait", "impl", "mod"],
        ..BRACES
    },
    Language {
        extensions: &["c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "ipp", "ino", "m", "mm", "pc", "pgc"],
        quotes: &[
            long("R\"sql(", ")sql\"", Nothing, Never),
            long("R\"SQL(", ")SQL\"", Nothing, Never),
            long("R\"(", ")\"", Nothing, Never),
            short("\"", "\"", Backslash, Never),
        ],
        joins: &["+", "<<", ""],
        members: &[".", "->"],
        types: &["class", "struct"],
        by_shape: true,
        ..BRACES
    },
    Language {
        extensions: &["swift"],
        quotes: &[
            long("#\"\"\"", "\"\"\"#", Nothing, Never),
            long("\"\"\"", "\"\"\"", Backslash, Prefixed("\\(")),
            short("#\"", "\"#", Nothing, Never),
            short("\"", "\"", Backslash, Prefixed("\\(")),
        ],
        characters: false,
        members: &[".", "?."],
        functions: &["func"],
        types: &["class", "struct", "enum", "protocol", "extension", "actor"],
        ..BRACES
    },
    Language {
        extensions: &["ex", "exs"],
        quotes: &[
            long("~S\"\"\"", "\"\"\"", Nothing, Never),
            long("~s\"\"\"", "\"\"\"", Backslash, Prefixed("#{")),
            long("\"\"\"", "\"\"\"", Backslash, Prefixed("#{")),
            long("'''", "'''", Backslash, Prefixed("#{")),
            long("\"", "\"", Backslash, Prefixed("#{")),
            long("'", "'", Backslash, Prefixed("#{")),
        ],
        sigils: "@",
        joins: &["<>"],
        symbols: true,
        functions: &["def", "defp", "defmacro"],
        types: &["defmodule"],
        ..SCRIPT
    },
    Language {
        extensions: &["pl", "pm", "t", "cgi"],
        block_comments: &[
            ("\n=head", "\n=cut"),
            ("\n=pod", "\n=cut"),
            ("\n=over", "\n=cut"),
            ("\n=begin", "\n=cut"),
            ("\n=item", "\n=cut"),
            ("\n=for", "\n=cut"),
            ("\n=encoding", "\n=cut"),
            ("\n=back", "\n=cut"),
        ],
        quotes: &[
            long("qq{", "}", Backslash, Dollar),
            long("qq(", ")", Backslash, Dollar),
            long("qq|", "|", Backslash, Dollar),
            long("qq~", "~", Backslash, Dollar),
            long("qw{", "}", QuoteOnly, Never),
            long("qw(", ")", QuoteOnly, Never),
            long("qw[", "]", QuoteOnly, Never),
            short("qw/", "/", QuoteOnly, Never),
            long("qr{", "}", QuoteOnly, Never),
            short("qr(", ")", QuoteOnly, Never),
            short("qr/", "/", QuoteOnly, Never),
            short("qr|", "|", QuoteOnly, Never),
            short("qr#", "#", QuoteOnly, Never),
            short("qr!", "!", QuoteOnly, Never),
            long("m{", "}", QuoteOnly, Never),
            short("m(", ")", QuoteOnly, Never),
            short("m/", "/", QuoteOnly, Never),
            short("m|", "|", QuoteOnly, Never),
            short("m#", "#", QuoteOnly, Never),
            short("m!", "!", QuoteOnly, Never),
            short("s{", "}", QuoteOnly, Never),
            short("s/", "/", QuoteOnly, Never),
            short("s|", "|", QuoteOnly, Never),
            short("s#", "#", QuoteOnly, Never),
            short("s!", "!", QuoteOnly, Never),
            short("tr/", "/", QuoteOnly, Never),
            short("y/", "/", QuoteOnly, Never),
            long("q{", "}", QuoteOnly, Never),
            long("q(", ")", QuoteOnly, Never),
            long("q|", "|", QuoteOnly, Never),
            long("q~", "~", QuoteOnly, Never),
            long("\"", "\"", Backslash, Dollar),
            long("'", "'", QuoteOnly, Never),
        ],
        here: (HereDocument::Two, Dollar),
        patterns: true,
        sigils: "$@",
        joins: &["."],
        members: &["->"],
        braced_keys: true,
        functions: &["sub"],
        types: &[],
        ..SCRIPT
    },
    Language {
        extensions: &["r"],
        quotes: &[
            long("r\"(", ")\"", Nothing, Never),
            long("R\"(", ")\"", Nothing, Never),
            long("\"", "\"", Backslash, Never),
            long("'", "'", Backslash, Never),
        ],
        joins: &[],
        members: &["$"],
        functions: &["function"],
        types: &[],
        ..SCRIPT
    },
    Language {
        extensions: &["dart"],
        quotes: &[
            long("r'''", "'''", Nothing, Never),
            long("r\"\"\"", "\"\"\"", Nothing, Never),
            short("r'", "'", Nothing, Never),
            short("r\"", "\"", Nothing, Never),
            long("'''", "'''", Backslash, Dollar),
            long("\"\"\"", "\"\"\"", Backslash, Dollar),
            short("'", "'", Backslash, Dollar),
            short("\"", "\"", Backslash, Dollar),
        ],
        characters: false,
        joins: &["+", ""],
        members: &[".", "?."],
        types: &["class", "mixin", "extension", "enum"],
        by_shape: true,
        ..BRACES
    },
    Language {
        extensions: &["lua"],
        line_comments: &["--"],
        block_comments: &[("--[[", "]]"), ("--[=[", "]=]")],
        quotes: &[
            long("[==[", "]==]", Nothing, Never),
            long("[=[", "]=]", Nothing, Never),
            long("[[", "]]", Nothing, Never),
            short("\"", "\"", Backslash, Never),
            short("'", "'", Backslash, Never),
        ],
        joins: &[".."],
        functions: &["function"],
        types: &[],
        ..SCRIPT
    },
    Language {
        extensions: &["ps1", "psm1"],
        line_comments: &["#"],
        block_comments: &[("<#", "#>")],
        quotes: &[
            long("@\"", "\"@", Nothing, Dollar),
            long("@'", "'@", Nothing, Never),
            long("\"", "\"", Doubled, Dollar),
            long("'", "'", Doubled, Never),
        ],
        joins: &["+"],
        functions: &["function", "filter"],
        types: &["class"],
        sigils: "$",
        ..SCRIPT
    },
    Language { extensions: &["vue", "svelte", "astro"], ..PAGE_WITH_SCRIPTS },
];

/// Files without an extension, and the extension that they might have.
const NAMES: &[(&str, &str)] = &[
    ("Jenkinsfile", "groovy"),
    ("Rakefile", "rb"),
    ("Gemfile", "rb"),
    ("Vagrantfile", "rb"),
    ("Guardfile", "rb"),
    ("Capfile", "rb"),
];

/// The language of a path, by its extension. A template of a SQL file is SQL.
pub(super) fn language_of(path: &str) -> Option<&'static Language> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let (stem, extension) =
        known.map_or_else(|| name.rsplit_once('.'), |(known, extension)| Some((*known, *extension)))?;
    let extension = extension.to_ascii_lowercase();
    if stem.rsplit('.').next().is_some_and(|inner| inner.eq_ignore_ascii_case("sql")) && stem.contains('.') {
        return None;
    }
    LANGUAGES.iter().find(|language| language.extensions.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_unique_and_long_openings_come_first() {
        let mut seen = std::collections::BTreeSet::new();
        for language in LANGUAGES {
            for extension in language.extensions {
                assert!(seen.insert(extension), "{extension} twice");
            }
            for (at, quote) in language.quotes.iter().enumerate() {
                let hidden = language.quotes[..at].iter().any(|before| quote.open.starts_with(before.open));
                assert!(!hidden, "{} is never reached in {:?}", quote.open, language.extensions);
            }
        }
    }
}
