//! How chains of calls begin: which framework builds the statement, and what says the table.

use tree_sitter::Node;

use super::chain::{Chain, Link};
use super::code::{SPREAD, children, is_function, unwrap};
use super::draft::Draft;
use super::framework::{Framework, Meaning, Method, Start, is_called};
use super::literal::Literals;
use super::names;
use super::read::{ENDS, Place, Reading};
use crate::extract::host::span_of;
use crate::model::mapping::EntityPath;
use crate::model::span::Span;
use crate::model::statement::ScopeId;

impl<'t> Reading<'_, 't> {
    /// How a chain begins: the first framework among those that know most of its methods.
    pub(super) fn start(&self, chain: &Chain<'t>) -> Option<Beginning> {
        let mut best: Option<(usize, Beginning)> = None;
        for (at, framework) in self.frameworks.iter().enumerate().filter(|(at, _)| self.is_enabled(*at)) {
            let Some(beginning) = self.start_of(at, framework, chain) else { continue };
            let known = chain
                .links
                .iter()
                .filter(|link| link.arguments.is_some() && framework.method_of(chain, link, self.code.text).is_some());
            let known = known.count();
            // One method that takes an entity is found in every library.
            if !self.imported[at] && beginning.entity.is_none() && known < 2 && self.code.holder(chain.node()).is_none()
            {
                continue;
            }
            // The call that names the table is known as well: `db("users").where(…).update(data)` updates no `data`.
            let known = known + usize::from(beginning.table.is_some());
            if best.as_ref().is_none_or(|(most, _)| known > *most) {
                best = Some((known, beginning));
            }
        }
        best.map(|(_, beginning)| beginning)
    }

    pub(super) fn start_of(&self, at: usize, framework: &Framework, chain: &Chain<'t>) -> Option<Beginning> {
        let root = self.code.text_of(chain.root);
        if framework.not_roots.iter().any(|other| other == root) {
            return None;
        }
        let is_other =
            |link: &Link<'t>| link.arguments.is_none() && framework.without.iter().any(|own| own == link.name);
        if chain.links.iter().any(is_other) {
            return None;
        }
        let with = |links: usize, entity: Option<(String, Span)>| {
            Some(Beginning { framework: at, links, entity, table: None })
        };
        for start in &framework.starts {
            let found = match start {
                Start::Call(names) => self
                    .called_with_table(framework, names, chain)
                    .map(|call| Some(Beginning { framework: at, links: call + 1, entity: None, table: Some(call) })),
                Start::Member { after, ending, capital } => entity_member(framework, (after, ending), *capital, chain)
                    .filter(|(links, ..)| self.fits(framework, &chain.links[*links]))
                    .map(|(links, name, span)| with(links, Some((name, span)))),
                Start::Before(methods) => entity_before(methods, framework, chain, self.code.text)
                    .map(|(links, name, span)| with(links, Some((name, span)))),
                Start::Class if !self.imported[at] => None,
                Start::Class => {
                    self.entity_class(framework, chain).map(|(links, name, span)| with(links, Some((name, span))))
                }
            };
            if let Some(found) = found {
                return found;
            }
        }
        if let Some(entity) = self.typed_root(framework, chain) {
            return with(0, Some(entity));
        }
        chain
            .links
            .iter()
            .any(|link| self.names_table(framework, self.imported[at], chain, link))
            .then(|| with(0, None))
            .flatten()
    }

    /// `knex("users")`, `this.db("users")`, `(trx || db)("users")`: which link that call is.
    pub(super) fn called_with_table(
        &self,
        framework: &Framework,
        names: &[String],
        chain: &Chain<'t>,
    ) -> Option<usize> {
        // `db.replica()("users")` gets the connection first.
        let is_call = |link: &Link<'t>| link.arguments.as_ref().is_some_and(|arguments| !arguments.is_empty());
        let at = chain.links.iter().position(is_call)?;
        let link = &chain.links[at];
        let first = *link.arguments.as_ref()?.first()?;
        let connection = |name: &str| names.iter().any(|own| is_called(own, name));
        let is_known = match (link.name, chain.root.kind()) {
            ("", "identifier") if at == 0 => connection(self.code.text_of(chain.root)),
            ("", _) if at == 0 => {
                let last = |node| self.code.text_of(node).rsplit('.').next().unwrap_or("");
                self.code.values(chain.root).into_iter().any(|value| connection(last(value)))
            }
            ("", _) => {
                let owners = chain.links[..at].iter().map(|link| link.name);
                owners.chain([self.code.text_of(chain.root)]).any(connection)
            }
            (name, _) => connection(name),
        };
        let continues =
            chain.links[at + 1..].iter().any(|link| link.arguments.is_some() && framework.method(link.name).is_some());
        // A member that is called with a name may be anything, and so may a function of another name.
        let is_plain = link.name.is_empty() && at == 0 && chain.root.kind() == "identifier";
        let may_be = if is_plain { is_known || continues } else { is_known && continues };
        let is_table = may_be
            && self.code.values(first).into_iter().any(|value| {
                value.kind() == "object" && is_known && is_plain
                    || self.code.string(value).is_some_and(|(text, at)| names::table(text, at.start as usize).is_some())
            });
        // A constant of another file, or a template that gives it an alias at least.
        let node = unwrap(first);
        let may_be_table = || match node.kind() {
            "identifier" | "member_expression" => {
                let last = self.code.text_of(node).rsplit('.').next().unwrap_or("");
                last.starts_with(char::is_uppercase)
            }
            kind => kind == "template_string",
        };
        (is_table || (is_known && continues && may_be_table())).then_some(at)
    }

    /// `.from("users")`, `.insert(users)`, `getRepository(User)`.
    pub(super) fn names_table(
        &self,
        framework: &Framework,
        imported: bool,
        chain: &Chain<'t>,
        link: &Link<'t>,
    ) -> bool {
        let Some(arguments) = &link.arguments else { return false };
        let method = framework.method_of(chain, link, self.code.text);
        let Some(at) = method.and_then(Method::table_argument) else { return false };
        let Some(argument) = arguments.get(at) else { return false };
        let is_entity = method.is_some_and(|method| *method.meaning(at) == Meaning::Entity);
        if is_entity && matches!(unwrap(*argument).kind(), "identifier" | "member_expression") {
            let name = self.code.text_of(unwrap(*argument)).rsplit('.').next().unwrap_or("");
            // A constant that holds a table's name is no entity.
            if !imported && self.code.values(*argument).into_iter().any(|value| self.code.string(value).is_some()) {
                return false;
            }
            return !framework.classes || name.starts_with(char::is_uppercase);
        }
        let may_be_object = framework.starts.iter().any(|start| matches!(start, Start::Call(_)));
        self.code.values(*argument).into_iter().any(|value| match value.kind() {
            "object" => may_be_object,
            // An entity that is called by a string is a table to others.
            _ if is_entity && !imported => false,
            _ => self.code.string(value).is_some_and(|(text, at)| names::table(text, at.start as usize).is_some()),
        })
    }

    /// Whether a call's argument is what the method takes: an object that has any of the keys that it knows. Methods that
    /// say what they do need no argument.
    pub(super) fn fits(&self, framework: &Framework, link: &Link<'t>) -> bool {
        let Some(method) = framework.method(link.name) else { return false };
        let Meaning::Shape(shape) = *method.meaning(0) else { return true };
        // Any key may be a column.
        if framework.shape(shape).key_usage().is_some() {
            return true;
        }
        let Some(first) = link.arguments.as_ref().and_then(|arguments| arguments.first()) else {
            return method.kind.is_some();
        };
        self.code.values(*first).into_iter().all(|value| {
            let entries = if value.kind() == "object" { self.code.entries(value) } else { return !is_literal(value) };
            let known = |key: &str| key == SPREAD || framework.shape(shape).lists(key);
            entries.is_empty() || entries.iter().any(|entry| known(entry.key))
        })
    }

    /// `User.findAll()`, `models.User.findAll()`.
    pub(super) fn entity_class(&self, framework: &Framework, chain: &Chain<'t>) -> Option<(usize, String, Span)> {
        let first = chain.links.iter().position(|link| link.arguments.is_some())?;
        framework.method(chain.links[first].name)?;
        let (name, span) = match first.checked_sub(1) {
            Some(before) => (chain.links[before].name, chain.links[before].span),
            None if chain.root.kind() == "identifier" => (self.code.text_of(chain.root), span_of(chain.root)),
            // `this.update(…)` in a class of rows.
            None if chain.root.kind() == "this" => {
                let name = class_of_rows(chain.root, self.code.text)?;
                (self.code.text_of(name), span_of(chain.root))
            }
            None => return None,
        };
        name.starts_with(char::is_uppercase).then(|| (first, name.to_owned(), span))
    }

    /// `this.users.find()` where `users` is declared as `Repository<User>`.
    pub(super) fn typed_root(&self, framework: &Framework, chain: &Chain<'t>) -> Option<(String, Span)> {
        if framework.types.is_empty() {
            return None;
        }
        let (kind, span) = match (chain.root.kind(), chain.links.first()) {
            ("this", Some(link)) if link.arguments.is_none() => {
                (self.code.field(link.name, chain.root.start_byte())?, link.span)
            }
            ("identifier", Some(_)) => (self.code.annotation(self.code.name_at(chain.root)?)?, span_of(chain.root)),
            _ => return None,
        };
        // What is a part of it may be about something else: `this.users.manager.find(Team)`.
        let own = usize::from(chain.root.kind() == "this");
        if kind.kind() != "generic_type" || chain.links.get(own).is_none_or(|link| link.arguments.is_none()) {
            return None;
        }
        let name = self.code.text_of(kind.child_by_field_name("name")?);
        let argument = kind.child_by_field_name("type_arguments")?.named_child(0)?;
        let entity = self.code.text_of(argument).trim_start_matches("typeof ");
        framework.types.iter().any(|own| own == name).then(|| (entity.to_owned(), span))
    }

    /// The part of a chain that is the statement: what is done with its results is none of it.
    pub(super) fn statement_of(&self, chain: &Chain<'t>, start: &Beginning) -> Node<'t> {
        let framework = &self.frameworks[start.framework];
        let is_end = |link: &Link<'t>| {
            link.arguments.is_some()
                && ENDS.contains(&link.name)
                && framework.method_of(chain, link, self.code.text).is_none()
        };
        let links = chain.links.get(start.links..).unwrap_or_default();
        match links.iter().position(is_end).map(|at| at + start.links) {
            Some(end) => end.checked_sub(1).map_or(chain.root, |last| chain.links[last].node),
            None => chain.node(),
        }
    }

    pub(super) fn begin(&mut self, chain: &Chain<'t>, start: &Beginning) -> Place {
        let construct = self.frameworks[start.framework].construct;
        let mut draft = Draft::new(start.framework, construct, span_of(self.statement_of(chain, start)));
        if let Some((entity, span)) = &start.entity {
            draft.entity(ScopeId(0), EntityPath::Named(entity.clone()), *span);
        }
        let place = self.add(draft);
        if let Some(table) = start.table.and_then(|at| chain.links[at].arguments.as_ref()?.first()) {
            Literals::new(self, place, span_of(*table)).read(*table, Meaning::Table);
        }
        place
    }
}

