//! Chains and typed literals become statements.

use std::collections::{BTreeSet, HashMap, HashSet};

use tree_sitter::Node;

use super::chain::{Chain, Link};
use super::code::{Code, Held, NameId, is_function, unwrap};
use super::draft::{Draft, READ, plain};
use super::framework::{Framework, Meaning, Method, Purpose, Takes, Use};
use super::literal::Literals;
use super::names;
use crate::extract::host::span_of;
use crate::model::mapping::{BuiltStatement, EntityPath};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{Lookup, ScopeId};

/// A scope of a draft: where what is called on a builder belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) draft: usize,
    pub(super) scope: ScopeId,
}

/// A member that a scope projects, with the key that it is the value of.
pub(super) type Projected<'t> = (Place, Node<'t>, Option<(Ident, Span)>);

/// The drafts of one file.
pub(super) struct Reading<'c, 't> {
    pub(super) code: &'c Code<'t>,
    pub(super) frameworks: &'c [Framework],
    pub(super) drafts: Vec<Draft>,
    /// Names that hold a builder.
    pub(super) builders: HashMap<NameId, Vec<Place>>,
    /// Names of other files that stand where a table is named.
    pub(super) wanted: BTreeSet<&'t str>,
    /// What chains build, by the identity of their nodes.
    pub(super) made: HashMap<usize, Vec<Place>>,
    /// Functions in which `this` is a builder.
    this: Vec<(Span, Place)>,
    /// Names that hold a row of a scope: parameters of callbacks.
    rows: HashMap<NameId, Place>,
    /// For each framework whether the file imports it, or need not.
    pub(super) imported: Vec<bool>,
    /// Members that statements project, by scopes: they are columns of tables that may be named behind them.
    pub(super) projected: Vec<Projected<'t>>,
    /// Object literals that were read as parts of statements, by the identity of their nodes.
    pub(super) seen: HashSet<usize>,
    /// How many more keys and names are read; a file that follows more is built to do so.
    pub(super) budget: usize,
}

/// Methods after which a chain is about results, not about the statement.
pub(super) const ENDS: &[&str] = &["then", "catch", "finally", "map", "reduce", "forEach", "flatMap", "filter", "pipe"];

/// How often chains are tried again: so many functions deep a builder may come from.
const MOST_ROUNDS: usize = 5;

/// Statements around a place that are looked at.
const MOST_AROUND: usize = 64;

/// Most builders that a name may hold: one for each branch that assigns it.
const MOST_BUILDERS: usize = 4;

impl<'c, 't> Reading<'c, 't> {
    pub(super) fn new(code: &'c Code<'t>, frameworks: &'c [Framework]) -> Self {
        let imported = frameworks
            .iter()
            .map(|framework| framework.imports.is_empty() || framework.imports.iter().any(|it| code.imports(it)));
        Self {
            code,
            frameworks,
            drafts: Vec::new(),
            builders: HashMap::new(),
            wanted: BTreeSet::new(),
            made: HashMap::new(),
            this: Vec::new(),
            rows: HashMap::new(),
            imported: imported.collect(),
            projected: Vec::new(),
            seen: HashSet::new(),
            budget: 100_000,
        }
    }

    /// Reads all chains. A builder that is passed to a function may be met after the function: such chains are tried
    /// again.
    pub(super) fn chains(&mut self) {
        let code = self.code;
        let mut left: Vec<&Chain<'t>> = code.chains.iter().collect();
        for _ in 0..MOST_ROUNDS {
            let before = (left.len(), self.builders.len());
            left.retain(|chain| !self.chain(chain));
            if (left.len(), self.builders.len()) == before {
                break;
            }
        }
    }

    /// All statements, finished.
    pub(super) fn finish(self) -> Vec<BuiltStatement> {
        let frameworks = self.frameworks;
        self.drafts
            .into_iter()
            .filter_map(|draft| {
                let all_by_default = frameworks[draft.framework].all_by_default;
                draft.finish(all_by_default)
            })
            .collect()
    }

