//! Arguments: strings, arrays and object literals become names of a draft.

use tree_sitter::Node;

use super::code::{Entry, SPREAD, children, unwrap};
use super::draft::plain;
use super::framework::{Action, Framework, Meaning, Purpose, ShapeId, Use};
use super::names;
use super::read::{Place, Reading, callable};
use crate::extract::host::span_of;
use crate::model::mapping::EntityPath;
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{Lookup, ScopeId};

/// Deepest literal that is read.
const DEEPEST: usize = 24;

/// Reads the arguments of one call.
pub(super) struct Literals<'r, 'c, 't> {
    reading: &'r mut Reading<'c, 't>,
    framework: &'c Framework,
    draft: usize,
    /// The tables that the literals around are about, outermost first; made when first needed.
    frames: Vec<Frame>,
    /// Where the method's name stands.
    method: Span,
    depth: usize,
    /// The key of the object whose value is being read as the name of a column.
    alias: Option<(&'t str, Span)>,
}

struct Frame {
    scope: Option<ScopeId>,
    entity: FrameEntity,
    span: Span,
}

enum FrameEntity {
    /// The statement's own table.
    Own,
    /// What that property of the frame before leads to.
    Property(String),
    /// An entity by its name.
    Named(String),
}

impl<'r, 'c, 't> Literals<'r, 'c, 't> {
    pub(super) fn new(reading: &'r mut Reading<'c, 't>, place: Place, method: Span) -> Self {
        let framework = &reading.frameworks[reading.drafts[place.draft].framework];
        let frames = vec![Frame { scope: Some(place.scope), entity: FrameEntity::Own, span: method }];
        Self { reading, framework, draft: place.draft, frames, method, depth: 0, alias: None }
    }

    /// Reads an argument as what it means.
    pub(super) fn read(&mut self, node: Node<'t>, meaning: Meaning) {
        if self.depth >= DEEPEST || self.reading.budget == 0 {
            return;
        }
        self.read_silently(node, meaning);
        self.sink(node, meaning);
    }

    /// Reads what is a part of a sink.
    fn read_silently(&mut self, node: Node<'t>, meaning: Meaning) {
        if self.depth >= DEEPEST || self.reading.budget == 0 {
            return;
        }
        self.depth += 1;
        self.reading.budget -= 1;
        match meaning {
            Meaning::Table | Meaning::Join | Meaning::Entity | Meaning::Path => self.table(node, meaning),
            Meaning::Alias => {
                if let Some((alias, _)) =
                    self.reading.code.values(node).into_iter().find_map(|it| self.reading.code.string(it))
                {
                    let scope = self.scope();
                    self.reading.drafts[self.draft].alias(scope, alias);
                }
            }
            Meaning::Names(usage) => self.names(node, usage),
            Meaning::Raw => self.raw(node),
            Meaning::Shape(shape) => self.shaped(node, shape),
            Meaning::Nothing => self.functions(node),
        }
        self.depth -= 1;
    }

    /// Takes note of an argument whose keys are columns, whatever it is: what its keys are may be known elsewhere.
    fn sink(&mut self, node: Node<'t>, meaning: Meaning) {
        let usage = match meaning {
            Meaning::Names(usage) => Some(usage).filter(|usage| names_keys(*usage)),
            Meaning::Shape(shape) => self.framework.shape(shape).key_usage(),
            _ => None,
        };
        let Some(usage) = usage else { return };
        let value = unwrap(node);
        // What a property leads to, unless one of its columns is named, may as well be a value that a column has.
        let scope = self.frames.last().and_then(|frame| frame.scope);
        if let Some(scope) = scope.filter(|_| has_keys(value)) {
            self.reading.drafts[self.draft].sink(scope, span_of(value), usage.access);
        }
    }

    /// What it means that an argument is not given.
    pub(super) fn missing(&mut self, meaning: Meaning) {
        if let Meaning::Shape(shape) = meaning
            && self.framework.shape(shape).all_unless.is_some()
        {
            self.all(self.method);
        }
    }

    fn scope(&mut self) -> ScopeId {
        self.scope_of(self.frames.len() - 1)
    }

    /// The scope of a frame; makes it and those that it leans on.
    fn scope_of(&mut self, level: usize) -> ScopeId {
        let missing = (0..=level).rev().take_while(|at| self.frames[*at].scope.is_none()).count();
        for at in level + 1 - missing..=level {
            let entity = match &self.frames[at].entity {
                FrameEntity::Own => continue,
                FrameEntity::Named(name) => EntityPath::Named(name.clone()),
                FrameEntity::Property(property) => {
                    let Some(scope) = at.checked_sub(1).and_then(|before| self.frames[before].scope) else { continue };
                    EntityPath::Related { scope, source: 0, property: property.clone() }
                }
            };
            let draft = &mut self.reading.drafts[self.draft];
            let scope = draft.scope();
            draft.entity(scope, entity, self.frames[at].span);
            self.frames[at].scope = Some(scope);
        }
        self.frames[level].scope.unwrap_or(ScopeId(0))
    }

