//! Prisma schemas: models and views, their fields, and the columns that these are.
//!
//! The language: <https://www.prisma.io/docs/orm/reference/prisma-schema-reference>. A schema may be spread over several
//! files; each is read by itself.

mod lexer;

use std::collections::BTreeSet;

use self::lexer::{Kind, Word};
use super::{Format, Input};
use crate::model::answer::Construct;
use crate::model::facts::{FileFacts, Token, TokenKind, Unit, UnitKind};
use crate::model::mapping::{
    BuiltStatement, EntityPath, EntitySource, ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole,
};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, Lookup, Reading, Relation, Scope, ScopeId, Source, SourceRole,
    Statement, StatementKind, Usage,
};

/// Prisma schemas.
pub struct Prisma;

impl Format for Prisma {
    fn name(&self) -> &'static str {
        "prisma"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("prisma"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        read(input.text)
    }
}

/// Types that are columns whatever else the schema declares.
const SCALARS: &[&str] =
    &["String", "Boolean", "Int", "BigInt", "Float", "Decimal", "DateTime", "Json", "Bytes", "Unsupported"];

/// A block: its keyword, name and lines.
struct Block<'w> {
    keyword: &'w str,
    name: &'w str,
    name_span: Span,
    span: Span,
    lines: Vec<&'w [Word]>,
}

fn read(text: &str) -> FileFacts {
    let mut facts = FileFacts { elsewhere: TokenKind::Symbol, ..FileFacts::default() };
    let mut words = lexer::words(text);
    words.retain(|word| {
        let is_comment = word.kind == Kind::Comment;
        if is_comment {
            facts.tokens.push(Token { span: word.span, kind: TokenKind::Comment });
        }
        !is_comment
    });
    let blocks = blocks(text, &words);
    let named = |keywords: &[&str]| -> BTreeSet<&str> {
        blocks.iter().filter(|block| keywords.contains(&block.keyword)).map(|block| block.name).collect()
    };
    let types = Types { models: named(&["model", "view", "type"]), enums: named(&["enum"]) };
    for block in &blocks {
        let role = match block.keyword {
            "model" | "view" => MappingRole::Entity,
            "type" => MappingRole::Embeddable,
            _ => continue,
        };
        facts.units.push(Unit { name: block.name.to_owned(), kind: UnitKind::Class, span: block.span });
        facts.mappings.push(mapping(text, block, role, &types));
        facts.built.extend(named_columns(text, block));
    }
    facts
}

/// The names that a file declares.
struct Types<'t> {
    models: BTreeSet<&'t str>,
    enums: BTreeSet<&'t str>,
}

fn blocks<'t>(text: &'t str, words: &'t [Word]) -> Vec<Block<'t>> {
    let mut found = Vec::new();
    let of = |word: &Word| word.span.of(text);
    let mut at = 0;
    while let [keyword, name, brace, ..] = &words[at.min(words.len())..] {
        if keyword.kind != Kind::Word || name.kind != Kind::Word || of(brace) != "{" {
            at += 1;
            continue;
        }
        let body = at + 3;
        let length = words[body..].iter().position(|word| word.kind == Kind::Sign && of(word) == "}");
        let end = length.map_or(words.len(), |length| body + length);
        let lines = words[body..end].split(|word| word.kind == Kind::LineEnd).filter(|line| !line.is_empty());
        let last = words.get(end).or(words.last()).map_or(brace.span, |word| word.span);
        found.push(Block {
            keyword: of(keyword),
            name: of(name),
            name_span: name.span,
            span: keyword.span.join(last),
            lines: lines.collect(),
        });
        at = end + 1;
    }
    found
}

fn is_attribute(line: &[Word], text: &str) -> bool {
    line.first().is_some_and(|first| first.span.of(text) == "@@")
}

fn mapping(text: &str, block: &Block<'_>, role: MappingRole, types: &Types<'_>) -> Mapping {
    let mut table: Option<Ident> = None;
    let mut schema = None;
    let mut properties = Vec::new();
    for line in &block.lines {
        if !is_attribute(line, text) {
            properties.extend(property(text, line, types));
            continue;
        }
        match line.get(1).map(|name| name.span.of(text)) {
            Some("map") => table = first_text(line).map(|span| Ident::quoted(span.of(text))),
            Some("schema") => schema = first_text(line).map(|span| Ident::quoted(span.of(text))),
            Some("unique" | "id") => properties.extend(compound(text, line, block.name)),
            _ => {}
        }
    }
    let table = match (table, schema) {
        (None, None) => MappedName::Implied,
        (table, schema) => {
            let table = table.unwrap_or_else(|| Ident::quoted(block.name));
            MappedName::Named(ObjectName(schema.into_iter().chain([table]).collect()))
        }
    };
    Mapping {
        entity: block.name.to_owned(),
        span: block.name_span,
        role,
        table: if role == MappingRole::Entity { table } else { MappedName::None },
        parent: None,
        mixins: Vec::new(),
        implied: ImpliedNames::Identity,
        properties,
    }
}