/// How a chain begins.
pub(super) struct Beginning {
    pub(super) framework: usize,
    /// The first link that is a method.
    pub(super) links: usize,
    /// The entity that is known without any argument.
    pub(super) entity: Option<(String, Span)>,
    /// The link that is called with the table, if that is how it begins.
    pub(super) table: Option<usize>,
}

/// `prisma.user.findMany()`.
fn entity_member(
    framework: &Framework,
    (after, ending): (&Option<String>, &Option<String>),
    capital: bool,
    chain: &Chain<'_>,
) -> Option<(usize, String, Span)> {
    let at = chain.links.windows(2).position(|links| {
        let [member, method] = links else { return false };
        member.arguments.is_none()
            && method.arguments.is_some()
            && member.name != "[]"
            && framework.method(method.name).is_some()
    })?;
    let member = &chain.links[at];
    let ends = ending.as_ref().is_some_and(|ending| member.name.len() > ending.len() && member.name.ends_with(ending));
    if let Some(after) = after.as_ref().filter(|_| !ends) {
        let before = at.checked_sub(1).map(|before| chain.links[before].name)?;
        if !after.split(' ').any(|after| after == before) {
            return None;
        }
    }
    let mut letters = member.name.chars();
    let name = match letters.next() {
        Some(first) if capital => first.to_uppercase().chain(letters).collect(),
        _ => member.name.to_owned(),
    };
    Some((at + 1, name, member.span))
}

