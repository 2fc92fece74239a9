//! Statements: what they declare, assign and return.

use tree_sitter::Node;

use super::words::words;
use super::{Lowering, Named, parts};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{ClassId, Exported, ExpressionId, ExpressionKind, Flow, FlowTarget, FunctionId, UseForm};
use crate::model::statement::Access;

impl<'t> Lowering<'t> {
    /// The whole file.
    pub(super) fn module(&mut self, root: Node<'t>) {
        let mut names = Vec::new();
        outermost_names(root, 0, &mut names);
        self.note_names(&names);
        for name in names {
            let text = self.text_of(name);
            if self.lookup(text).is_none() {
                self.declare(name, None);
            }
        }
        self.statements(root);
        let exported: Vec<(String, super::VariableId)> = self
            .open
            .iter()
            .filter_map(|name| match self.lookup(name) {
                Some(Named::Variable(id)) => Some(((*name).to_owned(), id)),
                _ => None,
            })
            .collect();
        for (name, id) in exported {
            let span = self.code.variables[id.0 as usize].span;
            let value = self.add(ExpressionKind::Variable(id), span);
            self.export(&name, Exported::Expression(value));
        }
    }

    /// The statements of a block: first its functions and classes by name, then all.
    pub(super) fn statements(&mut self, block: Node<'t>) {
        let all = parts(block);
        let mut functions: Vec<(usize, FunctionId)> = Vec::new();
        let mut classes: Vec<(usize, ClassId)> = Vec::new();
        for statement in &all {
            let node = definition(*statement);
            match node.kind() {
                "function_definition" => {
                    let Some(name) = node.child_by_field_name("name") else { continue };
                    let text = self.text_of(name);
                    let id = self.add_function(text, span_of(node), None);
                    self.bind(text, Named::Function(id));
                    functions.push((node.id(), id));
                    if self.functions.is_empty() && self.classes.is_empty() {
                        let value = self.add_at(ExpressionKind::Function(id), name);
                        self.export(text, Exported::Expression(value));
                    }
                }
                "class_definition" => classes.extend(self.declare_class(node).map(|id| (node.id(), id))),
                "import_statement" => self.import(node),
                "import_from_statement" => self.import_from(node),
                _ => {}
            }
        }
        // Classes first: functions use what they say.
        for statement in &all {
            let node = definition(*statement);
            if let Some((_, id)) = classes.iter().find(|(own, _)| *own == node.id()) {
                self.decorations(*statement);
                self.read_class(node, *id);
            }
        }
        for statement in all {
            let node = definition(statement);
            match node.kind() {
                "function_definition" => {
                    if let Some((_, id)) = functions.iter().find(|(own, _)| *own == node.id()) {
                        let id = *id;
                        self.decorations(statement);
                        self.deeper(|lowering| lowering.read_function(node, None, id));
                    }
                }
                "class_definition" | "import_statement" | "import_from_statement" => {}
                _ => self.statement(statement),
            }
        }
    }

    /// The arguments of decorators.
    fn decorations(&mut self, statement: Node<'t>) {
        if statement.kind() == "decorated_definition" {
            for decorator in parts(statement).into_iter().filter(|part| part.kind() == "decorator") {
                if let Some(value) = decorator.named_child(0) {
                    self.expression(value);
                }
            }
        }
    }