    fn all(&mut self, span: Span) {
        let scope = self.scope();
        self.reading.drafts[self.draft].all(scope, Vec::new(), span);
    }

    fn place(&mut self) -> Place {
        Place { draft: self.draft, scope: self.scope() }
    }

    fn functions(&mut self, node: Node<'t>) {
        let node = unwrap(node);
        if callable(node) {
            let place = self.place();
            self.reading.call_back(node, place);
        }
    }

    fn table(&mut self, node: Node<'t>, meaning: Meaning) {
        let code = self.reading.code;
        let node = unwrap(node);
        let scope = self.scope();
        let is_entity_name = matches!(node.kind(), "identifier" | "member_expression");
        let values = code.values(node);
        let known = self.reading.drafts[self.draft].has_source(scope);
        for value in values {
            if let Some((text, at)) = code.string(value) {
                self.named_table(text, at.start as usize, scope, meaning);
                return;
            }
            if value.kind() == "object" {
                for entry in code.entries(value) {
                    let name =
                        entry.value.and_then(|value| code.values(value).into_iter().find_map(|it| code.string(it)));
                    if let Some((text, at)) = name {
                        self.named_table(text, at.start as usize, scope, meaning);
                        self.reading.drafts[self.draft].alias(scope, entry.key);
                    }
                }
                return;
            }
        }
        if is_entity_name {
            let text = code.text_of(node);
            let name = text.rsplit('.').next().unwrap_or(text);
            if meaning != Meaning::Table || name.starts_with(char::is_uppercase) {
                if meaning == Meaning::Table {
                    self.reading.wanted.insert(name);
                }
                let entity = EntityPath::Named(name.to_owned());
                self.reading.drafts[self.draft].entity(scope, entity, span_of(node));
                return;
            }
        }
        if meaning != Meaning::Entity || !known {
            self.functions(node);
            self.reading.drafts[self.draft].unknown(scope, span_of(node));
            // `` `${table} as t` `` says at least what it is called.
            let rest = code.template_end(node).map(|(rest, _)| rest.trim_start());
            let alias =
                rest.and_then(|rest| rest.get(..3).filter(|word| word.eq_ignore_ascii_case("as ")).map(|_| &rest[3..]));
            if let Some(alias) = alias.map(str::trim).filter(|alias| is_word(alias)) {
                self.reading.drafts[self.draft].alias(scope, alias);
            }
        }
    }

    fn named_table(&mut self, text: &str, start: usize, scope: ScopeId, meaning: Meaning) {
        let draft = &mut self.reading.drafts[self.draft];
        let Some(table) = names::table(text, start) else {
            draft.unknown(scope, Span::new(start, start + text.len()));
            return;
        };
        match (meaning, table.parts.as_slice()) {
            // `u.team`: what the property leads to.
            (Meaning::Path, [alias, property]) if draft.source_called(scope, alias).is_some() => {
                let source = draft.source_called(scope, alias).unwrap_or(0);
                let entity = EntityPath::Related { scope, source, property: property.to_string() };
                draft.entity(scope, entity, table.span);
            }
            (Meaning::Entity, [name]) => draft.entity(scope, EntityPath::Named(name.to_string()), table.span),
            (Meaning::Path, [property]) => {
                let entity = EntityPath::Related { scope, source: 0, property: property.to_string() };
                draft.entity(scope, entity, table.span);
            }
            _ => draft.table(scope, table),
        }
    }

    fn raw(&mut self, node: Node<'t>) {
        let usage = super::draft::READ;
        let code = self.reading.code;
        for value in code.values(node) {
            let pieces = code.pieces(value);
            if pieces.is_empty() {
                self.functions(value);
                continue;
            }
            let scope = self.scope();
            for (text, at) in pieces {
                for named in names::expression(text, at.start as usize) {
                    self.reading.drafts[self.draft].name(scope, named, usage, Lookup::Sources);
                }
            }
        }
    }