    /// Reads a chain; tells whether it builds a statement.
    fn chain(&mut self, chain: &Chain<'t>) -> bool {
        let continued = self.continued(chain);
        if !continued.is_empty() {
            for place in continued {
                let place = self.own_scope(place, chain);
                self.links(chain, 0, place);
                self.hold(chain, place);
            }
            return true;
        }
        let returned = self.returned(chain);
        if !returned.is_empty() {
            for place in returned {
                self.links(chain, 1, place);
                self.hold(chain, place);
            }
            return true;
        }
        let Some(start) = self.start(chain) else {
            self.pass_on(chain);
            return false;
        };
        let place = self.begin(chain, &start);
        self.links(chain, start.links, place);
        self.hold(chain, place);
        true
    }

    /// The builders that a chain's root is.
    fn continued(&self, chain: &Chain<'t>) -> Vec<Place> {
        if chain.root.kind() == "this" {
            let at = chain.root.start_byte() as u32;
            let around = self.this.iter().filter(|(function, _)| function.contains_offset(at));
            let innermost = around.min_by_key(|(function, _)| function.end - function.start);
            let is_builder = chain.links.first().is_some_and(|link| link.arguments.is_some());
            return innermost.filter(|_| is_builder).map(|(_, place)| *place).into_iter().collect();
        }
        let name = self.code.name_at(chain.root);
        name.and_then(|name| self.builders.get(&name)).cloned().unwrap_or_default()
    }

    /// A callback's builder that is given a table of its own builds a subquery.
    fn own_scope(&mut self, place: Place, chain: &Chain<'t>) -> Place {
        let framework = &self.frameworks[self.drafts[place.draft].framework];
        let names_table = chain.links.iter().any(|link| {
            link.arguments.is_some()
                && framework.method(link.name).is_some_and(|method| method.table_argument().is_some())
        });
        if names_table && self.drafts[place.draft].has_source(place.scope) {
            let scope = self.drafts[place.draft].subquery(place.scope);
            return Place { scope, ..place };
        }
        place
    }

    /// The name that the chain is given to holds its builder from now on.
    fn hold(&mut self, chain: &Chain<'t>, place: Place) {
        self.made.entry(chain.node().id()).or_default().push(place);
        let Some(name) = self.code.holder(chain.node()) else { return };
        let held = self.builders.entry(name).or_default();
        if held.len() < MOST_BUILDERS && !held.contains(&place) {
            held.push(place);
        }
    }

    /// A function of this file that is called with a builder gets it as its parameter.
    fn pass_on(&mut self, chain: &Chain<'t>) {
        let [Link { name: "", arguments: Some(arguments), .. }] = chain.links.as_slice() else { return };
        let held: Vec<(usize, Vec<Place>)> = arguments
            .iter()
            .enumerate()
            .filter_map(|(at, argument)| {
                let places = self.builders.get(&self.code.name_at(*argument)?)?;
                Some((at, places.clone()))
            })
            .collect();
        if held.is_empty() {
            return;
        }
        let Some(Held::Value(function)) = self.code.name_at(chain.root).map(|name| self.code.held(name)) else {
            return;
        };
        for (at, places) in held {
            for name in self.code.parameters(unwrap(function), at) {
                let own = self.builders.entry(name).or_default();
                for place in places.iter().filter(|_| own.len() < MOST_BUILDERS).copied().collect::<Vec<_>>() {
                    if !own.contains(&place) {
                        own.push(place);
                    }
                }
            }
        }
    }

    /// Binds the parameters of a callback to a builder, and `this` in it.
    pub(super) fn call_back(&mut self, function: Node<'t>, place: Place) {
        for position in 0..2 {
            for name in self.code.parameters(function, position) {
                self.builders.entry(name).or_insert_with(|| vec![place]);
            }
        }
        if function.kind() == "function_expression" {
            self.this.push((span_of(function), place));
        }
    }

    /// Binds the first parameter of a callback to a row.
    pub(super) fn call_back_with_row(&mut self, function: Node<'t>, place: Place) {
        for name in self.code.parameters(function, 0) {
            self.rows.entry(name).or_insert(place);
        }
    }

    fn links(&mut self, chain: &Chain<'t>, from: usize, place: Place) {
        let framework = &self.frameworks[self.drafts[place.draft].framework];
        for link in &chain.links[from.min(chain.links.len())..] {
            let Some(arguments) = &link.arguments else { continue };
            match framework.method_of(chain, link, self.code.text) {
                Some(method) => self.method(method, link, arguments, place),
                None if ENDS.contains(&link.name) => break,
                None => {}
            }
        }
    }

