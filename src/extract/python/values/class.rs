//! Classes with their members, and what the settings of a class name.

use tree_sitter::Node;

use super::words::words;
use super::{Lowering, Named, parts};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{
    Class, ClassId, ClassKind, Exported, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Member, TypeExpression,
    TypeId, UseForm,
};
use crate::model::statement::Access;

/// Places of a view's name that are looked at for the model that it is registered with.
const MOST_VIEWS: usize = 16;

impl<'t> Lowering<'t> {
    /// Makes a class known by its name.
    pub(super) fn declare_class(&mut self, node: Node<'t>) -> Option<ClassId> {
        let name = node.child_by_field_name("name")?;
        self.code.classes.push(Class {
            name: self.text_of(name).to_owned(),
            span: span_of(name),
            kind: ClassKind::Class,
            type_parameters: Vec::new(),
            parents: Vec::new(),
            members: Vec::new(),
            alias: None,
            outer: self.class(),
            annotations: Vec::new(),
        });
        let id = ClassId(self.code.classes.len() as u32 - 1);
        let text = self.text_of(name);
        self.bind(text, Named::Class(id));
        if self.classes.is_empty() && self.functions.is_empty() {
            self.export(text, Exported::Class(id));
        }
        Some(id)
    }

    /// Reads a class that has been declared.
    pub(super) fn read_class(&mut self, node: Node<'t>, id: ClassId) {
        let annotations: Vec<String> =
            self.decorators(node).into_iter().map(|name| name.rsplit('.').next().unwrap_or(name).to_owned()).collect();
        let mut parents = Vec::new();
        for base in node.child_by_field_name("superclasses").map(parts).unwrap_or_default() {
            if matches!(base.kind(), "identifier" | "attribute" | "subscript") {
                parents.extend(self.annotation(Some(base)));
            } else if base.kind() == "call" {
                // `class User(declarative_base())`, `make_model(Base)`.
                self.expression(base);
            }
        }
        let is_enum = parents.iter().any(|parent| match &self.code.types[parent.0 as usize] {
            TypeExpression::Named { name, .. } => {
                matches!(
                    name.rsplit('.').next(),
                    Some("Enum" | "IntEnum" | "StrEnum" | "TextChoices" | "IntegerChoices")
                )
            }
            _ => false,
        });
        let class = &mut self.code.classes[id.0 as usize];
        class.annotations = annotations;
        class.parents = parents;
        if is_enum {
            class.kind = ClassKind::Enum;
        }
        self.deeper(|lowering| {
            let mark = lowering.open.len();
            lowering.classes.push(id);
            let body = node.child_by_field_name("body").map(parts).unwrap_or_default();
            let subject = lowering.subject(node, id, &body);
            lowering.subjects.push(subject);
            lowering.named_by_decorators(node, id);
            lowering.members(&body, id);
            lowering.subjects.pop();
            lowering.classes.pop();
            lowering.leave(mark);
        });
    }

