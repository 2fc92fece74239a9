//! What templates are given: a name that a template does not declare itself is one that the code gives its view.

use std::rc::Rc;
use std::sync::{Arc, PoisonError};

use super::kind::{Env, Row, Type};
use super::{Evaluator, Types, modules};
use crate::link::search::Words;
use crate::model::answer::Certainty;
use crate::model::code::{
    Code, Expression, ExpressionId, ExpressionKind, FlowTarget, Function, INCLUDE, Language, VariableId,
};
use crate::model::source::{FileId, SourceFile, has_ending};

/// Methods that give a view a value under a name: the name is the argument at this place, the value the one behind it.
const GIVERS: &[(&str, usize)] = &[
    ("addAttribute", 0),
    ("addObject", 0),
    ("setAttribute", 0),
    ("addFlashAttribute", 0),
    ("mergeAttributes", 0),
    ("setVariable", 0),
    ("put", 0),
    ("ModelAndView", 1),
];

/// Functions that fill in a view: its name is their first text, what it is given an object behind it.
const RENDERERS: &[&str] = &[
    "render",
    "renderFile",
    "renderView",
    "view",
    "compile",
    "render_template",
    "render_to_string",
    "render_template_string",
    "TemplateResponse",
    "render_async",
];

/// Files in which a name is given that are looked into.
const MOST_FILES: usize = 48;

/// Values under one name that are looked at.
const MOST_GIVEN: usize = 64;

/// Where a value is given to a view.
struct Given {
    value: ExpressionId,
    /// What the view may be called; empty when that is not known.
    views: Vec<String>,
    /// Whether it is put into something that is only for views.
    is_model: bool,
}