/// `name Type? @map("column")`.
fn property(text: &str, line: &[Word], types: &Types<'_>) -> Option<MappedProperty> {
    let [name, kind, rest @ ..] = line else { return None };
    if name.kind != Kind::Word || kind.kind != Kind::Word {
        return None;
    }
    let type_name = kind.span.of(text);
    let column = attribute(text, rest, "map").and_then(first_text);
    let is_relation = attribute(text, rest, "relation").is_some();
    let may_be_many = rest.first().is_some_and(|sign| matches!(sign.span.of(text), "?" | "["));
    let is_column = SCALARS.contains(&type_name)
        || types.enums.contains(type_name)
        || column.is_some()
        || attribute(text, rest, "default").is_some()
        // The other side of a relation is always a list or optional; an enum of another file need not be.
        || (!may_be_many && !types.models.contains(type_name) && !is_relation);
    let (column, span) = match (is_column, column) {
        (true, Some(span)) => (MappedName::Named(Ident::quoted(span.of(text))), span),
        (true, None) => (MappedName::Implied, name.span),
        (false, _) => (MappedName::None, name.span),
    };
    let target = (!is_column).then(|| type_name.to_owned());
    Some(MappedProperty { name: name.span.of(text).to_owned(), span, column, target })
}

/// `@@unique([a, b])`: the client finds rows by `a_b: { a, b }`, whose keys are those of the model itself.
fn compound(text: &str, line: &[Word], model: &str) -> Option<MappedProperty> {
    let fields = bracketed(text, line);
    let name =
        line.windows(3).find(|words| words[0].span.of(text) == "name" && words[1].span.of(text) == ":").map_or_else(
            || fields.iter().map(|field| field.span.of(text)).collect::<Vec<_>>().join("_"),
            |words| words[2].span.of(text).to_owned(),
        );
    let span = line.get(1)?.span;
    (fields.len() > 1).then(|| MappedProperty { name, span, column: MappedName::None, target: Some(model.to_owned()) })
}

/// The words from the attribute `@name` on, up to the next one.
fn attribute<'w>(text: &str, words: &'w [Word], name: &str) -> Option<&'w [Word]> {
    let is_sign = |word: &Word| word.kind == Kind::Sign && word.span.of(text) == "@";
    let start = words.windows(2).position(|pair| is_sign(&pair[0]) && pair[1].span.of(text) == name)?;
    let rest = &words[start + 1..];
    let end = rest.iter().position(is_sign).unwrap_or(rest.len());
    Some(&rest[..end])
}

fn first_text(words: &[Word]) -> Option<Span> {
    words.iter().find(|word| word.kind == Kind::Text).map(|word| word.span)
}

/// The names in the first `[…]`; those of `a(sort: Desc)` without what is in parentheses.
fn bracketed<'w>(text: &str, words: &'w [Word]) -> Vec<&'w Word> {
    let mut depth = 0;
    words
        .iter()
        .skip_while(|word| word.span.of(text) != "[")
        .take_while(|word| word.span.of(text) != "]")
        .filter(|word| {
            match word.span.of(text) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0 && word.kind == Kind::Word
        })
        .collect()
}