    /// Whose columns the settings of a class name: its own, those of the model that it says, those of the class that it is
    /// the settings of.
    fn subject(&mut self, node: Node<'t>, id: ClassId, body: &[Node<'t>]) -> Option<ExpressionId> {
        let name = self.code.classes[id.0 as usize].name.clone();
        let said = |lowering: &Self, body: &[Node<'t>]| {
            body.iter().find_map(|statement| {
                let assignment = statement.named_child(0).filter(|only| only.kind() == "assignment")?;
                let left = assignment.child_by_field_name("left")?;
                let is_said = matches!(lowering.text_of(left), "model" | "queryset" | "model_class");
                assignment.child_by_field_name("right").filter(|_| is_said)
            })
        };
        let inner = || {
            let settings = body.iter().find(|statement| {
                let name = statement.child_by_field_name("name").filter(|_| statement.kind() == "class_definition");
                name.is_some_and(|name| self.text_of(name) == "Meta")
            })?;
            said(self, &settings.child_by_field_name("body").map(parts).unwrap_or_default())
        };
        if let Some(value) = said(self, body).or_else(inner) {
            return Some(self.without_uses(|lowering| lowering.expression(value)));
        }
        // `@admin.register(User)`.
        let outer = node.parent().filter(|outer| outer.kind() == "decorated_definition");
        for decorator in outer.map(parts).unwrap_or_default() {
            let call = decorator.named_child(0).filter(|call| decorator.kind() == "decorator" && call.kind() == "call");
            let Some(call) = call else { continue };
            let function = call.child_by_field_name("function").map_or("", |function| self.text_of(function));
            let first = call.child_by_field_name("arguments").and_then(|list| parts(list).first().copied());
            if let Some(first) = first.filter(|_| function.ends_with("register")) {
                return Some(self.without_uses(|lowering| lowering.expression(first)));
            }
        }
        if name == "Meta" {
            return self.subjects.last().copied().flatten();
        }
        if let Some(model) = self.shown_model(node, &name) {
            return Some(self.name_of(model, node));
        }
        let span = self.code.classes[id.0 as usize].span;
        let at = crate::model::span::Span { start: span.start, end: span.start };
        Some(self.add(ExpressionKind::This(id), at))
    }

    /// The model that a view of an administration shows: what it is registered with in this file
    /// (`admin.site.register(User, UserAdmin)`, `add_view(UserAdmin(User, session))`), else the class or import that it is
    /// called after.
    fn shown_model(&self, node: Node<'t>, view: &str) -> Option<&'t str> {
        const ENDINGS: [&str; 2] = ["Admin", "View"];
        let bases = node.child_by_field_name("superclasses").map(parts).unwrap_or_default();
        let is_view = |name: &str| ENDINGS.iter().any(|ending| name.ends_with(ending));
        if !is_view(view) || !bases.iter().any(|base| is_view(self.text_of(*base))) {
            return None;
        }
        let text: &'t str = self.text;
        let is_name = |word: &&str| word.starts_with(|c: char| c.is_uppercase()) && self.lookup(word).is_some();
        let words =
            |part: &'t str| part.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        for (at, _) in text.match_indices(view).take(MOST_VIEWS) {
            let (before, after) = (&text[..at], &text[at + view.len()..]);
            // `register(User, UserAdmin)`.
            let line = before.rsplit('\n').next().unwrap_or("");
            if let Some((_, registered)) = line.rsplit_once("register(")
                && let Some(model) = words(registered).find(is_name)
            {
                return Some(model);
            }
            // `UserAdmin(User, session)`, but not the class itself.
            if let Some(arguments) = after.strip_prefix('(')
                && !line.trim_end().ends_with("class")
                && let Some(model) = words(arguments.split(')').next().unwrap_or("")).next().filter(is_name)
            {
                return Some(model);
            }
        }
        let called = |name: &&&'t str| view.starts_with(**name) && ***name != *view && is_name(name) && name.len() > 2;
        self.names.keys().filter(called).max_by_key(|name| name.len()).copied()
    }

    /// `@generic_repr("id", "full_name")`: decorators of a class name its attributes.
    fn named_by_decorators(&mut self, node: Node<'t>, id: ClassId) {
        let outer = node.parent().filter(|outer| outer.kind() == "decorated_definition");
        let decorators = outer.map(parts).unwrap_or_default().into_iter().filter(|part| part.kind() == "decorator");
        for call in decorators.filter_map(|part| part.named_child(0)).filter(|call| call.kind() == "call") {
            for argument in call.child_by_field_name("arguments").map(parts).unwrap_or_default() {
                if argument.kind() == "string" {
                    let at = span_of(argument);
                    let this =
                        self.add(ExpressionKind::This(id), crate::model::span::Span { start: at.start, end: at.start });
                    self.column_names(argument, this, Access::Read, 0);
                }
            }
        }
    }

    /// Reads something whose uses are recorded when it is read again.
    fn without_uses<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let (uses, flows) = (self.code.uses.len(), self.code.flows.len());
        let value = read(self);
        self.code.uses.truncate(uses);
        self.code.flows.truncate(flows);
        value
    }

    fn members(&mut self, body: &[Node<'t>], class: ClassId) {
        // Methods are known before any body is read.
        let mut functions: Vec<(Node<'t>, FunctionId)> = Vec::new();
        let mut inner: Vec<(Node<'t>, ClassId)> = Vec::new();
        for statement in body {
            let node = match statement.kind() {
                "decorated_definition" => statement.child_by_field_name("definition").unwrap_or(*statement),
                _ => *statement,
            };
            match node.kind() {
                "function_definition" => {
                    let Some(name) = node.child_by_field_name("name") else { continue };
                    let function = self.add_function(self.text_of(name), span_of(node), Some(class));
                    let decorators = self.decorators(node);
                    if decorators.iter().any(|name| name.ends_with(".setter") || name.ends_with(".deleter")) {
                        // What reads the name is the getter.
                        self.declares(class, name, Access::Write);
                        functions.push((node, function));
                        continue;
                    }
                    let member = self.add_member(class, name);
                    let own = self.member(class, member);
                    own.function = Some(function);
                    own.is_getter = decorators.iter().any(|name| {
                        matches!(*name, "property" | "cached_property" | "hybrid_property")
                            || name.ends_with(".cached_property")
                            || name.ends_with("hybrid_property")
                            || name.ends_with(".declared_attr")
                            || *name == "declared_attr"
                    });
                    self.declares(class, name, Access::Read);
                    functions.push((node, function));
                }
                "class_definition" => inner.extend(self.declare_class(node).map(|id| (node, id))),
                "expression_statement" => {
                    if let Some(assignment) = statement.named_child(0).filter(|only| only.kind() == "assignment") {
                        self.class_attribute(assignment, class);
                    } else {
                        self.statement(*statement);
                    }
                }
                "if_statement" | "try_statement" | "with_statement" => {
                    for part in parts(node).into_iter().filter(|part| part.kind() == "block") {
                        let inside = parts(part);
                        self.deeper(|lowering| lowering.members(&inside, class));
                    }
                }
                _ => self.statement(*statement),
            }
        }
        for (node, id) in inner {
            self.read_class(node, id);
        }
        // Attributes of a class are not in scope in its methods.
        for (node, function) in functions {
            self.deeper(|lowering| lowering.read_function(node, Some(class), function));
        }
    }

    /// `full_name = Column(String)`, `full_name: str`, `ordering = ["-full_name"]`.
    fn class_attribute(&mut self, assignment: Node<'t>, class: ClassId) {
        let Some(left) = assignment.child_by_field_name("left") else { return };
        let right = assignment.child_by_field_name("right");
        if left.kind() != "identifier" {
            self.statement(assignment);
            return;
        }
        let name = self.text_of(left);
        let declared: Option<TypeId> = self.annotation(assignment.child_by_field_name("type"));
        let member = self.add_member(class, left);
        self.member(class, member).declared = declared;
        self.declares(class, left, Access::Both);
        let Some(right) = right else { return };
        let subject = self.subjects.last().copied().flatten();
        if words().settings.contains(name)
            && let Some(subject) = subject
        {
            self.column_names(right, subject, Access::Read, 0);
        }
        // `__mapper_args__ = {"include_properties": ["full_name"]}`.
        if name == "__mapper_args__"
            && right.kind() == "dictionary"
            && let Some(subject) = subject
        {
            for pair in parts(right).into_iter().filter(|part| part.kind() == "pair") {
                let (Some(key), Some(value)) = (pair.child_by_field_name("key"), pair.child_by_field_name("value"))
                else {
                    continue;
                };
                let key = self.text_of(key).trim_matches(['"', '\'']);
                if matches!(key, "include_properties" | "exclude_properties" | "polymorphic_on") {
                    self.column_names(value, subject, Access::Both, 0);
                }
            }
        }
        let value = self.expression(right);
        self.member(class, member).values.push(value);
        if let Some(declared) = declared {
            self.flow(value, FlowTarget::Declared(declared));
        }
        // Read by the class's own body: `x = Column(); y = x`.
        let id = self.declare(left, declared);
        self.variable(id).values.push(value);
    }

    fn add_member(&mut self, class: ClassId, at: Node<'_>) -> u32 {
        let name = self.text_of(at).to_owned();
        let members = &mut self.code.classes[class.0 as usize].members;
        members.push(Member {
            name,
            span: span_of(at),
            declared: None,
            values: Vec::new(),
            function: None,
            is_getter: false,
            is_static: false,
        });
        members.len() as u32 - 1
    }

    pub(super) fn member(&mut self, class: ClassId, member: u32) -> &mut Member {
        &mut self.code.classes[class.0 as usize].members[member as usize]
    }

    /// A value that an attribute of `self` is given.
    pub(super) fn assign_field(
        &mut self,
        class: ClassId,
        name: Node<'t>,
        declared: Option<TypeId>,
        value: Option<ExpressionId>,
    ) {
        /// Attributes of one class.
        const MOST: usize = 2000;
        let text = self.text_of(name);
        let members = &self.code.classes[class.0 as usize].members;
        let known = members.iter().position(|member| member.name == text);
        let member = match known {
            Some(known) => known as u32,
            None if members.len() < MOST => self.add_member(class, name),
            None => return,
        };
        let own = self.member(class, member);
        own.declared = own.declared.or(declared);
        own.values.extend(value);
    }

    /// The use that a declaration is. In a class that is about a model its names are those of the model.
    fn declares(&mut self, class: ClassId, name: Node<'t>, access: Access) {
        let at = span_of(name);
        let subject = self.subjects.last().copied().flatten();
        let receiver = match subject {
            Some(subject) if !matches!(self.code.expression(subject).kind, ExpressionKind::This(_)) => subject,
            _ => self.add(ExpressionKind::This(class), crate::model::span::Span { start: at.start, end: at.start }),
        };
        let form = match self.code.expression(receiver).kind {
            ExpressionKind::This(_) => UseForm::Declaration,
            _ => UseForm::Property,
        };
        self.add_use(self.text_of(name), at, receiver, access, form);
    }
}