impl Types<'_, '_, '_> {
    /// Files of the repository of `file`, a template, that may include it, in their order.
    fn including(&self, file: FileId) -> Vec<FileId> {
        let store = self.system.store;
        let path = &store.file(file).repository_path;
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').next().unwrap_or(name);
        // Names of files stand beside those of what is given, which have no such mark.
        let key = format!("{INCLUDE}{stem}");
        let known = self.giving.lock().unwrap_or_else(PoisonError::into_inner).get(key.as_str()).cloned();
        let files = known.unwrap_or_else(|| {
            let words = Words::new([stem]);
            let ending = |file: &SourceFile| file.repository_path.rsplit('.').next().map(str::to_owned);
            let own = ending(store.file(file));
            let includes = |file: &SourceFile, text: &str| ending(file) == own && words.is_in(text);
            let seen = store.sweep(includes, |seen| *seen);
            let files: Arc<[FileId]> = seen.into_iter().filter(|(_, seen)| *seen).map(|(id, _)| id).collect();
            self.giving.lock().unwrap_or_else(PoisonError::into_inner).insert(key.into(), Arc::clone(&files));
            files
        });
        let repository = store.file(file).repository;
        files.iter().copied().filter(|&id| id != file && store.file(id).repository == repository).collect()
    }

    /// Code files of the repository of `file` that may give a view something called `name`, in their order.
    fn giving(&self, file: FileId, name: &str) -> Vec<FileId> {
        let store = self.system.store;
        let known = self.giving.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let files = known.unwrap_or_else(|| {
            let words = Words::new([name]);
            let (double, single) = (format!("\"{name}\""), format!("'{name}'"));
            let class = with_capital(name);
            let gives = |file: &SourceFile, text: &str| {
                if !words.is_in(text) {
                    return false;
                }
                if is_java(file) {
                    return text.contains(&double) || (text.contains("@ModelAttribute") && text.contains(&class));
                }
                if has_ending(&file.repository_path, "py") {
                    let fills = ["render", "TemplateResponse", "context", "ctx"].iter().any(|word| text.contains(word));
                    return fills
                        && (text.contains(&single) || text.contains(&double) || text.contains(&format!("{name}=")));
                }
                modules::is_script(file)
                    && (text.contains("render")
                        || text.contains("locals")
                        || text.contains(&single)
                        || text.contains(&double))
            };
            let seen = store.sweep(gives, |seen| *seen);
            let files: Arc<[FileId]> = seen.into_iter().filter(|(_, seen)| *seen).map(|(id, _)| id).collect();
            self.giving.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), Arc::clone(&files));
            files
        });
        let repository = store.file(file).repository;
        files.iter().copied().filter(|&id| id != file && store.file(id).repository == repository).collect()
    }
}

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What names at the top of a template are parts of: what other templates include it with.
    pub(super) fn included_with(&self, template: FileId, depth: u32) -> Type<'s> {
        const NOTHING: Type<'static> = Type::Unknown("no template is known that includes it with something");
        let store = self.system().store;
        let path = &store.file(template).repository_path;
        let files = self.types.including(template);
        let evidence: Rc<str> = "what the template is included with".into();
        let mut found = Vec::new();
        for file in files.into_iter().take(MOST_FILES) {
            let Some(code) = self.code(file).filter(|code| code.language == Language::Template) else { continue };
            for expression in &code.expressions {
                let ExpressionKind::Call { callee, arguments, .. } = &expression.kind else { continue };
                let is_include =
                    matches!(&code.expression(*callee).kind, ExpressionKind::Name { name, .. } if name == INCLUDE);
                let [name, given] = arguments.as_slice() else { continue };
                let is_this = matches!(&code.expression(*name).kind, ExpressionKind::Text(name) if is_view(path, name));
                if is_include && is_this && found.len() < MOST_GIVEN && self.step(depth) {
                    let of = self.type_of(file, *given, &Env::default(), depth + 1);
                    found.push(rows_of(&of, &evidence).unwrap_or(of));
                }
            }
        }
        if found.is_empty() { NOTHING } else { Type::one_of(found) }
    }

    /// What the code gives a template under a name: what it gives that very view, if that can be told; what it gives any
    /// view otherwise.
    pub(super) fn given_to_view(&self, template: FileId, name: &str, depth: u32) -> Type<'s> {
        const NOTHING: Type<'static> = Type::Unknown("no code is known that gives it to the template");
        let files = self.types.giving(template, name);
        if files.is_empty() || files.len() > MOST_FILES {
            return NOTHING;
        }
        let path = &self.system().store.file(template).repository_path;
        let mut given: Vec<(u8, FileId, ExpressionId)> = Vec::new();
        for file in files {
            let Some(code) = self.code(file) else { continue };
            for found in given_in(code, self.system().store.text(file), name) {
                let is_own = found.views.iter().any(|view| is_view(path, view));
                // What another view is given says less than what is given to one whose name is not known.
                let rank = match (is_own, found.is_model, found.views.is_empty()) {
                    (true, true, _) => 0,
                    (true, false, _) => 1,
                    (false, true, true) => 2,
                    (false, true, false) => 3,
                    (false, false, _) => 4,
                };
                given.push((rank, file, found.value));
            }
        }
        let best = given.iter().map(|(rank, ..)| *rank).min().unwrap_or(0);
        // A view may be included by others, so all views are as good as one that is not known.
        let limit = if best >= 2 { best.max(3) } else { 1 };
        let evidence: Rc<str> = format!("what the views are given as `{name}`").into();
        let (mut rows, mut others) = (Vec::new(), Vec::new());
        for (_, file, value) in given.into_iter().filter(|(rank, ..)| *rank <= limit).take(MOST_GIVEN) {
            if !self.step(depth) {
                break;
            }
            let found = self.type_of(file, value, &Env::default(), depth + 1);
            match rows_of(&found, &evidence) {
                Some(found) => rows.push(found),
                None => others.push(found),
            }
        }
        if !rows.is_empty() {
            return Type::one_of(rows);
        }
        if others.is_empty() { NOTHING } else { Type::one_of(others) }
    }
}

/// The rows in a value, as something that is likely.
fn rows_of<'s>(of: &Type<'s>, evidence: &Rc<str>) -> Option<Type<'s>> {
    match of {
        Type::Row(row) => {
            let evidence = format!("{evidence}: {}", row.evidence).into();
            let certainty = row.certainty.min(Certainty::Likely);
            Some(Type::Row(Rc::new(Row { names: row.names.clone(), certainty, evidence })))
        }
        Type::Of(of) => rows_of(of, evidence).map(Type::holding),
        Type::Union(options) => {
            let found: Vec<Type<'s>> = options.iter().filter_map(|of| rows_of(of, evidence)).collect();
            (!found.is_empty()).then(|| Type::one_of(found))
        }
        _ => None,
    }
}