/// The columns that indexes, keys and relations name, as one statement.
fn named_columns(text: &str, block: &Block<'_>) -> Option<BuiltStatement> {
    let source = |span: Span| Source {
        relation: Relation::Hole,
        alias: None,
        columns: Vec::new(),
        span,
        role: SourceRole::Read,
    };
    let reference = |word: &Word| ColumnReference {
        qualifier: Vec::new(),
        name: Ident::bare(word.span.of(text)),
        span: word.span,
        access: Access::Both,
        usage: Usage::Other,
        lookup: Lookup::Only(0),
    };
    let mut scopes = vec![Scope { sources: vec![source(block.name_span)], ..Scope::default() }];
    let own = EntityPath::Named(block.name.to_owned());
    let mut entities = vec![EntitySource { scope: ScopeId(0), source: 0, entity: own }];
    for line in &block.lines {
        if is_attribute(line, text) {
            let is_key =
                matches!(line.get(1).map(|name| name.span.of(text)), Some("unique" | "id" | "index" | "fulltext"));
            if is_key {
                scopes[0].references.extend(bracketed(text, line).into_iter().map(reference));
            }
            continue;
        }
        let Some(relation) = attribute(text, line, "relation") else { continue };
        let part = |name: &str| {
            let at = relation.iter().position(|word| word.span.of(text) == name)?;
            Some(bracketed(text, &relation[at..]))
        };
        scopes[0].references.extend(part("fields").unwrap_or_default().into_iter().map(reference));
        let others: Vec<ColumnReference> = part("references").unwrap_or_default().into_iter().map(reference).collect();
        if !others.is_empty() {
            let property = line[0].span.of(text).to_owned();
            entities.push(EntitySource {
                scope: ScopeId(scopes.len() as u32),
                source: 0,
                entity: EntityPath::Related { scope: ScopeId(0), source: 0, property },
            });
            scopes.push(Scope { sources: vec![source(line[0].span)], references: others, ..Scope::default() });
        }
    }
    if scopes.iter().all(|scope| scope.references.is_empty()) {
        return None;
    }
    let statement = Statement {
        kind: StatementKind::OtherSchema,
        span: block.span,
        dialect: Dialect::Generic,
        reading: Reading::Parsed,
        direction: Direction::Forward,
        scopes,
        changes: Vec::new(),
        holes: Vec::new(),
    };
    Some(BuiltStatement { construct: Construct::Mapping, statement, entities, sinks: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> Vec<String> {
        let facts = read(source);
        let name = |name: &MappedName<Ident>| match name {
            MappedName::Named(name) => format!("={name}"),
            MappedName::Implied => String::new(),
            MappedName::None => "=-".to_owned(),
        };
        facts
            .mappings
            .iter()
            .map(|mapping| {
                let table = match &mapping.table {
                    MappedName::Named(table) => format!("={table}"),
                    MappedName::Implied => String::new(),
                    MappedName::None => "=-".to_owned(),
                };
                let properties: Vec<String> = mapping
                    .properties
                    .iter()
                    .map(|property| {
                        let target = property.target.as_ref().map_or(String::new(), |target| format!(">{target}"));
                        format!("{}{}{target}@{}", property.name, name(&property.column), property.span.of(source))
                    })
                    .collect();
                format!("{}{table}: {}", mapping.entity, properties.join(" "))
            })
            .collect()
    }

    #[test]
    fn models_map_their_fields() {
        let cases: &[(&str, &[&str])] = &[
            (
                "model User {\n  id Int @id @default(autoincrement())\n  fullName String? @db.VarChar(100) @map(\"full_name\") // x\n  @@map(\"users\")\n}",
                &["User=users: id@id fullName=full_name@full_name"],
            ),
            (
                "model Post {\n author User @relation(fields: [authorId], references: [id])\n authorId Int\n tags Tag[]\n kind Kind\n state State? @default(A)\n}\nenum Kind {\n A\n @@map(\"kinds\")\n}",
                &["Post: author=->User@author authorId@authorId tags=->Tag@tags kind@kind state@state"],
            ),
            (
                "model M {\n a Int\n b Int\n @@unique([a, b(sort: Desc)])\n @@id(name: \"key\", [b, a])\n @@schema(\"s\")\n}",
                &["M=s.M: a@a b@b a_b=->M@unique key=->M@id"],
            ),
            ("type Address {\n street String\n}\nview V {\n a Int\n}", &["Address=-: street@street", "V: a@a"]),
            ("datasource db {\n provider = \"postgresql\"\n}\ngenerator client {\n}", &[]),
            ("model Broken {\n a Int @map(\n}\nmodel Next {\n b Int\n}", &["Broken: a@a", "Next: b@b"]),
        ];
        for (source, expected) in cases {
            assert_eq!(shown(source), *expected, "{source}");
        }
    }

    #[test]
    fn keys_and_relations_name_columns() {
        let source = "model Post {\n author User @relation(fields: [authorId], references: [id])\n authorId Int\n @@index([authorId, title(ops: raw(\"x\"))])\n}";
        let built = read(source).built;
        let names: Vec<Vec<&str>> = built[0]
            .statement
            .scopes
            .iter()
            .map(|scope| scope.references.iter().map(|reference| reference.span.of(source)).collect())
            .collect();
        assert_eq!(names, [vec!["authorId", "authorId", "title"], vec!["id"]]);
    }

    #[test]
    fn fixtures_have_their_models() {
        insta::glob!("../../../fixtures/prisma", "*/*.prisma", |path| {
            let source = std::fs::read_to_string(path).expect("a fixture is readable");
            insta::assert_snapshot!(shown(&source).join("\n"));
        });
    }

    #[test]
    fn hostile_schemas_are_read_in_bounds() {
        for source in ["model A {".repeat(20_000), "model A {\n a Int @map(\"".to_owned(), "[".repeat(50_000)] {
            read(&source);
        }
    }
}