    /// A statement; what is nested too deeply is not read.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        self.deeper(|lowering| lowering.statement_here(node));
    }

    fn statement_here(&mut self, node: Node<'t>) {
        match node.kind() {
            "block" => self.in_block(|lowering| lowering.statements(node)),
            "expression_statement" => {
                for part in parts(node) {
                    self.statement(part);
                }
            }
            "assignment" => {
                self.assignment(node);
            }
            "augmented_assignment" => {
                let value = node.child_by_field_name("right").map(|right| self.expression(right));
                if let (Some(left), Some(value)) = (node.child_by_field_name("left"), value) {
                    self.assign(left, value, Access::Both);
                }
            }
            "return_statement" => {
                let value = parts(node).first().map(|value| self.expression(*value));
                if let (Some(value), Some(function)) = (value, self.functions.last().copied()) {
                    self.returned(value, function);
                }
            }
            "for_statement" => {
                self.for_in(node);
                for field in ["body", "alternative"] {
                    if let Some(part) = node.child_by_field_name(field) {
                        self.statement(part);
                    }
                }
            }
            "with_statement" => {
                let items: Vec<Node<'t>> = parts(node)
                    .into_iter()
                    .filter(|part| part.kind() == "with_clause")
                    .flat_map(parts)
                    .filter_map(|item| item.child_by_field_name("value"))
                    .collect();
                for item in items {
                    self.expression(item);
                }
                if let Some(body) = node.child_by_field_name("body") {
                    self.statements(body);
                }
            }
            "delete_statement" => {
                for part in parts(node) {
                    self.expression(part);
                }
            }
            "global_statement"
            | "nonlocal_statement"
            | "pass_statement"
            | "break_statement"
            | "continue_statement"
            | "comment"
            | "type_alias_statement" => {}
            "import_statement" => self.import(node),
            "import_from_statement" => self.import_from(node),
            kind if is_compound(kind) => {
                for part in parts(node) {
                    self.statement(part);
                }
            }
            _ => {
                let value = self.expression(node);
                self.ran(value);
            }
        }
    }

    /// What runs a statement for the object that it is called on gives that object its rows: `cursor.execute("…")`.
    fn ran(&mut self, value: ExpressionId) {
        let mut call = value;
        if let ExpressionKind::Await(inner) = self.code.expression(call).kind {
            call = inner;
        }
        let ExpressionKind::Call { callee, .. } = &self.code.expression(call).kind else { return };
        let ExpressionKind::Member { object, name } = &self.code.expression(*callee).kind else { return };
        if !words().runs.contains(name) {
            return;
        }
        match self.code.expression(*object).kind.clone() {
            ExpressionKind::Variable(id) => {
                // In the same block the rows before are no longer read.
                let declared = self.declared_in.get(&id).copied();
                let of_module = self.code.variables[id.0 as usize].parameter.is_none() && self.functions.is_empty();
                if declared == Some(self.blocks) && !of_module {
                    let (name, span) = {
                        let variable = &self.code.variables[id.0 as usize];
                        (variable.span.of(self.text), variable.span)
                    };
                    let again = self.add_variable(name, span, None);
                    self.declared_in.insert(again, self.blocks);
                    self.bind(name, Named::Variable(again));
                    self.variable(again).values.push(value);
                } else {
                    self.variable(id).values.push(value);
                }
            }
            ExpressionKind::Member { object, name } => {
                if let ExpressionKind::This(class) = self.code.expression(object).kind {
                    let members = &mut self.code.classes[class.0 as usize].members;
                    if let Some(member) = members.iter_mut().find(|member| member.name == name) {
                        member.values.push(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// `a = b = value`, `a: T = value`, `(a, b) = value`. Gives the value.
    fn assignment(&mut self, node: Node<'t>) -> Option<ExpressionId> {
        let left = node.child_by_field_name("left")?;
        let declared = self.annotation(node.child_by_field_name("type"));
        let value = match node.child_by_field_name("right") {
            Some(right) if right.kind() == "assignment" => self.deeper(|lowering| lowering.assignment(right)).flatten(),
            Some(right) => Some(self.expression(right)),
            None => None,
        };
        match (left.kind(), declared) {
            ("identifier", Some(declared)) => {
                let id = self.target_variable(left);
                let own = self.variable(id);
                own.declared = own.declared.or(Some(declared));
                if let Some(value) = value {
                    self.assign_variable(id, value);
                    self.flow(value, FlowTarget::Declared(declared));
                }
            }
            ("attribute", Some(declared)) => {
                self.assign_declared(left, declared, value);
            }
            _ => {
                if let Some(value) = value {
                    self.assign(left, value, Access::Write);
                }
                if let Some(right) = node.child_by_field_name("right").filter(|_| left.kind() == "identifier") {
                    self.note_list(left, right);
                }
            }
        }
        value
    }

    fn assign_declared(&mut self, left: Node<'t>, declared: crate::model::code::TypeId, value: Option<ExpressionId>) {
        let (Some(object), Some(name)) = (left.child_by_field_name("object"), left.child_by_field_name("attribute"))
        else {
            return;
        };
        let object = self.expression(object);
        self.add_use(self.text_of(name), span_of(name), object, Access::Write, UseForm::Property);
        if let ExpressionKind::This(class) = self.code.expression(object).kind {
            self.assign_field(class, name, Some(declared), value);
        }
    }

    /// The variable that an assignment to a name sets: one of its own function, or of the module.
    pub(super) fn target_variable(&mut self, name: Node<'t>) -> super::VariableId {
        let text = self.text_of(name);
        match self.lookup(text) {
            Some(Named::Variable(id)) if self.functions.is_empty() || self.is_of_function(id) => id,
            _ => self.declare(name, None),
        }
    }

    fn is_of_function(&self, id: super::VariableId) -> bool {
        let span = self.code.variables[id.0 as usize].span;
        let function = self.functions.last().map(|function| self.code.functions[function.0 as usize].span);
        function.is_none_or(|function| function.contains(span))
    }

    /// Gives a value to what stands on the left of an assignment, behind `for` or behind `as`.
    pub(super) fn assign(&mut self, left: Node<'t>, value: ExpressionId, access: Access) {
        self.deeper(|lowering| match left.kind() {
            "identifier" => {
                lowering.give(left, value, access);
            }
            "pattern_list"
            | "tuple_pattern"
            | "list_pattern"
            | "tuple"
            | "list"
            | "as_pattern_target"
            | "list_splat_pattern"
            | "parenthesized_expression" => {
                let targets = parts(left);
                let alone = left.kind() == "as_pattern_target" || left.kind() == "parenthesized_expression";
                // `a, b = c, d` pairs them.
                let given = match &lowering.code.expression(value).kind {
                    ExpressionKind::List(items) if items.len() == targets.len() => Some(items.clone()),
                    _ => None,
                };
                for (at, target) in targets.into_iter().enumerate() {
                    let value = match &given {
                        _ if alone => value,
                        Some(given) => given[at],
                        None => lowering.add_at(ExpressionKind::Element(value), target),
                    };
                    lowering.assign(target, value, access);
                }
            }
            "attribute" => {
                let (Some(object), Some(name)) =
                    (left.child_by_field_name("object"), left.child_by_field_name("attribute"))
                else {
                    return;
                };
                let object = lowering.expression(object);
                lowering.add_use(lowering.text_of(name), span_of(name), object, access, UseForm::Property);
                lowering.flow(value, FlowTarget::Property(object, lowering.text_of(name).to_owned()));
                if let ExpressionKind::This(class) = lowering.code.expression(object).kind {
                    lowering.assign_field(class, name, None, Some(value));
                }
            }
            "subscript" => {
                let part = lowering.subscript(left, access);
                if let ExpressionKind::Member { object, name } = lowering.code.expression(part).kind.clone() {
                    // What a template is given may be anything.
                    lowering.code.flows.push(Flow { value, to: FlowTarget::Property(object, name) });
                } else {
                    lowering.keep(part, value, left);
                }
            }
            _ => {
                lowering.expression(left);
            }
        });
    }

    /// `for left in right` of a loop or a comprehension.
    pub(super) fn for_in(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return;
        };
        let whole = self.expression(right);
        let element = self.add_at(ExpressionKind::Element(whole), left);
        self.assign(left, element, Access::Write);
    }
}

/// The definition that a statement is, without its decorators.
fn definition(statement: Node<'_>) -> Node<'_> {
    match statement.kind() {
        "decorated_definition" => statement.child_by_field_name("definition").unwrap_or(statement),
        _ => statement,
    }
}

fn is_compound(kind: &str) -> bool {
    kind.ends_with("_clause")
        || matches!(
            kind,
            "if_statement"
                | "while_statement"
                | "try_statement"
                | "match_statement"
                | "raise_statement"
                | "assert_statement"
                | "print_statement"
                | "exec_statement"
                | "finally_clause"
                | "ERROR"
                | "module"
                | "decorated_definition"
        )
}

/// Names that the outermost statements assign, also in their branches.
fn outermost_names<'t>(node: Node<'t>, depth: u32, names: &mut Vec<Node<'t>>) {
    const DEEPEST: u32 = 12;
    if depth > DEEPEST {
        return;
    }
    for part in parts(node) {
        match part.kind() {
            "expression_statement" => {
                let mut next = part.named_child(0).filter(|only| only.kind() == "assignment");
                let mut left = 16;
                while let Some(assignment) = next.filter(|_| left > 0) {
                    left -= 1;
                    let target = assignment.child_by_field_name("left");
                    names.extend(target.filter(|target| target.kind() == "identifier"));
                    next = assignment.child_by_field_name("right").filter(|right| right.kind() == "assignment");
                }
            }
            "if_statement" | "try_statement" | "with_statement" | "for_statement" | "while_statement" | "block"
            | "else_clause" | "elif_clause" | "except_clause" | "finally_clause" => {
                outermost_names(part, depth + 1, names);
            }
            _ => {}
        }
    }
}