/// `User.query().where(…)`, `models.users.query(trx).where(…)`.
fn entity_before(
    methods: &[String],
    framework: &Framework,
    chain: &Chain<'_>,
    text: &str,
) -> Option<(usize, String, Span)> {
    let at = chain.links.iter().position(|link| {
        let takes_none = |arguments: &[Node<'_>]| arguments.iter().all(|argument| argument.kind() == "identifier");
        methods.iter().any(|own| own == link.name) && link.arguments.as_deref().is_some_and(takes_none)
    })?;
    let goes_on = |link: &Link<'_>| link.arguments.is_some() && framework.method(link.name).is_some();
    if !chain.links[at + 1..].iter().any(goes_on) {
        return None;
    }
    let (name, span) = match at.checked_sub(1).map(|before| &chain.links[before]) {
        Some(before) if before.arguments.is_none() => (before.name, before.span),
        None if chain.root.kind() == "identifier" => (text.get(chain.root.byte_range())?, span_of(chain.root)),
        _ => return None,
    };
    (name != "this" && name != "[]").then(|| (at, name.to_owned(), span))
}

/// The name of the class around a node, if it extends one of those that object mappers have for rows.
fn class_of_rows<'t>(node: Node<'t>, text: &str) -> Option<Node<'t>> {
    /// Nodes between `this` and its class that are looked at.
    const FARTHEST: usize = 48;
    let mut outer = std::iter::successors(node.parent(), Node::parent).take(FARTHEST);
    let class = outer.find(|outer| matches!(outer.kind(), "class_declaration" | "class"))?;
    let heritage = children(class).into_iter().find(|child| child.kind() == "class_heritage")?;
    let parent = text.get(heritage.byte_range())?;
    let is_row = parent.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "Model" | "BaseEntity"));
    class.child_by_field_name("name").filter(|_| is_row)
}

fn is_literal(node: Node<'_>) -> bool {
    is_function(node)
        || matches!(node.kind(), "string" | "template_string" | "number" | "true" | "false" | "null" | "array")
}
