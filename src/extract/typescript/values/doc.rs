//! JSDoc: the types that comments give to what has none in the code.
//!
//! <https://www.typescriptlang.org/docs/handbook/jsdoc-supported-types.html>. What a comment says counts only where the
//! code says nothing. The names in a comment are a comment's: they are no uses.

use tree_sitter::Node;

use super::Lowering;
use super::scope::Binding;
use crate::extract::host::span_of;
use crate::model::code::{ClassKind, ExpressionKind, FunctionId, Import, OuterPart, TypeExpression, TypeId};
use crate::model::span::Span;

/// Deepest type that is read.
const DEEPEST: u32 = 24;

/// How far above a function its comment stands: behind `export`, a variable, an assignment.
const FARTHEST: usize = 4;

/// A tag of a comment: `@param {User} user`.
struct Tag<'t> {
    word: &'t str,
    /// What stands in braces behind it.
    kind: Option<&'t str>,
    /// The name behind that, without brackets around it.
    name: &'t str,
}

impl<'t> Lowering<'t> {
    /// Whether the file has comments that speak of types.
    pub(super) fn has_docs(text: &str) -> bool {
        ["@param {", "@type {", "@returns {", "@return {", "@typedef"].iter().any(|tag| text.contains(tag))
    }

    /// The tags of the comment before a node, or before what it is the value of.
    fn doc_before(&self, node: Node<'t>) -> Vec<Tag<'t>> {
        if !self.docs {
            return Vec::new();
        }
        let mut at = node;
        for _ in 0..FARTHEST {
            let mut before = at.prev_sibling();
            while before.is_some_and(|other| other.kind() == "decorator") {
                before = before.and_then(|other| other.prev_sibling());
            }
            if let Some(comment) = before.filter(|other| other.kind() == "comment") {
                return tags(self.text_of(comment));
            }
            let Some(outer) = at.parent() else { break };
            let is_holder = matches!(
                outer.kind(),
                "variable_declarator"
                    | "lexical_declaration"
                    | "variable_declaration"
                    | "export_statement"
                    | "assignment_expression"
                    | "expression_statement"
                    | "pair"
                    | "public_field_definition"
                    | "parenthesized_expression"
            );
            // Only the first of several variables is what a comment before them speaks of.
            if !is_holder {
                break;
            }
            at = outer;
        }
        Vec::new()
    }

    /// Gives a function the types that the comment before it says.
    pub(super) fn document_function(&mut self, node: Node<'t>, id: FunctionId) {
        let tags = self.doc_before(node);
        for tag in &tags {
            let Some(kind) = tag.kind else { continue };
            match tag.word {
                "param" | "arg" | "argument" => {
                    let function = &self.code.functions[id.0 as usize];
                    let mut parameters = function.parameters.iter().copied();
                    let named = |own: &crate::model::code::VariableId| {
                        let variable = &self.code.variables[own.0 as usize];
                        variable.name == tag.name && variable.declared.is_none()
                    };
                    if let Some(parameter) = parameters.find(named) {
                        let declared = self.documented(kind);
                        self.variable_mut(parameter).declared = declared;
                    }
                }
                // Of a getter a comment may say what it is.
                "returns" | "return" | "type" if self.code.functions[id.0 as usize].returns.is_none() => {
                    let returns = self.documented(kind);
                    self.function_mut(id).returns = returns;
                }
                _ => {}
            }
        }
    }

    /// The type that the comment before a variable or field says.
    pub(super) fn documented_type(&mut self, node: Node<'t>) -> Option<TypeId> {
        let tags = self.doc_before(node);
        let kind = tags.iter().find(|tag| tag.word == "type").and_then(|tag| tag.kind)?;
        self.documented(kind)
    }

    /// `/** @typedef {Object} Team`, with its properties, at the top of a file: a type that others may take from it.
    pub(super) fn typedefs(&mut self, root: Node<'t>) {
        if !self.docs {
            return;
        }
        let mut cursor = root.walk();
        let is_one = |node: &Node<'t>| node.kind() == "comment" && self.text_of(*node).contains("@typedef");
        let comments: Vec<Node<'t>> = root.named_children(&mut cursor).filter(is_one).collect();
        for comment in comments {
            self.typedef(comment);
        }
    }

    fn typedef(&mut self, comment: Node<'t>) {
        let all = tags(self.text_of(comment));
        let mut at = 0;
        while at < all.len() {
            let head = &all[at];
            at += 1;
            if head.word != "typedef" || head.name.is_empty() || self.file_classes.contains_key(head.name) {
                continue;
            }
            let mut members = Vec::new();
            while let Some(tag) = all.get(at).filter(|tag| matches!(tag.word, "property" | "prop")) {
                at += 1;
                // `options.name` is a part of a property.
                if !tag.name.is_empty() && !tag.name.contains('.') {
                    let kind = tag.kind.and_then(|kind| self.documented(kind));
                    let kind = kind.unwrap_or_else(|| self.add_type(TypeExpression::Opaque));
                    members.push((tag.name.to_owned(), kind));
                }
            }
            let alias = match head.kind.filter(|_| members.is_empty()) {
                Some(kind) => self.documented(kind),
                None => Some(self.add_type(TypeExpression::Object(members))),
            };
            let start = comment.start_byte();
            let id = self.new_class(head.name, Span::new(start, start), ClassKind::Alias);
            self.code.classes[id.0 as usize].alias = alias;
            self.typedefs.push((head.name, id));
        }
    }

    /// A type as comments write it; `None` when it says nothing.
    fn documented(&mut self, text: &'t str) -> Option<TypeId> {
        let mut reader = DocType { words: words(text), at: 0, depth: 0 };
        let kind = reader.union(self)?;
        (!matches!(self.code.types[kind.0 as usize], TypeExpression::Opaque)).then_some(kind)
    }

    /// The module that a name of the file holds, or what of a module it holds.
    fn module_called(&self, name: &str) -> Option<(String, Option<String>)> {
        if let Some(import) = self.code.imports.iter().find(|import| import.local == name) {
            return (import.name == OuterPart::All).then(|| (import.module.clone(), None));
        }
        let Some(Binding::Variable(variable)) = self.scopes.find(name) else { return None };
        let module = |id| match self.kind(id) {
            ExpressionKind::Module(module) => Some(module.clone()),
            _ => None,
        };
        self.code.variables[variable.0 as usize].values.iter().find_map(|value| match self.kind(*value) {
            ExpressionKind::Member { object, name } => Some((module(*object)?, Some(name.clone()))),
            _ => Some((module(*value)?, None)),
        })
    }

    /// What a module exports under a name, or as a whole, as a type.
    fn imported_type(&mut self, module: &str, name: Option<&str>) -> TypeExpression {
        // No name of the code is like it, and it has no dots, which would be read as parts.
        let local = format!("import {} {}", module.replace('.', "·"), name.unwrap_or_default());
        if !self.code.imports.iter().any(|import| import.local == local) {
            let name = name.map_or(OuterPart::Default, |name| OuterPart::Named(name.to_owned()));
            self.code.imports.push(Import { local: local.clone(), module: module.to_owned(), name });
        }
        TypeExpression::Named { name: local, arguments: Vec::new() }
    }

    /// The member that a statement of a constructor only names or gives a first value: `/** @type {User} */ this.user`.
    pub(super) fn document_member(&mut self, statement: Node<'t>) {
        let Some(inner) = statement.named_child(0).filter(|_| self.docs) else { return };
        let target =
            if inner.kind() == "assignment_expression" { inner.child_by_field_name("left") } else { Some(inner) };
        let Some(target) = target.filter(|target| target.kind() == "member_expression") else { return };
        let is_this = target.child_by_field_name("object").is_some_and(|object| object.kind() == "this");
        let (Some(super::This::Class(class)), Some(name)) = (self.this.last(), target.child_by_field_name("property"))
        else {
            return;
        };
        let class = *class;
        if is_this && let Some(declared) = self.documented_type(statement) {
            self.declare_member(class, self.text_of(name), span_of(name), declared);
        }
    }
}

/// The tags of a comment, in order.
fn tags(comment: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    if !comment.starts_with("/**") {
        return found;
    }
    let mut rest = &comment[3..];
    while let Some(at) = rest.find('@') {
        let is_tag = rest[..at].chars().next_back().is_none_or(|before| before.is_whitespace() || before == '*');
        rest = &rest[at + 1..];
        if !is_tag {
            continue;
        }
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        let behind = after.trim_start_matches([' ', '\t']);
        let mut kind = None;
        if behind.starts_with('{') {
            let Some(close) = closing(behind) else { continue };
            kind = Some(&behind[1..close]);
            rest = &behind[close + 1..];
        }
        let name = rest.trim_start_matches([' ', '\t', '[']);
        let end = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))).unwrap_or(name.len());
        found.push(Tag { word, kind, name: &name[..end] });
    }
    found
}

