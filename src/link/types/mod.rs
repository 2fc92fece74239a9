//! Values: what the receiver of a name *is*, in any host language.
//!
//! Extraction lowers code into [`Code`]; here its expressions are evaluated, across files, lazily and with bounds: a
//! `Type` says what a value is known to be, and a name on it is a column exactly when the value is a row and has one of
//! that name. `library` holds what the libraries of the languages do with values, `modules` which file a name of another
//! file is in, `evaluate` expressions, `given` what templates
//! are given, `call` calls, `bound` what they bind, `declared` written types, `member` named parts, `row` the names of
//! rows, `goes` the places that a value reaches, `named` those that names of parts do, `query` what conditions and orders
//! are about.

mod bound;
mod call;
mod callback;
mod declared;
mod evaluate;
mod fixture;
mod given;
mod goes;
mod implementer;
mod kind;
mod library;
mod member;
mod mentioned;
pub(in crate::link) mod modules;
mod named;
mod queried;
mod query;
mod row;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};

use self::goes::{Carrier, Destination};
use self::kind::{Env, Part, Type};
use self::mentioned::Mentioned;
use self::modules::Modules;
use super::resolve::relation_key;
use super::system::{StatementUses, System};
use crate::catalog::{ColumnKey, RelationKey};
use crate::model::answer::Certainty;
use crate::model::code::{
    ClassId, Code, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Language, TypeExpression, TypeId, Use,
    UseForm, VariableId,
};
use crate::model::mapping::{Mapping, MappingRole};
use crate::model::source::FileId;
use crate::model::statement::Access;

/// Steps that one use may cost.
const MOST_STEPS: u32 = 4_000;

/// Deepest evaluation.
const DEEPEST: u32 = 60;

/// A function whose name stands in more files is not looked for in them.
const MOST_CALLERS: usize = 24;

/// What all evaluations of a system share.
pub struct Types<'a, 's, 'w> {
    system: &'a System<'s, 'w>,
    modules: Modules<'w>,
    /// Mappings by the relation that they stand for.
    mappings: OnceLock<BTreeMap<RelationKey, Vec<(FileId, &'s Mapping)>>>,
    /// Files by the words in them.
    mentioned: OnceLock<Mentioned>,
    /// The mapped classes that implement an interface.
    implementers: OnceLock<implementer::Implementers<'s>>,
    /// Files that may give a view something, by its name.
    giving: Mutex<HashMap<Box<str>, Arc<[FileId]>>>,
}

/// What a use turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A use of these columns.
    Columns {
        /// The columns.
        columns: Vec<ColumnKey>,
        /// Read or write.
        access: Access,
        /// How sure.
        certainty: Certainty,
        /// The evidence, in words.
        why: String,
    },
    /// A part of something that is known to be no row.
    Value(String),
    /// A part of a row of some statement that is not known.
    SomeRow(String),
    /// The receiver is not known.
    Unknown(String),
}

impl<'a, 's, 'w> Types<'a, 's, 'w> {
    /// For the files of a system.
    pub fn new(system: &'a System<'s, 'w>) -> Self {
        Self {
            system,
            modules: Modules::new(system.store),
            mappings: OnceLock::new(),
            mentioned: OnceLock::new(),
            implementers: OnceLock::new(),
            giving: Mutex::default(),
        }
    }