/// What a file gives to views under a name, in the order of its text.
fn given_in(code: &Code, text: &str, name: &str) -> Vec<Given> {
    let mut found = Vec::new();
    let is_name = |id: &ExpressionId| matches!(&code.expression(*id).kind, ExpressionKind::Text(text) if text == name);
    for expression in &code.expressions {
        let (called, object, arguments) = match &expression.kind {
            ExpressionKind::Call { callee, arguments, .. } => match &code.expression(*callee).kind {
                ExpressionKind::Member { object, name } => (name.as_str(), Some(*object), arguments),
                ExpressionKind::Name { name, .. } => (name.as_str(), None, arguments),
                _ => continue,
            },
            ExpressionKind::New { class, arguments } => match &code.types[class.0 as usize] {
                crate::model::code::TypeExpression::Named { name, .. } => (name.as_str(), None, arguments),
                _ => continue,
            },
            _ => continue,
        };
        if let Some((_, at)) = GIVERS.iter().find(|(giver, _)| *giver == called)
            && arguments.get(*at).is_some_and(is_name)
            && let Some(value) = arguments.get(at + 1)
        {
            let is_model = called != "put" || object.is_some_and(|object| is_model(code, object));
            let views = views_around(code, text, expression);
            found.push(Given { value: *value, views, is_model });
        }
        if RENDERERS.contains(&called) {
            let view = arguments.iter().take(2).find_map(|argument| match &code.expression(*argument).kind {
                ExpressionKind::Text(view) if !view.is_empty() => Some(view.clone()),
                _ => None,
            });
            for argument in arguments.iter().take(3) {
                for value in properties(code, *argument, name) {
                    found.push(Given { value, views: view.clone().into_iter().collect(), is_model: view.is_some() });
                }
            }
        }
    }
    // `res.locals.user = …`.
    for flow in &code.flows {
        if let FlowTarget::Property(object, property) = &flow.to
            && property == name
            && is_context(code, *object)
        {
            found.push(Given { value: flow.value, views: Vec::new(), is_model: true });
        }
    }
    // A parameter that is an attribute of the model by the name of its class, or by its own.
    if text.contains("@ModelAttribute") {
        for (at, variable) in code.variables.iter().enumerate() {
            let before = text.get(..variable.span.start as usize).unwrap_or("");
            let from = before.rfind([',', '(', ';', '{']).map_or(0, |at| at + 1);
            let from =
                if before[from..].contains("@ModelAttribute") { from } else { before[..from].rfind('@').unwrap_or(0) };
            if variable.parameter.is_some()
                && before[from..].contains("@ModelAttribute")
                && (before[from..].contains(&format!("\"{name}\"")) || is_of_class(code, variable.declared, name))
                && let Some(value) = expression_of(code, VariableId(at as u32))
            {
                found.push(Given { value, views: views_around(code, text, code.expression(value)), is_model: true });
            }
        }
    }
    found
}

/// The properties of that name of an object literal, also one that a variable holds.
fn properties(code: &Code, id: ExpressionId, name: &str) -> Vec<ExpressionId> {
    let mut object = id;
    if let ExpressionKind::Variable(variable) = code.expression(id).kind
        && let [only] = code.variables[variable.0 as usize].values.as_slice()
    {
        object = *only;
    }
    match &code.expression(object).kind {
        ExpressionKind::Object { properties, .. } => {
            properties.iter().filter(|property| property.name == name).map(|property| property.value).collect()
        }
        _ => Vec::new(),
    }
}

fn expression_of(code: &Code, variable: VariableId) -> Option<ExpressionId> {
    let at = code.expressions.iter().position(|found| found.kind == ExpressionKind::Variable(variable))?;
    Some(ExpressionId(at as u32))
}

fn is_of_class(code: &Code, declared: Option<crate::model::code::TypeId>, name: &str) -> bool {
    declared.is_some_and(|declared| {
        let spelled = code.describe_type(declared);
        spelled == with_capital(name)
    })
}

/// Whether what a name of it is given is given to views: `res.locals`, the `context` of Django's views.
fn is_context(code: &Code, object: ExpressionId) -> bool {
    match &code.expression(object).kind {
        ExpressionKind::Member { name, .. } => name == "locals",
        ExpressionKind::Variable(id) => {
            let name = code.variables[id.0 as usize].name.as_str();
            code.language == Language::Python && matches!(name, "context" | "ctx" | "extra_context")
        }
        _ => false,
    }
}

