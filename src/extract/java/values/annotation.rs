//! Names in annotations that are no mapping: those of a request's parameters, and of what one object is made of another.

use tree_sitter::Node;

use super::{Lowering, part_of_kind, parts};
use crate::model::code::{ExpressionId, ExpressionKind, FunctionId, TypeExpression, TypeId, Use, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Strings in one declaration's annotations that are looked at.
const MOST_STRINGS: usize = 256;

impl<'t> Lowering<'t> {
    /// `@Param("fullName") String name`, `@RequestParam("fullName") String name`: names of values that come in.
    pub(super) fn parameter_annotations(&mut self, node: Node<'t>) {
        for annotation in annotations(node) {
            for string in strings(annotation) {
                let Some((name, span)) = self.word(string) else { continue };
                let receiver = self.add_at(ExpressionKind::Scalar, string);
                self.code.uses.push(Use { span, name, receiver, access: Access::Read, form: UseForm::Argument });
            }
        }
    }

    /// `@Mapping(target = "fullName", source = "name")` on a method: parts of its result and of its parameters.
    pub(super) fn method_annotations(&mut self, node: Node<'t>, function: FunctionId) {
        let mut left = annotations(node);
        left.reverse();
        let mut count = 0;
        while let Some(annotation) = left.pop() {
            count += 1;
            let arguments = annotation.child_by_field_name("arguments").map(parts).unwrap_or_default();
            let name = annotation.child_by_field_name("name").map_or("", |name| self.text_of(name));
            match name.rsplit('.').next().unwrap_or(name) {
                "Mappings" if count <= MOST_STRINGS => {
                    for list in arguments {
                        let value = list.child_by_field_name("value").unwrap_or(list);
                        left.extend(parts(value).into_iter().filter(is_annotation));
                    }
                }
                "Mapping" => {
                    for pair in arguments {
                        let key = pair.child_by_field_name("key").map_or("", |key| self.text_of(key));
                        let Some(value) = pair.child_by_field_name("value") else { continue };
                        match key {
                            "target" => self.mapped_target(value, function),
                            "source" => self.mapped_source(value, function),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn mapped_target(&mut self, value: Node<'t>, function: FunctionId) {
        let own = &self.code.functions[function.0 as usize];
        let returns = own.returns.filter(|id| match &self.code.types[id.0 as usize] {
            TypeExpression::Named { name, .. } => name != "void",
            _ => true,
        });
        // What is changed in place is given as the last parameter.
        let last = own.parameters.last().and_then(|last| self.code.variables[last.0 as usize].declared);
        let Some(of) = returns.or(last) else { return };
        self.mapped_path(value, of, &[], Access::Write);
    }

    fn mapped_source(&mut self, value: Node<'t>, function: FunctionId) {
        let parameters = self.code.functions[function.0 as usize].parameters.clone();
        let named: Vec<(String, TypeId)> = parameters
            .iter()
            .filter_map(|id| {
                let variable = &self.code.variables[id.0 as usize];
                Some((variable.name.clone(), variable.declared?))
            })
            .collect();
        let Some((path, _)) = self.path(value) else { return };
        let first = path.split('.').next().unwrap_or("");
        let by_name = named.iter().find(|(name, _)| name == first && path.contains('.'));
        match (by_name, named.as_slice()) {
            (Some((name, of)), _) => self.mapped_path(value, *of, &[name], Access::Read),
            (None, [(_, of), ..]) => self.mapped_path(value, *of, &[], Access::Read),
            _ => {}
        }
    }

    /// Uses of the parts of a path, of which the first ones may be `known` to be no parts.
    fn mapped_path(&mut self, value: Node<'t>, of: TypeId, known: &[&String], access: Access) {
        let Some((path, start)) = self.path(value) else { return };
        let mut receiver: ExpressionId = self.add_at(ExpressionKind::Typed(of), value);
        let mut at = start;
        let steps: Vec<&str> = path.split('.').collect();
        for (step, name) in steps.iter().enumerate() {
            let span = Span { start: at, end: at + name.len() as u32 };
            at = span.end + 1;
            if known.get(step).is_some_and(|known| known.as_str() == *name) {
                continue;
            }
            let access = if step + 1 == steps.len() { access } else { Access::Read };
            let name = (*name).to_owned();
            self.code.uses.push(Use { span, name: name.clone(), receiver, access, form: UseForm::Property });
            receiver = self.add(ExpressionKind::Member { object: receiver, name }, span);
        }
    }

    /// A path of words in a string, and where it starts.
    fn path(&self, string: Node<'t>) -> Option<(&'t str, u32)> {
        if string.kind() != "string_literal" {
            return None;
        }
        let inner = self.text_of(string).strip_prefix('"')?.strip_suffix('"')?;
        let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        inner.split('.').all(is_word).then(|| (inner, string.start_byte() as u32 + 1))
    }

    fn word(&self, string: Node<'t>) -> Option<(String, Span)> {
        let (path, start) = self.path(string)?;
        let name = path.rsplit('.').next().filter(|_| !path.contains('.'))?;
        Some((name.to_owned(), Span { start, end: start + name.len() as u32 }))
    }
}

fn is_annotation(node: &Node<'_>) -> bool {
    matches!(node.kind(), "annotation" | "marker_annotation")
}

fn annotations(declaration: Node<'_>) -> Vec<Node<'_>> {
    let modifiers = part_of_kind(declaration, "modifiers").map(parts).unwrap_or_default();
    modifiers.into_iter().filter(is_annotation).collect()
}

/// The strings in an annotation.
fn strings(annotation: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut left = vec![annotation];
    let mut seen = 0;
    while let Some(node) = left.pop() {
        seen += 1;
        if node.kind() == "string_literal" {
            found.push(node);
        } else if seen < MOST_STRINGS {
            left.extend(parts(node));
        }
    }
    found
}