    /// Strings, arrays of them and object literals that name columns.
    fn names(&mut self, node: Node<'t>, usage: Use) {
        if self.depth >= DEEPEST || self.reading.budget == 0 {
            return;
        }
        self.depth += 1;
        self.reading.budget -= 1;
        let code = self.reading.code;
        for value in code.values(node) {
            match value.kind() {
                "array" => {
                    for item in children(value) {
                        let pair = item.kind() == "array" && matches!(usage.purpose, Purpose::Select | Purpose::Order);
                        // `["full_name", "name"]` gives an alias, `["full_name", "DESC"]` a direction.
                        let item = if pair { item.named_child(0).unwrap_or(item) } else { item };
                        self.names(item, usage);
                    }
                }
                "spread_element" => children(value).into_iter().for_each(|item| self.names(item, usage)),
                "object" => self.named_keys(node, value, usage),
                "template_string" if code.string(value).is_none() => {
                    let end = code.template_end(value);
                    if let Some((text, at)) = end.filter(|(text, _)| text.starts_with('.')) {
                        self.column(&text[1..], at.start as usize + 1, usage);
                    }
                }
                _ if callable(value) => self.functions(value),
                "member_expression" if usage.purpose == Purpose::Select && !self.framework.members.is_empty() => {
                    let place = self.place();
                    let alias = self.alias.map(|(key, span)| (Ident::bare(key), span));
                    self.reading.projected.push((place, value, alias));
                }
                _ => {
                    if let Some((text, at)) = code.string(value) {
                        self.column(text, at.start as usize, usage);
                    }
                }
            }
        }
        self.depth -= 1;
    }

    fn column(&mut self, text: &str, start: usize, usage: Use) {
        let scope = self.scope();
        let draft = &mut self.reading.drafts[self.draft];
        let lookup = lookup(usage, draft.has_source(scope));
        if let Some(mut named) = names::column(text, start) {
            named.alias = named.alias.or_else(|| self.alias.map(|(key, span)| (Ident::bare(key), span)));
            draft.name(scope, named, usage, lookup);
        } else if usage.purpose == Purpose::Select && text.contains([',', '(']) {
            draft.selection(scope, names::selection(text, start), usage);
        } else if text.contains([',', '.', '=']) {
            for named in names::expression(text, start) {
                draft.name(scope, named, usage, Lookup::Sources);
            }
        }
    }

    fn named_keys(&mut self, node: Node<'t>, object: Node<'t>, usage: Use) {
        for entry in self.entries(node, object) {
            if entry.key == SPREAD {
                if let Some(value) = entry.value {
                    self.names(value, usage);
                }
                continue;
            }
            let keys = names_keys(usage);
            let values = matches!(usage.purpose, Purpose::Select | Purpose::Join | Purpose::Group)
                || (usage.purpose == Purpose::Order && entry.key == "column");
            if keys {
                self.column(entry.key, entry.span.start as usize, usage);
            }
            if let Some(value) = entry.value.filter(|_| values) {
                let outer = self.alias.replace((entry.key, entry.span));
                self.names(value, usage);
                self.alias = outer;
            }
        }
    }

