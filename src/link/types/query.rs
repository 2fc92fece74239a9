//! Queries that code puts together of names: which rows a condition, an order, a path or a lambda is about.

use std::collections::HashSet;

use super::Evaluator;
use super::kind::{Env, Part, RowNames, Type};
use super::library::Library;
use crate::catalog::RelationKey;
use crate::link::resolve::relation_key;
use crate::model::answer::Certainty;
use crate::model::code::{
    ClassId, ClassKind, Code, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Import, Language, OuterPart,
    TypeExpression, TypeId, Use,
};
use crate::model::mapping::MappingRole;
use crate::model::name::{Ident, ObjectName};
use crate::model::source::FileId;

/// Places that a condition is followed through.
const MOST_PLACES: usize = 64;

/// What a class that is generated beside an entity puts behind its name.
const BESIDE: &[&str] = &["Example", "Criteria"];

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// A class that is generated of an entity when the code is built: `QUser`, whose parts are paths from a row, and
    /// `User_`, whose parts are the row's.
    pub(super) fn query_class(&self, file: FileId, name: &str) -> Option<Type<'s>> {
        let simple = name.rsplit('.').next().unwrap_or(name);
        let path = simple.strip_prefix('Q').filter(|rest| rest.starts_with(char::is_uppercase));
        let entity = path.or_else(|| simple.strip_suffix('_'))?;
        let row = self.entity_row(file, entity)?;
        Some(if path.is_some() { Type::holding(row) } else { row })
    }

    fn entity_row(&self, file: FileId, entity: &str) -> Option<Type<'s>> {
        let system = self.system();
        let (declaring, mapping) = system.entities.find_with_file(system.store, file, entity)?;
        (mapping.role == MappingRole::Entity).then(|| self.mapped_row(declaring, mapping, None))?
    }

    /// The table that a constant of a class stands for which is generated from the schema when the code is built:
    /// `import static shop.jooq.Tables.USERS`, `Tables.USERS`, `Users.USERS` of `shop.jooq.tables.Users`.
    pub(super) fn generated_table(&self, code: &Code, holder: Option<&str>, name: &str) -> Option<Type<'s>> {
        let is_constant = name.len() > 1 && !name.chars().any(char::is_lowercase);
        if code.language != Language::Java || !is_constant || !speaks_of_jooq(code) {
            return None;
        }
        let is_tables = |module: &str| {
            let mut parts = module.rsplit('.');
            parts.next() == Some("Tables") || parts.next() == Some("tables")
        };
        let is_told = code.imports.iter().any(|import| match holder {
            None => (import.local == name || import.name == OuterPart::All) && is_tables(&import.module),
            Some(holder) if import.local == holder => {
                holder == "Tables" || import.module.rsplit('.').next() == Some("tables")
            }
            Some(holder) => {
                import.name == OuterPart::All
                    && (holder == "Tables" || import.module.rsplit('.').next() == Some("tables"))
            }
        });
        let table = ObjectName::single(Ident::bare(name));
        let relation = self.system().catalog.find(&table, &[]).filter(|_| is_told)?;
        Some(self.relation_row(RelationKey::Declared(relation), Certainty::Likely))
    }

    /// The rows of a class that is generated in the same way, a record's or the table's own: `UsersRecord` of
    /// `shop.jooq.tables.records`.
    pub(super) fn generated_record(&self, code: &Code, class: &str) -> Option<Type<'s>> {
        let stem = class.strip_suffix("Record").unwrap_or(class);
        let is_there = |module: &str| {
            let mut parts = module.rsplit('.');
            match parts.next() {
                Some("records" | "pojos") => parts.next() == Some("tables"),
                last => last == Some("tables") && speaks_of_jooq(code),
            }
        };
        let is_told =
            |import: &Import| (import.local == class || import.name == OuterPart::All) && is_there(&import.module);
        if stem.is_empty() || !code.imports.iter().any(is_told) {
            return None;
        }
        Some(self.relation_row(self.relation_called(stem)?, Certainty::Likely))
    }

    /// A static member that a Java file imports by its name, or with all others of its class.
    pub(super) fn imported_member(&self, file: FileId, code: &'s Code, name: &str, depth: u32) -> Option<Type<'s>> {
        let of_class = |module: &str| {
            let (package, class) = module.rsplit_once('.')?;
            if !class.starts_with(char::is_uppercase) {
                return None;
            }
            if let Some((declaring, class)) = self.java_class_in(package, class) {
                return Some(self.static_part(declaring, class, name, depth + 1)).filter(|found| !found.is_unknown());
            }
            self.query_class(file, class)
        };
        let named = code.imports.iter().find(|import| import.local == name && import.name != OuterPart::All);
        if let Some(import) = named {
            return of_class(&import.module);
        }
        code.imports.iter().filter(|import| import.name == OuterPart::All).take(64).find_map(|import| {
            // A class of the tree has such a member or not; one that is generated may have any.
            let (package, class) = import.module.rsplit_once('.')?;
            self.java_class_in(package, class).and_then(|_| of_class(&import.module))
        })
    }

    /// The rows that a name given to a path leads to: `root.join("team")`, `root.get(User_.team)`.
    pub(super) fn path_to(&self, of: &Type<'s>, code: &Code, argument: ExpressionId) -> Option<Type<'s>> {
        let name = match &code.expression(argument).kind {
            ExpressionKind::Text(text) => text.as_str(),
            ExpressionKind::Member { name, .. } => name.as_str(),
            _ => return None,
        };
        let Type::Row(row) = of.element() else { return None };
        match self.row_part(&row, name, false) {
            Part::Related(row) => Some(Type::holding(row)),
            Part::Columns(..) => self.related(&row, name).map(Type::holding),
            Part::Other | Part::Nothing => None,
        }
    }

    /// What the path before a name in a string leads to: `region.` in `Sort.by("region.code")`.
    pub(super) fn path_before(&self, file: FileId, of: &Type<'s>, found: &Use) -> Option<Type<'s>> {
        let before = self.system().store.text(file).get(..found.span.start as usize)?.strip_suffix('.')?;
        let start = before.rfind('"')? + 1;
        let path = before.get(start..)?;
        let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !path.split('.').all(is_word) {
            return None;
        }
        self.along(file, of, path, found.span.start as usize, 0)
    }

    /// What a path leads to from rows, or from what an alias before byte `at` of the file stands for.
    fn along(&self, file: FileId, of: &Type<'s>, path: &str, at: usize, depth: u32) -> Option<Type<'s>> {
        let mut of = of.element();
        for (index, step) in path.split('.').take(8).enumerate() {
            let mut next = self.property(&of, step, depth).element();
            if index == 0
                && !next.has_rows()
                && let Some(meant) = self.by_alias(file, &of, step, at, depth)
            {
                next = meant;
            }
            of = next;
        }
        of.has_rows().then_some(of)
    }

    /// What an alias of Hibernate's criteria stands for: `createAlias("team", "t")`, `createCriteria(User.class, "u")`. The
    /// nearest that stands before.
    fn by_alias(&self, file: FileId, of: &Type<'s>, alias: &str, at: usize, depth: u32) -> Option<Type<'s>> {
        if !self.step(depth + 1) {
            return None;
        }
        let text = self.system().store.text(file).get(..at)?;
        let wanted = format!("\"{alias}\"");
        text.rmatch_indices(&wanted).take(MOST_PLACES).find_map(|(start, _)| {
            let before = text[..start].trim_end().strip_suffix(',')?.trim_end();
            let list = before.rfind('(')?;
            let method = before[..list].trim_end();
            let is_made = |names: &[&str]| names.iter().any(|name| method.ends_with(name));
            let given = before[list + 1..].trim();
            if let Some(class) = given.strip_suffix(".class") {
                let class = class.rsplit('.').next().unwrap_or(class);
                return is_made(&["createCriteria", "forClass"]).then(|| self.entity_row(file, class))?;
            }
            let path = given.strip_prefix('"')?.strip_suffix('"')?;
            is_made(&["createAlias", "createCriteria"]).then(|| self.along(file, of, path, start, depth + 1))?
        })
    }

    /// A column by its own name, of rows of a mapped class: queries may be told names of either kind.
    pub(super) fn column_called(&self, of: &Type<'s>, name: &str, depth: u32) -> Option<(Part<'s>, String)> {
        if !self.step(depth) {
            return None;
        }
        match of {
            Type::Of(of) => self.column_called(of, name, depth + 1),
            Type::Union(options) => options.iter().find_map(|option| self.column_called(option, name, depth + 1)),
            Type::Row(row) => {
                let RowNames::Mapping { table, .. } = &row.names else { return None };
                let system = self.system();
                let relation = relation_key(&system.catalog, table, &system.database.search_path());
                match self.relation_name(&relation, name) {
                    found @ Part::Columns(..) => Some((found, row.evidence.to_string())),
                    _ => None,
                }
            }
            Type::Instance { file, class, .. } => {
                let row = self.beside(*file, *class)?;
                match self.part(&row, name, false, depth + 1) {
                    found @ (Part::Columns(..), _) => Some(found),
                    _ => self.column_called(&row, name, depth + 1),
                }
            }
            _ => None,
        }
    }

    /// The rows that a class of conditions is generated for: `UserExample` and the classes inside of it.
    fn beside(&self, file: FileId, class: ClassId) -> Option<Type<'s>> {
        let code = self.code(file)?;
        let mut class = &code.classes[class.0 as usize];
        for _ in 0..8 {
            let Some(outer) = class.outer else { break };
            class = &code.classes[outer.0 as usize];
        }
        let entity = BESIDE.iter().find_map(|word| class.name.strip_suffix(word))?;
        self.entity_row(file, entity)
    }

    /// What a condition or an order is about: the rows of what its call is given to, which may be another condition.
    pub(super) fn asked_of(&self, file: FileId, code: &'s Code, call: ExpressionId, depth: u32) -> Option<Type<'s>> {
        let env = Env::default();
        let index = self.index(file, code);
        let mut seen: HashSet<ExpressionId> = HashSet::new();
        let mut open = vec![call];
        while let Some(id) = open.pop() {
            if seen.len() >= MOST_PLACES || !seen.insert(id) {
                continue;
            }
            for target in index.flows.get(&id).into_iter().flatten() {
                match target {
                    FlowTarget::Argument(outer, _) => {
                        let of = match &code.expression(*outer).kind {
                            ExpressionKind::Call { callee, .. } => match &code.expression(*callee).kind {
                                ExpressionKind::Member { object, .. } => self.type_of(file, *object, &env, depth + 1),
                                _ => Type::Unknown("a function"),
                            },
                            ExpressionKind::New { class, .. } => self.declared(file, *class, &env, depth + 1),
                            _ => continue,
                        };
                        match self.rows_behind(&of, depth + 1) {
                            Some(rows) => return Some(rows),
                            None => open.push(*outer),
                        }
                    }
                    FlowTarget::Receiver(outer) | FlowTarget::Part(outer) | FlowTarget::Spread(outer) => {
                        open.push(*outer);
                    }
                    FlowTarget::Variable(variable) => {
                        open.extend(index.variables.get(variable).into_iter().flatten());
                    }
                    FlowTarget::Declared(of) => {
                        let of = self.declared(file, *of, &env, depth + 1);
                        if of.has_rows() {
                            return Some(of.element());
                        }
                    }
                    FlowTarget::Returned(function) => {
                        let returns = code.functions[function.0 as usize].returns;
                        let of = returns.map(|of| self.declared(file, of, &env, depth + 1));
                        if let Some(of) = of.filter(Type::has_rows) {
                            return Some(of.element());
                        }
                    }
                    FlowTarget::Property(..) | FlowTarget::Key(..) => {}
                }
            }
        }
        None
    }

    /// The rows that something holds, or that a repository is for.
    fn rows_behind(&self, of: &Type<'s>, depth: u32) -> Option<Type<'s>> {
        match of {
            Type::Row(_) | Type::Of(_) if of.has_rows() => Some(of.element()),
            Type::Instance { file, class, env } => self.rows_of_parents(*file, *class, env, depth),
            Type::Union(options) => options.iter().find_map(|option| self.rows_behind(option, depth)),
            _ => None,
        }
    }

    /// What parameter `at` of a lambda gets in a place of a declared type: `Specification<User>`, `Function<User, String>`,
    /// an interface of the tree with one method.
    pub(super) fn lambda_parameter(
        &self,
        (file, of): (FileId, TypeId),
        env: &Env<'s>,
        at: u32,
        depth: u32,
    ) -> Option<Type<'s>> {
        let code = self.code(file).filter(|code| code.language == Language::Java && self.step(depth))?;
        let TypeExpression::Named { name, arguments } = &code.types[of.0 as usize] else { return None };
        let simple = name.rsplit('.').next().unwrap_or(name);
        if let Some(at) = Library::known().functional(simple, at as usize) {
            return arguments.get(at).map(|of| self.declared(file, *of, env, depth + 1));
        }
        let Type::Instance { file, class, env } = self.declared(file, of, env, depth + 1) else { return None };
        let code = self.code(file)?;
        let class = &code.classes[class.0 as usize];
        let mut methods = class.members.iter().filter(|member| !member.is_static).filter_map(|member| member.function);
        let (only, None) = (methods.next()?, methods.next()) else { return None };
        let parameter = *code.functions[only.0 as usize].parameters.get(at as usize)?;
        let declared = code.variables[parameter.0 as usize].declared.filter(|_| class.kind == ClassKind::Interface)?;
        Some(self.declared(file, declared, &env, depth + 1))
    }

    /// What parameter `at` of a lambda gets that is argument `position` of a constructor of `count` parameters.
    pub(super) fn given_to_constructor(
        &self,
        file: FileId,
        code: &'s Code,
        (class, count): (TypeId, usize),
        position: u32,
        at: u32,
        depth: u32,
    ) -> Option<Type<'s>> {
        let TypeExpression::Named { name, .. } = &code.types[class.0 as usize] else { return None };
        let (declaring, class) = self.class_called(file, code, name, depth + 1)?;
        let own = self.code(declaring)?;
        let constructors = own.functions.iter().filter(|function| function.class == Some(class));
        constructors.filter(|function| function.name == "<init>" && function.parameters.len() == count).find_map(
            |function| {
                let parameter = *function.parameters.get(position as usize)?;
                let declared = own.variables[parameter.0 as usize].declared?;
                self.lambda_parameter((declaring, declared), &Env::default(), at, depth + 1)
            },
        )
    }

    /// The methods of that name that a call with so many arguments may mean, of the nearest class that has any.
    pub(super) fn overloads(
        &self,
        (file, class): (FileId, ClassId),
        env: &Env<'s>,
        (name, count): (&str, usize),
        depth: u32,
    ) -> Option<Type<'s>> {
        let code = self.code(file).filter(|code| code.language == Language::Java && self.step(depth))?;
        let declared = &code.classes[class.0 as usize];
        let own: Vec<FunctionId> = declared
            .members
            .iter()
            .filter(|member| member.name == name)
            .filter_map(|member| member.function)
            .take(MOST_PLACES)
            .collect();
        if own.is_empty() {
            return declared.parents.iter().take(16).find_map(|parent| {
                match self.declared(file, *parent, env, depth + 1) {
                    Type::Instance { file, class, env } => {
                        self.overloads((file, class), &env, (name, count), depth + 1)
                    }
                    Type::Row(row) => self.overloads(row.names.class()?, &Env::default(), (name, count), depth + 1),
                    _ => None,
                }
            });
        }
        let takes = |id: &&FunctionId| code.functions[id.0 as usize].parameters.len() == count;
        let fitting: Vec<FunctionId> = own.iter().filter(takes).copied().collect();
        let chosen = if fitting.is_empty() { own } else { fitting };
        Some(Type::one_of(chosen.into_iter().map(|id| Type::Function(file, id, env.clone()))))
    }
}

/// Whether a file uses jOOQ.
fn speaks_of_jooq(code: &Code) -> bool {
    code.imports.iter().any(|import| import.module.starts_with("org.jooq"))
}