    /// The mappings that stand for a relation.
    fn mappings_of(&self, relation: &RelationKey) -> &[(FileId, &'s Mapping)] {
        let made = self.mappings.get_or_init(|| {
            let system = self.system;
            let mut made: BTreeMap<RelationKey, Vec<(FileId, &'s Mapping)>> = BTreeMap::new();
            for (file, mapping) in system.entities.all().filter(|(_, mapping)| mapping.role == MappingRole::Entity) {
                if let Some(table) = system.entities.table(system.store, file, &system.catalog, mapping) {
                    let relation = relation_key(&system.catalog, &table, &system.database.search_path());
                    made.entry(relation).or_default().push((file, mapping));
                }
            }
            made
        });
        made.get(relation).map_or(&[], Vec::as_slice)
    }

    /// Code files of the repository of `file`, without that one, in which `name` stands; none when it stands all over.
    fn callers(&self, file: FileId, name: &str) -> Vec<FileId> {
        let store = self.system.store;
        let mentioned = self.mentioned.get_or_init(|| Mentioned::new(store));
        let repository = store.file(file).repository;
        let is_java = modules::is_java(store.file(file));
        let near = mentioned.files(name).filter(|&id| id != file && store.file(id).repository == repository);
        let near = near.filter(|&id| modules::is_java(store.file(id)) == is_java);
        let near: Vec<FileId> = near.take(MOST_CALLERS + 1).collect();
        if near.len() > MOST_CALLERS { Vec::new() } else { near }
    }

    /// An evaluator for the uses of one file. What it learns it keeps for that file only, so that the order in which
    /// files are looked at changes nothing.
    pub fn evaluator(&self) -> Evaluator<'_, 'a, 's, 'w> {
        Evaluator {
            types: self,
            memo: RefCell::default(),
            running: RefCell::default(),
            steps: std::cell::Cell::new(0),
            cut: std::cell::Cell::new(false),
            statements: RefCell::default(),
            indexes: RefCell::default(),
        }
    }
}

/// What an evaluation looks up in one file's code.
#[derive(Default)]
struct FileIndex {
    /// Where values go.
    flows: HashMap<ExpressionId, Vec<FlowTarget>>,
    /// The expressions that are a function.
    functions: HashMap<FunctionId, Vec<ExpressionId>>,
    /// The expressions that are a variable.
    variables: HashMap<VariableId, Vec<ExpressionId>>,
    /// The expressions that are a name, or a member or variable of one.
    names: HashMap<Box<str>, Vec<ExpressionId>>,
    /// Calls by what they call.
    calls: HashMap<ExpressionId, ExpressionId>,
    /// What is taken out of a collection, by the collection.
    elements: HashMap<ExpressionId, Vec<ExpressionId>>,
    /// Variables by what they hold.
    held: HashMap<ExpressionId, Vec<VariableId>>,
}

impl FileIndex {
    fn new(code: &Code) -> Self {
        let mut made = Self::default();
        for flow in &code.flows {
            made.flows.entry(flow.value).or_default().push(flow.to.clone());
        }
        for (at, expression) in code.expressions.iter().enumerate() {
            let id = ExpressionId(at as u32);
            let name = match &expression.kind {
                ExpressionKind::Function(function) => {
                    made.functions.entry(*function).or_default().push(id);
                    continue;
                }
                ExpressionKind::Variable(variable) => {
                    made.variables.entry(*variable).or_default().push(id);
                    &code.variables[variable.0 as usize].name
                }
                ExpressionKind::Call { callee, .. } => {
                    made.calls.insert(*callee, id);
                    continue;
                }
                ExpressionKind::Element(of) => {
                    made.elements.entry(*of).or_default().push(id);
                    continue;
                }
                ExpressionKind::Name { name, .. } | ExpressionKind::Member { name, .. } => name,
                _ => continue,
            };
            if let Some(known) = made.names.get_mut(name.as_str()) {
                known.push(id);
            } else {
                made.names.insert(name.as_str().into(), vec![id]);
            }
        }
        for (at, variable) in code.variables.iter().enumerate() {
            for value in &variable.values {
                made.held.entry(*value).or_default().push(VariableId(at as u32));
            }
        }
        made
    }
}

/// Evaluates expressions, starting from one file.
pub struct Evaluator<'e, 'a, 's, 'w> {
    types: &'e Types<'a, 's, 'w>,
    memo: RefCell<HashMap<(FileId, ExpressionId), Type<'s>>>,
    running: RefCell<HashSet<(FileId, u64)>>,
    steps: std::cell::Cell<u32>,
    /// Whether a bound or a cycle cut the evaluation that is running.
    cut: std::cell::Cell<bool>,
    statements: RefCell<HashMap<FileId, Rc<[StatementUses<'s>]>>>,
    indexes: RefCell<HashMap<FileId, Rc<FileIndex>>>,
}

impl<'a, 's, 'w> Evaluator<'_, 'a, 's, 'w> {
    fn system(&self) -> &'a System<'s, 'w> {
        self.types.system
    }

    fn code(&self, file: FileId) -> Option<&'s Code> {
        self.types.system.store.code(file)
    }