    fn method(&mut self, method: &Method, link: &Link<'t>, arguments: &[Node<'t>], place: Place) {
        let draft = &mut self.drafts[place.draft];
        if draft.kind.is_none() {
            draft.kind = method.kind;
        }
        match method.takes {
            Some(Takes::All) => draft.all(place.scope, Vec::new(), link.span),
            Some(Takes::AllIfAlone) if arguments.is_empty() => draft.all(place.scope, Vec::new(), link.span),
            Some(Takes::AllUnlessSaid) => draft.rows = true,
            Some(Takes::Other) => draft.projects = true,
            _ => {}
        }
        draft.computes = method.takes == Some(Takes::Other);
        let given = arguments.len().max(method.arguments.len());
        for at in 0..given.min(arguments.len() + 1) {
            let meaning = method.meaning(at);
            let selects = matches!(meaning, Meaning::Names(usage) if usage.purpose == Purpose::Select);
            match arguments.get(at) {
                Some(argument) => {
                    // What is computed is said to be all that is taken; a name of a list that is not known may hold more.
                    if selects && unwrap(*argument).kind() == "call_expression" {
                        self.drafts[place.draft].projects = true;
                    }
                    Literals::new(self, place, link.span).read(*argument, *meaning);
                }
                None => Literals::new(self, place, link.span).missing(*meaning),
            }
        }
    }

    /// Names in the arguments of statements that functions and templates hold: `sequelize.col("full_name")`,
    /// `` sql`lower(full_name)` ``.
    pub(super) fn held(&mut self) {
        let mut spans: Vec<(Span, usize)> =
            self.drafts.iter().enumerate().map(|(at, draft)| (draft.span(), at)).collect();
        spans.sort_unstable_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let around = |place: Span, wanted: &dyn Fn(&Framework) -> bool| {
            let before = spans.partition_point(|(span, _)| span.start <= place.start);
            let near = spans[..before].iter().rev().take(MOST_AROUND);
            near.filter(|(span, _)| span.contains(place))
                .map(|(_, at)| *at)
                .find(|at| wanted(&self.frameworks[self.drafts[*at].framework]))
        };
        let mut found = Vec::new();
        let mut alone = Vec::new();
        for chain in &self.code.chains {
            let Some(last) = chain.links.iter().rfind(|link| link.arguments.is_some()) else { continue };
            let name = if last.name.is_empty() { self.code.text_of(chain.root) } else { last.name };
            let Some([argument, others @ ..]) = last.arguments.as_deref() else { continue };
            let holds_sql = |framework: &Framework| framework.expressions.iter().any(|own| own == name);
            if let Some(draft) = around(span_of(last.node), &holds_sql) {
                let pieces = self.code.pieces(unwrap(*argument));
                if pieces.first().is_some_and(|(text, _)| !is_statement(text)) {
                    let named = |(text, at): (&str, Span)| names::expression(text, at.start as usize);
                    found.extend(pieces.into_iter().flat_map(named).map(|named| (draft, named)));
                }
                continue;
            }
            let is_its = |framework: &Framework| holds_sql(framework) && self.is_of_library(framework, chain, last);
            if let Some(at) = self.frameworks.iter().position(is_its) {
                alone.push((at, unwrap(*argument), span_of(last.node)));
                continue;
            }
            let Some((text, at)) = self.code.string(unwrap(*argument)).filter(|_| others.is_empty()) else { continue };
            let is_known = |framework: &Framework| framework.columns.iter().any(|own| own == name);
            if let Some(draft) = around(span_of(last.node), &is_known)
                && let Some(named) = names::column(text, at.start as usize)
            {
                found.push((draft, named));
            }
        }
        for template in &self.code.templates {
            let (tag, parts) = template;
            let is_known = |framework: &Framework| framework.templates.iter().any(|own| own == tag);
            let Some(first) = parts.first() else { continue };
            let Some(draft) = around(*first, &is_known) else { continue };
            let text = |span: &Span| self.code.text.get(span.start as usize..span.end as usize).unwrap_or("");
            if is_statement(text(first)) {
                continue;
            }
            for part in parts {
                found
                    .extend(names::expression(text(part), part.start as usize).into_iter().map(|named| (draft, named)));
            }
        }
        for (draft, named) in found {
            if self.drafts[draft].has_source(ScopeId(0)) {
                self.drafts[draft].name(ScopeId(0), named, READ, Lookup::Sources);
            }
        }
        for (framework, argument, span) in alone {
            self.alone(framework, argument, span);
        }
    }

    /// Whether a call is one of the library's own: `Sequelize.literal`, `db.sequelize.literal`, `knex.raw`, or a function that
    /// the file takes from it. Many have a `literal` or a `raw` that holds no SQL.
    fn is_of_library(&self, framework: &Framework, chain: &Chain<'t>, call: &Link<'t>) -> bool {
        if call.name.is_empty() {
            return self.code.imports(&framework.name) || framework.imports.iter().any(|it| self.code.imports(it));
        }
        let owner = chain.links.iter().take_while(|link| link.span != call.span).last().map(|link| link.name);
        let owner = owner.unwrap_or_else(|| self.code.text_of(chain.root));
        owner.eq_ignore_ascii_case(&framework.name) || framework.is_connection(owner)
    }

    /// A part of SQL that is put into a statement elsewhere: `` literal(`users.full_name ${direction}`) ``. What stands
    /// before a column's name there is what the statement calls an entity.
    fn alone(&mut self, framework: usize, argument: Node<'t>, span: Span) {
        let pieces = self.code.pieces(argument);
        if pieces.first().is_none_or(|(text, _)| is_statement(text)) {
            return;
        }
        let named = |(text, at): (&str, Span)| names::expression(text, at.start as usize);
        let mut drafts: HashMap<String, usize> = HashMap::new();
        let mut draft = Draft::new(framework, self.frameworks[framework].construct, span);
        draft.unknown(ScopeId(0), span);
        draft.projects = true;
        let unknown = self.add(draft).draft;
        for named in pieces.into_iter().flat_map(named) {
            let [qualifier] = named.qualifier.as_slice() else {
                self.drafts[unknown].name(ScopeId(0), named, READ, Lookup::Sources);
                continue;
            };
            let draft = *drafts.entry(qualifier.text.to_string()).or_insert_with(|| {
                let mut draft = Draft::new(framework, self.frameworks[framework].construct, span);
                draft.entity(ScopeId(0), EntityPath::Named(qualifier.text.to_string()), named.span);
                draft.alias(ScopeId(0), &qualifier.text);
                draft.projects = true;
                self.drafts.push(draft);
                self.drafts.len() - 1
            });
            self.drafts[draft].name(ScopeId(0), named, READ, Lookup::Sources);
        }
    }

    /// Object literals whose type says what they are.
    pub(super) fn typed(&mut self) {
        for (value, kind) in &self.code.typed {
            let text: String = self.code.text_of(*kind).split_whitespace().collect();
            for (at, framework) in self.frameworks.iter().enumerate() {
                let found = framework.typed.iter().find_map(|(before, after, shape)| {
                    let entity = text.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                    let is_name = !entity.is_empty() && entity.chars().all(|c| c.is_alphanumeric() || c == '_');
                    is_name.then(|| (entity.to_owned(), *shape))
                });
                if let Some((entity, shape)) = found.filter(|_| self.is_enabled(at)) {
                    let span = span_of(*value);
                    let mut draft = Draft::new(at, framework.construct, span);
                    draft.entity(ScopeId(0), EntityPath::Named(entity), span);
                    draft.projects = true;
                    let place = self.add(draft);
                    Literals::new(self, place, span).read(*value, Meaning::Shape(shape));
                    break;
                }
            }
        }
    }

    /// Object literals that name an entity and are put into a statement elsewhere: `{ model: User, attributes: […] }`.
    pub(super) fn free(&mut self) {
        for at in 0..self.frameworks.len() {
            let framework = &self.frameworks[at];
            let Some(shape) = framework.free.filter(|_| self.imported[at]) else { continue };
            for object in &self.code.objects {
                if self.seen.contains(&object.id()) {
                    continue;
                }
                let entries = self.code.entries(*object);
                let model = entries.iter().find(|entry| entry.key == "model").and_then(|entry| entry.value);
                let Some(model) = model.map(unwrap) else { continue };
                let says_more =
                    entries.iter().any(|entry| entry.key != "model" && framework.shape(shape).lists(entry.key));
                if !says_more || !matches!(model.kind(), "identifier" | "member_expression") {
                    continue;
                }
                let text = self.code.text_of(model);
                let name = text.rsplit('.').next().unwrap_or(text).to_owned();
                let mut draft = Draft::new(at, framework.construct, span_of(*object));
                draft.entity(ScopeId(0), EntityPath::Named(name), span_of(model));
                let place = self.add(draft);
                Literals::new(self, place, span_of(model)).read(*object, Meaning::Shape(shape));
            }
        }
    }

    /// `select({ name: users.fullName })`: outputs of the statement, now that its tables are known.
    pub(super) fn project(&mut self) {
        for (place, member, alias) in std::mem::take(&mut self.projected) {
            let parts = (member.child_by_field_name("object"), member.child_by_field_name("property"));
            let (Some(object), Some(property)) = parts else { continue };
            let table = object.child_by_field_name("property").unwrap_or(object);
            let Some(source) = self.drafts[place.draft].entity_called(place.scope, self.code.text_of(table)) else {
                continue;
            };
            let named = names::Named { alias, ..plain(self.code.text_of(property), span_of(property)) };
            let usage = Use { purpose: Purpose::Select, ..READ };
            self.drafts[place.draft].name(place.scope, named, usage, Lookup::Only(source));
            self.seen.insert(member.id());
        }
    }

    /// Members of imported names and of rows.
    pub(super) fn members(&mut self) {
        let framework = (0..self.frameworks.len()).find(|at| self.may_name_members(&self.frameworks[*at]));
        if framework.is_none() && self.rows.is_empty() {
            return;
        }
        let mut by_entity: HashMap<&str, usize> = HashMap::new();
        for member in &self.code.members {
            let parts = (member.child_by_field_name("object"), member.child_by_field_name("property"));
            let (Some(object), Some(property)) = parts else { continue };
            if self.seen.contains(&member.id()) {
                continue;
            }
            // `users.fullName`, `schema.users.fullName`.
            let (root, table) = match object.child_by_field_name("object") {
                Some(root) => (root, object.child_by_field_name("property").unwrap_or(object)),
                None => (object, object),
            };
            let Some(name) = self.code.name_at(root) else { continue };
            let named = plain(self.code.text_of(property), span_of(property));
            if let Some(place) = self.rows.get(&name).filter(|_| root == table) {
                self.drafts[place.draft].name(place.scope, named, READ, Lookup::Only(0));
                continue;
            }
            let Some(at) = framework else { continue };
            let may_be_table = match self.code.held(name) {
                Held::Imported => true,
                Held::Value(value) => unwrap(value).kind() == "call_expression",
                _ => false,
            };
            if may_be_table {
                let entity = self.code.text_of(table);
                let draft = *by_entity.entry(entity).or_insert_with(|| {
                    let mut draft = Draft::new(at, self.frameworks[at].construct, span_of(table));
                    draft.entity(ScopeId(0), EntityPath::Named(entity.to_owned()), span_of(table));
                    draft.projects = true;
                    self.drafts.push(draft);
                    self.drafts.len() - 1
                });
                self.drafts[draft].name(ScopeId(0), named, READ, Lookup::Only(0));
            }
        }
    }

    pub(super) fn is_enabled(&self, framework: usize) -> bool {
        self.imported[framework] || !self.frameworks[framework].strict
    }

    /// Whether members of imported names may be columns in this file.
    fn may_name_members(&self, framework: &Framework) -> bool {
        let is_imported = |name: &String| {
            let declared = self.code.declared(name, 0);
            declared.is_some_and(|name| matches!(self.code.held(name), Held::Imported))
        };
        !framework.members.is_empty()
            && (framework.imports.iter().any(|module| self.code.imports(module))
                || framework.members.iter().any(is_imported))
    }

    pub(super) fn add(&mut self, draft: Draft) -> Place {
        self.drafts.push(draft);
        Place { draft: self.drafts.len() - 1, scope: ScopeId(0) }
    }
}

/// Whether a node can be called back.
pub(super) fn callable(node: Node<'_>) -> bool {
    is_function(node)
}

/// Whether a piece of SQL begins a statement of its own, which is read as such.
fn is_statement(text: &str) -> bool {
    const WORDS: &[&str] =
        &["select", "insert", "update", "delete", "with", "create", "alter", "drop", "merge", "from"];
    let word =
        text.trim_start_matches(|c: char| c.is_whitespace() || c == '(').split(|c: char| !c.is_alphanumeric()).next();
    word.is_some_and(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}