    /// The members of an object literal, with those that are assigned to the name that holds it.
    fn entries(&self, node: Node<'t>, object: Node<'t>) -> Vec<Entry<'t>> {
        let code = self.reading.code;
        let mut entries = code.entries(object);
        let name = code.name_at(node).or_else(|| code.holder(object));
        for (key, value) in name.map_or(&[][..], |name| code.assigned(name)) {
            let (text, span) = code.string(*key).unwrap_or_else(|| (code.text_of(*key), span_of(*key)));
            if matches!(key.kind(), "property_identifier" | "string") {
                entries.push(Entry { key: text, span, value: Some(*value) });
            }
        }
        entries
    }

    fn shaped(&mut self, node: Node<'t>, shape: ShapeId) {
        let code = self.reading.code;
        for value in code.values(node) {
            match value.kind() {
                "object" => self.object(node, value, shape),
                "array" | "spread_element" => {
                    for item in children(value) {
                        self.read_silently(item, Meaning::Shape(shape));
                    }
                }
                "true" if self.framework.shape(shape).all_unless.is_some() => {
                    let span = self.frames.last().map_or(self.method, |frame| frame.span);
                    self.all(span);
                }
                _ if callable(value) => {
                    let place = self.place();
                    self.reading.call_back_with_row(value, place);
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, node: Node<'t>, object: Node<'t>, shape: ShapeId) {
        self.reading.seen.insert(object.id());
        let entries = self.entries(node, object);
        if let Some(keys) = &self.framework.shape(shape).all_unless
            && !entries.iter().any(|entry| keys.iter().any(|key| key == entry.key))
            && !entries.iter().any(|entry| entry.key == SPREAD)
        {
            let span = self.frames.last().map_or(self.method, |frame| frame.span);
            self.all(span);
        }
        for entry in entries {
            if entry.key == SPREAD {
                if let Some(value) = entry.value {
                    self.read_spread(value, shape);
                }
                continue;
            }
            for action in self.framework.shape(shape).actions(entry.key) {
                self.act(*action, &entry, shape);
            }
        }
    }

    /// Members that are spread into an object: they are read as the object's own.
    fn read_spread(&mut self, value: Node<'t>, shape: ShapeId) {
        if self.depth >= DEEPEST || self.reading.budget == 0 {
            return;
        }
        self.depth += 1;
        self.reading.budget -= 1;
        for inner in self.reading.code.values(value) {
            if inner.kind() == "object" {
                for entry in self.entries(value, inner) {
                    if entry.key == SPREAD {
                        if let Some(value) = entry.value {
                            self.read_spread(value, shape);
                        }
                        continue;
                    }
                    for action in self.framework.shape(shape).actions(entry.key) {
                        self.act(*action, &entry, shape);
                    }
                }
            }
        }
        self.depth -= 1;
    }

    fn act(&mut self, action: Action, entry: &Entry<'t>, shape: ShapeId) {
        match action {
            Action::Key(usage) => {
                let scope = self.scope();
                let key = entry.key.strip_prefix('$').and_then(|key| key.strip_suffix('$'));
                let offset = u32::from(key.is_some());
                let key = key.unwrap_or(entry.key);
                let start = entry.span.start + offset;
                let named = names::column(key, start as usize).unwrap_or_else(|| plain(key, entry.span));
                let draft = &mut self.reading.drafts[self.draft];
                let lookup = if named.qualifier.is_empty() { Lookup::Only(0) } else { Lookup::Sources };
                draft.name(scope, named, usage, lookup);
            }
            Action::Value(meaning) => {
                if let Some(value) = entry.value {
                    self.read(value, meaning);
                }
            }
            Action::Same => {
                if let Some(value) = entry.value {
                    self.read(value, Meaning::Shape(shape));
                }
            }
            Action::Related(inner) => {
                if let Some(value) = entry.value {
                    let entity = FrameEntity::Property(entry.key.to_owned());
                    self.frames.push(Frame { scope: None, entity, span: entry.span });
                    self.read(value, Meaning::Shape(inner));
                    self.frames.pop();
                }
            }
            Action::Included(inner) => {
                if let Some(value) = entry.value {
                    self.included(value, inner);
                }
            }
        }
    }

    /// `[Team, { model: Role, attributes: […] }, { association: "team" }, "team"]`.
    fn included(&mut self, node: Node<'t>, shape: ShapeId) {
        let code = self.reading.code;
        if self.depth >= DEEPEST || self.reading.budget == 0 {
            return;
        }
        self.depth += 1;
        self.reading.budget -= 1;
        for value in code.values(node) {
            let frame = |entity: FrameEntity| Frame { scope: None, entity, span: span_of(value) };
            match value.kind() {
                "array" | "spread_element" => {
                    for item in children(value) {
                        self.included(item, shape);
                    }
                }
                "object" => {
                    let entries = code.entries(value);
                    let part = |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.value);
                    let named = part("model").map(|model| FrameEntity::Named(last_name(code.text_of(unwrap(model)))));
                    let path = part("association").or_else(|| part("as")).or_else(|| part("relation"));
                    let path = path.and_then(|it| code.string(unwrap(it)));
                    let said = part("model").map(span_of).or(path.map(|(_, span)| span));
                    let entity = named.or(path.map(|(path, _)| FrameEntity::Property(path.to_owned())));
                    if let (Some(entity), Some(span)) = (entity, said) {
                        self.frames.push(Frame { scope: None, entity, span });
                        self.read(value, Meaning::Shape(shape));
                        self.frames.pop();
                    }
                }
                "identifier" | "member_expression" => {
                    self.frames.push(frame(FrameEntity::Named(last_name(code.text_of(value)))));
                    self.all(span_of(value));
                    self.frames.pop();
                }
                _ => {
                    if let Some((path, span)) = code.string(value) {
                        self.frames.push(frame(FrameEntity::Property(path.to_owned())));
                        self.all(span);
                        self.frames.pop();
                    }
                }
            }
        }
        self.depth -= 1;
    }
}

/// Whether keys of objects are columns.
fn names_keys(usage: Use) -> bool {
    matches!(usage.purpose, Purpose::Filter | Purpose::Join | Purpose::Write)
}

/// Whether an argument may be an object or a list of some: not a string, a number, a function or a list of these.
fn has_keys(node: Node<'_>) -> bool {
    match node.kind() {
        "string" | "template_string" | "number" | "true" | "false" | "null" | "undefined" | "regex" => false,
        "array" => children(node).into_iter().any(|item| has_keys(unwrap(item))),
        _ => !callable(node),
    }
}

fn last_name(text: &str) -> String {
    text.rsplit('.').next().unwrap_or(text).to_owned()
}

fn lookup(usage: Use, has_source: bool) -> Lookup {
    if usage.purpose == Purpose::Write && has_source { Lookup::Only(0) } else { Lookup::Sources }
}

/// Whether a text is one name without quotes.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}