    fn statements(&self, file: FileId) -> Rc<[StatementUses<'s>]> {
        if let Some(known) = self.statements.borrow().get(&file) {
            return Rc::clone(known);
        }
        let made: Rc<[StatementUses<'s>]> = self.types.system.file_uses(file).into();
        self.statements.borrow_mut().insert(file, Rc::clone(&made));
        made
    }

    fn index(&self, file: FileId, code: &Code) -> Rc<FileIndex> {
        if let Some(known) = self.indexes.borrow().get(&file) {
            return Rc::clone(known);
        }
        let made = Rc::new(FileIndex::new(code));
        self.indexes.borrow_mut().insert(file, Rc::clone(&made));
        made
    }

    /// What a use means.
    pub fn meaning(&self, file: FileId, code: &'s Code, found: &Use) -> Meaning {
        self.steps.set(0);
        self.cut.set(false);
        if found.form == UseForm::Key {
            return self.key(file, found);
        }
        let is_script = code.language == Language::TypeScript;
        if let ExpressionKind::Text(table) = &code.expression(found.receiver).kind
            && is_script
            && found.form == UseForm::Argument
        {
            return self.qualified(file, table, found);
        }
        if is_script && found.form == UseForm::Argument && is_name_alone(code, found) {
            return self.name_alone(file, found);
        }
        let mut receiver = self.type_of(file, found.receiver, &Env::default(), 0);
        let name = self.named_by(file, code, found);
        if found.form == UseForm::Argument {
            let is_asked = code.language == Language::Java
                && !receiver.has_rows()
                && matches!(code.expression(found.receiver).kind, ExpressionKind::Call { .. });
            if is_asked && let Some(rows) = self.asked_of(file, code, found.receiver, 0) {
                receiver = rows;
            }
            if code.language == Language::Java
                && let Some(rows) = self.path_before(file, &receiver, found)
            {
                receiver = rows;
            }
            if let Some((Part::Columns(columns, certainty), evidence)) = self.named_part(&receiver, &name) {
                return Meaning::Columns { columns, access: found.access, certainty, why: why(found, &evidence) };
            }
        }
        let is_accessor = matches!(found.form, UseForm::Accessor | UseForm::Declaration);
        match self.part(&receiver, &name, is_accessor, 0) {
            (Part::Columns(columns, certainty), evidence) => {
                Meaning::Columns { columns, access: found.access, certainty, why: why(found, &evidence) }
            }
            (Part::Related(_), evidence) => Meaning::Value(format!("leads from {evidence} to another row")),
            (Part::Other | Part::Nothing, evidence) => match receiver {
                _ if let Some(handed) = self.handed_on(file, code, found, &receiver) => handed,
                Type::Unknown(_) if let Some(what) = outside(code, found) => Meaning::Value(what),
                Type::Unknown(_)
                    if code.is_root(found.receiver) && !self.given_to_view(file, &found.name, 0).is_unknown() =>
                {
                    Meaning::Value("what the view is given under that name".to_owned())
                }
                Type::Unknown(reason) => Meaning::Unknown(reason.to_owned()),
                Type::Library(name, _)
                    if library::Library::known().is_row(&name)
                        && let Some(column) = self.by_shape(file, code, found) =>
                {
                    let own = self.system().catalog.display(&column.relation);
                    Meaning::Columns {
                        columns: vec![column],
                        access: found.access,
                        certainty: Certainty::Likely,
                        why: format!("named to a {name}, and only {own} has all the names that are read of it"),
                    }
                }
                Type::Library(name, _) if library::Library::known().is_row(&name) => {
                    Meaning::SomeRow(format!("named to a {name} whose statement is not known"))
                }
                Type::Library(name, _) if found.form == UseForm::Argument => {
                    Meaning::Unknown(format!("its object is a {name}"))
                }
                _ if evidence.is_empty() => Meaning::Unknown("its object is not known".to_owned()),
                Type::Instance { file, class, .. } if self.inherits_unseen(file, class, &name) => {
                    Meaning::Unknown("a part that its class may have of what it is made of".to_owned())
                }
                _ => Meaning::Value(format!("a part of {evidence}")),
            },
        }
    }

    /// Whether a class that does not declare a part is made of what a function gives: `class User extends row("users")`.
    fn inherits_unseen(&self, file: FileId, class: ClassId, name: &str) -> bool {
        let Some(code) = self.code(file).filter(|code| code.language == Language::TypeScript) else { return false };
        let declared = &code.classes[class.0 as usize];
        let is_made = |parent: &TypeId| match &code.types[parent.0 as usize] {
            TypeExpression::Named { name, .. } => {
                let last = name.rsplit('.').next().unwrap_or(name);
                last.starts_with(|first: char| first.is_lowercase()) && self.class_called(file, code, name, 0).is_none()
            }
            _ => false,
        };
        declared.members.iter().all(|member| member.name != name) && declared.parents.iter().any(is_made)
    }

    /// The column that a name given to a method of rows means: a property, or the column's own name.
    fn named_part(&self, of: &Type<'s>, name: &str) -> Option<(Part<'s>, String)> {
        match self.part(of, name, false, 0) {
            (Part::Nothing | Part::Other, _) => self.column_called(of, name, 0),
            found => Some(found),
        }
    }

    /// A part of a value that is no row, but that a statement is given: a condition, values to be written.
    fn handed_on(&self, file: FileId, code: &'s Code, found: &Use, receiver: &Type<'s>) -> Option<Meaning> {
        let may_be = matches!(receiver, Type::Object(..) | Type::Unknown(_) | Type::Union(_));
        if !matches!(code.language, Language::TypeScript | Language::Python)
            || !may_be
            || !matches!(code.expression(found.receiver).kind, ExpressionKind::Variable(_))
        {
            return None;
        }
        let ExpressionKind::Variable(variable) = code.expression(found.receiver).kind else { return None };
        self.reached(file, Carrier::Variable(variable)).into_iter().find_map(|destination| {
            let (Destination::Row { of, access, how } | Destination::Named { of, access, how }) = destination else {
                return None;
            };
            // What is put into a condition is read.
            let access = if found.access == Access::Write { access } else { found.access };
            match self.part(&of, &found.name, false, 0) {
                (Part::Columns(columns, certainty), evidence) => Some(Meaning::Columns {
                    columns,
                    access,
                    certainty: certainty.min(Certainty::Likely),
                    why: format!("a property of an object that {how}: {evidence}"),
                }),
                _ => None,
            }
        })
    }

    /// The key of an object literal: a column when the literal reaches a place that takes rows.
    fn key(&self, file: FileId, found: &Use) -> Meaning {
        let (mut taken, mut named): (Option<Meaning>, Option<Meaning>) = (None, None);
        let mut value = None;
        let mut unknown = None;
        for destination in self.destinations(file, found.receiver) {
            // What takes the whole object says more of its keys than what asks for them one by one.
            let into = if matches!(destination, Destination::Named { .. }) { &mut named } else { &mut taken };
            match destination {
                Destination::Row { of, access, how } | Destination::Named { of, access, how } => {
                    match self.part(&of, &found.name, false, 0) {
                        (Part::Columns(columns, certainty), evidence) => {
                            let why = format!("a key of an object that {how}: {evidence}");
                            also(into, columns, access, certainty, why);
                        }
                        (_, evidence) => {
                            value = Some(format!("a key of an object that {how}: no column of {evidence}"));
                        }
                    }
                }
                Destination::Known(what) => value = value.or(Some(what)),
                Destination::Unknown(why) => unknown = Some(why),
            }
        }
        match (taken.or(named), value, unknown) {
            (Some(taken), ..) => taken,
            (None, Some(value), _) => Meaning::Value(value),
            (None, None, Some(why)) => Meaning::Unknown(why),
            (None, None, None) => Meaning::Value("a key of an object of its own".to_owned()),
        }
    }

    /// `"users.full_name"` in a file that runs statements: a column when there is such a table.
    fn qualified(&self, file: FileId, table: &str, found: &Use) -> Meaning {
        let system = self.system();
        let runs = {
            let facts = system.store.facts(file);
            !facts.built.is_empty() || !facts.statements.is_empty() || !facts.mappings.is_empty()
        };
        let name = crate::model::name::ObjectName::single(crate::model::name::Ident::bare(table));
        let relation = system.catalog.find(&name, &[]).filter(|_| runs).map(RelationKey::Declared);
        if let Some(relation) = relation
            && let Part::Columns(columns, _) = self.relation_name(&relation, &found.name)
        {
            let why =
                format!("named with its table, {}, in code that runs statements", system.catalog.display(&relation));
            return Meaning::Columns { columns, access: found.access, certainty: Certainty::Likely, why };
        }
        Meaning::Unknown("a name with another one before it".to_owned())
    }

    /// A name in a list of names, or one that a function is made with: a column when rows are asked for what it names.
    fn name_alone(&self, file: FileId, found: &Use) -> Meaning {
        let mut taken: Option<Meaning> = None;
        for destination in self.reached(file, Carrier::Keys(found.receiver)) {
            let (Destination::Row { of, access, how } | Destination::Named { of, access, how }) = destination else {
                continue;
            };
            if let (Part::Columns(columns, certainty), evidence) = self.part(&of, &found.name, false, 0) {
                let why = format!("a name in what {how}: {evidence}");
                also(&mut taken, columns, access, certainty.min(Certainty::Likely), why);
            }
        }
        taken.unwrap_or_else(|| Meaning::Unknown("a name of which nothing is known to be asked".to_owned()))
    }
}

/// Adds columns to those that a name means.
fn also(taken: &mut Option<Meaning>, more: Vec<ColumnKey>, new: Access, sure: Certainty, reason: String) {
    let Some(Meaning::Columns { columns, access, .. }) = taken else {
        *taken = Some(Meaning::Columns { columns: more, access: new, certainty: sure, why: reason });
        return;
    };
    if *access != new {
        *access = Access::Both;
    }
    for column in more {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
}

/// Whether the receiver of a name is the list that it stands in, or the call that it is given to.
fn is_name_alone(code: &Code, found: &Use) -> bool {
    let receiver = code.expression(found.receiver);
    matches!(receiver.kind, ExpressionKind::List(_) | ExpressionKind::Call { .. }) && receiver.span.contains(found.span)
}

/// The evidence for a use in words.
fn why(found: &Use, evidence: &str) -> String {
    let does = match found.form {
        UseForm::Property => "a property",
        UseForm::Accessor => "an accessor",
        UseForm::Key | UseForm::Pattern => "a key of a pattern",
        UseForm::Argument => "named to a method",
        UseForm::Declaration => "declared by the class that is mapped",
    };
    format!("{does} of {evidence}")
}

/// Whether something is the first parameter of what answers requests, as programs without types call it.
fn is_request(code: &Code, id: ExpressionId) -> bool {
    let ExpressionKind::Variable(variable) = code.expression(id).kind else { return false };
    let variable = &code.variables[variable.0 as usize];
    let (Some((function, 0)), None) = (variable.parameter, variable.declared) else { return false };
    let second = code.functions[function.0 as usize].parameters.get(1);
    let second = second.map_or("", |id| code.variables[id.0 as usize].name.as_str());
    variable.name == "req" || (variable.name == "request" && matches!(second, "res" | "response" | "reply" | "h"))
}

/// Whether a name is what somebody sent, taken out of the first parameter of what answers: `async ({ ctx, input }) => …`.
fn is_input(code: &Code, whole: ExpressionId, name: &str) -> bool {
    let ExpressionKind::Variable(variable) = code.expression(whole).kind else { return false };
    let variable = &code.variables[variable.0 as usize];
    variable.name.is_empty()
        && variable.declared.is_none()
        && matches!(variable.parameter, Some((_, 0)))
        && matches!(name, "input" | "parsedInput" | "clientInput" | "body" | "searchParams")
}

/// What comes in from outside, when the receiver says so: a part of a request.
fn outside(code: &Code, found: &Use) -> Option<String> {
    let library = library::Library::known();
    if is_request(code, found.receiver) {
        return Some("a part of a request".to_owned());
    }
    let mut at = found.receiver;
    for _ in 0..8 {
        match &code.expression(at).kind {
            ExpressionKind::Member { object, name } => {
                let whole = match &code.expression(*object).kind {
                    ExpressionKind::Variable(id) => &code.variables[id.0 as usize].name,
                    ExpressionKind::Name { name, .. } | ExpressionKind::Member { name, .. } => name,
                    _ => "",
                };
                if library.is_sent(whole, name) || is_input(code, *object, name) {
                    return Some(format!("a part of a request's {name}"));
                }
                at = *object;
            }
            ExpressionKind::Variable(id) => match code.variables[id.0 as usize].values.as_slice() {
                [only] => at = *only,
                _ => return None,
            },
            ExpressionKind::Await(of) | ExpressionKind::Element(of) => at = *of,
            ExpressionKind::Call { callee, .. } => match &code.expression(*callee).kind {
                ExpressionKind::Member { object, name } => {
                    // `json.loads(response.text)["full_name"]`.
                    if let ExpressionKind::Name { name: holder, .. } = &code.expression(*object).kind
                        && library.reads_text(&format!("{holder}.{name}"))
                    {
                        return Some("a part of what is read from a text".to_owned());
                    }
                    at = *callee;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}