/// Where the brace closes that the text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 1 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}

/// Names with dots, texts in quotes, and single marks. The stars that begin lines are none.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '*');
        let Some(first) = rest.chars().next() else { return found };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        let end = match first {
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            first if is_name(first) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        found.push(word);
        rest = after;
    }
}

/// A type of a comment while it is read.
struct DocType<'w> {
    words: Vec<&'w str>,
    at: usize,
    depth: u32,
}

impl<'w> DocType<'w> {
    fn peek(&self) -> &'w str {
        self.words.get(self.at).copied().unwrap_or("")
    }

    fn takes(&mut self, word: &str) -> bool {
        let is = self.peek() == word;
        self.at += usize::from(is);
        is
    }

    fn union(&mut self, code: &mut Lowering<'w>) -> Option<TypeId> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut options = vec![self.both(code)?];
        while self.takes("|") {
            options.push(self.both(code)?);
        }
        self.depth -= 1;
        Some(if options.len() == 1 { options[0] } else { code.add_type(TypeExpression::Union(options)) })
    }

    fn both(&mut self, code: &mut Lowering<'w>) -> Option<TypeId> {
        let mut parts = vec![self.postfix(code)?];
        while self.takes("&") {
            parts.push(self.postfix(code)?);
        }
        Some(if parts.len() == 1 { parts[0] } else { code.add_type(TypeExpression::Intersection(parts)) })
    }

    fn postfix(&mut self, code: &mut Lowering<'w>) -> Option<TypeId> {
        while self.takes("?") || self.takes("!") || self.takes("...") {}
        let mut kind = self.single(code)?;
        loop {
            if self.peek() == "[" && self.words.get(self.at + 1) == Some(&"]") {
                self.at += 2;
                kind = code.add_type(TypeExpression::List(kind));
            } else if !(self.takes("?") || self.takes("=") || self.takes("!")) {
                return Some(kind);
            }
        }
    }

    fn single(&mut self, code: &mut Lowering<'w>) -> Option<TypeId> {
        let word = self.peek();
        self.at += 1;
        let kind = match word {
            "" => TypeExpression::Opaque,
            "(" => {
                let inner = self.union(code)?;
                self.takes(")");
                return Some(inner);
            }
            "{" => self.object(code)?,
            "typeof" if self.takes("import") => {
                let module = self.module()?;
                let value = code.add(ExpressionKind::Module(module), Span::default());
                TypeExpression::TypeOf(value)
            }
            "typeof" => {
                let name = self.peek().to_owned();
                self.at += 1;
                let value = code.add(ExpressionKind::Name { name, class: None }, Span::default());
                TypeExpression::TypeOf(value)
            }
            "import" => {
                let module = self.module()?;
                let part = self.peek().strip_prefix('.').filter(|part| !part.is_empty() && !part.contains('.'));
                self.at += usize::from(part.is_some());
                code.imported_type(&module, part)
            }
            quoted if quoted.starts_with(['\'', '"']) => {
                TypeExpression::Named { name: "string".into(), arguments: vec![] }
            }
            name if name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$') => {
                let name = name.trim_end_matches('.');
                let (head, part) = name.split_once('.').map_or((name, None), |(head, part)| (head, Some(part)));
                if let Some((module, own)) = code.module_called(head)
                    && (own.is_none() || part.is_none())
                {
                    let kind = code.imported_type(&module, own.as_deref().or(part));
                    return Some(code.add_type(kind));
                }
                let arguments = self.arguments(code)?;
                match (name, arguments.as_slice()) {
                    ("Array", [item]) => TypeExpression::List(*item),
                    ("Object" | "object", [_, _]) => TypeExpression::Named { name: "Record".into(), arguments },
                    ("Object" | "object" | "any" | "unknown" | "Function" | "function", _)
                    // Of what is promised or held nothing is said; the code may tell.
                    | ("Promise" | "Array" | "Map" | "Set" | "Iterable" | "AsyncIterable", []) => TypeExpression::Opaque,
                    _ => TypeExpression::Named { name: name.to_owned(), arguments },
                }
            }
            _ => return None,
        };
        Some(code.add_type(kind))
    }

    /// `<A, B>`.
    fn arguments(&mut self, code: &mut Lowering<'w>) -> Option<Vec<TypeId>> {
        let mut found = Vec::new();
        if !self.takes("<") {
            return Some(found);
        }
        loop {
            found.push(self.union(code)?);
            if !self.takes(",") {
                self.takes(">");
                return Some(found);
            }
        }
    }

    /// The members of an object, whose brace is open.
    fn object(&mut self, code: &mut Lowering<'w>) -> Option<TypeExpression> {
        let mut members = Vec::new();
        while !self.takes("}") {
            let name = self.peek().trim_matches(['\'', '"']);
            if name.is_empty() {
                return None;
            }
            self.at += 1;
            self.takes("?");
            let kind = if self.takes(":") { self.union(code)? } else { code.add_type(TypeExpression::Opaque) };
            members.push((name.to_owned(), kind));
            if !(self.takes(",") || self.takes(";")) && self.peek() != "}" {
                return None;
            }
        }
        Some(TypeExpression::Object(members))
    }

    /// `("./user")`.
    fn module(&mut self) -> Option<String> {
        let [open, module, close] = *self.words.get(self.at..self.at + 3)? else { return None };
        self.at += 3;
        let text = module.strip_prefix(['\'', '"'])?.trim_end_matches(['\'', '"']);
        (open == "(" && close == ")").then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_have_tags() {
        let shown = |comment: &str| -> Vec<String> {
            tags(comment).iter().map(|tag| format!("{} {} {}", tag.word, tag.kind.unwrap_or("-"), tag.name)).collect()
        };
        assert_eq!(
            shown(
                "/**\n * Mail a@b.c\n * @param {{ a: User }} user who\n * @param {string} [name=x]\n * @async\n * @returns {User[]}\n */"
            ),
            ["param { a: User } user", "param string name", "async - ", "returns User[] "]
        );
        assert!(shown("/* @type {User} */").is_empty());
        assert_eq!(shown("/** @type {User */"), Vec::<String>::new());
    }

    #[test]
    fn types_of_comments_have_words() {
        assert_eq!(
            words("?import('./user').Row[] | null"),
            ["?", "import", "(", "'./user'", ")", ".Row", "[", "]", "|", "null"]
        );
        assert_eq!(words("{ a: b,\n *  c: d }"), ["{", "a", ":", "b", ",", "c", ":", "d", "}"]);
    }
}