/// Whether something is only there to be given to a view, by its declared type.
fn is_model(code: &Code, id: ExpressionId) -> bool {
    let ExpressionKind::Variable(variable) = code.expression(id).kind else { return false };
    let declared = code.variables[variable.0 as usize].declared;
    declared.is_some_and(|declared| {
        let spelled = code.describe_type(declared);
        spelled.starts_with("Model") || spelled.ends_with("ModelMap") || spelled.ends_with("Context")
    })
}

/// What the views may be called that the function around an expression gives.
fn views_around(code: &Code, text: &str, place: &Expression) -> Vec<String> {
    let around = code.functions.iter().filter(|function| function.span.contains(place.span));
    let Some(function) = around.min_by_key(|function| function.span.end - function.span.start) else {
        return Vec::new();
    };
    let mut found: Vec<String> =
        function.returned.iter().take(16).filter_map(|id| joined(code, text, function, *id)).collect();
    for expression in code.expressions.iter().filter(|found| function.span.contains(found.span)) {
        let arguments = match &expression.kind {
            ExpressionKind::Call { callee, arguments, .. } => match &code.expression(*callee).kind {
                ExpressionKind::Member { name, .. } if name == "setViewName" || name == "process" => arguments,
                _ => continue,
            },
            ExpressionKind::New { class, arguments } if code.describe_type(*class) == "ModelAndView" => arguments,
            _ => continue,
        };
        found.extend(arguments.first().and_then(|id| joined(code, text, function, *id)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A text that is put together of literals and constants of the class: what is known of its end.
fn joined(code: &Code, text: &str, function: &Function, id: ExpressionId) -> Option<String> {
    let expression = code.expression(id);
    match &expression.kind {
        ExpressionKind::Text(text) if !text.is_empty() => return Some(text.clone()),
        ExpressionKind::Text(_) | ExpressionKind::Scalar | ExpressionKind::Opaque => {}
        ExpressionKind::Member { .. } | ExpressionKind::Variable(_) | ExpressionKind::Name { .. } => {}
        _ => return None,
    }
    let spelled = expression.span.of(text);
    if spelled.len() > 200 {
        return None;
    }
    let mut made = String::new();
    for part in spelled.split('+').map(str::trim) {
        if let Some(literal) = part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
            made.push_str(literal);
            continue;
        }
        // What is not known may be anything: only what follows it says something.
        match constant(code, function, part.trim_start_matches("this.")) {
            Some(value) => made.push_str(value),
            None => made.clear(),
        }
    }
    (!made.is_empty()).then_some(made)
}

fn constant<'c>(code: &'c Code, function: &Function, name: &str) -> Option<&'c str> {
    let class = &code.classes[function.class?.0 as usize];
    let member = class.members.iter().find(|member| member.name == name)?;
    match &code.expression(*member.values.first()?).kind {
        ExpressionKind::Text(text) => Some(text),
        _ => None,
    }
}

/// Whether the file at `path` is the view of that name.
fn is_view(path: &str, view: &str) -> bool {
    let view = view.split("::").next().unwrap_or(view).trim().trim_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = &path[..path.len() - name.len() + name.find('.').unwrap_or(name.len())];
    let is_end = |of: &str| of.strip_suffix(view).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    !view.is_empty() && (is_end(stem) || is_end(path))
}

fn is_java(file: &SourceFile) -> bool {
    file.repository_path.rsplit('.').next().is_some_and(|ending| ending.eq_ignore_ascii_case("java"))
}

fn with_capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_named_by_the_end_of_their_path() {
        for (path, view, expected) in [
            ("src/templates/system/role/edit.html", "system/role/edit", true),
            ("src/templates/system/role/edit.html", "/edit", true),
            ("src/templates/system/role/edit.html", "system/role/edit :: form", true),
            ("src/templates/system/role/edit.html", "dit", false),
            ("src/templates/system/role/edit.html", "user/edit", false),
            ("views/users.ejs", "users", true),
            ("views/users.ejs", "users.ejs", true),
            ("views/users.ejs", "", false),
        ] {
            assert_eq!(is_view(path, view), expected, "{path} {view}");
        }
    }
}
