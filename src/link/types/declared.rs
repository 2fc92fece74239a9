//! Types as code writes them, and the classes that their names mean.

use super::implementer::speaks_of;
use super::kind::{Bindings, Env, Part, RowNames, Type};
use super::library::Library;
use super::modules::is_in_package;
use super::row::accessed;
use super::{DEEPEST, Evaluator};
use crate::link::entities::written_package;
use crate::model::answer::Certainty;
use crate::model::code::{
    Class, ClassId, ClassKind, Code, Exported, ExpressionKind, Language, Member, OuterPart, TypeExpression, TypeId,
};
use crate::model::mapping::{MappedName, Mapping, MappingRole, generated, projected};
use crate::model::source::FileId;

/// Interfaces of one file that are looked at for what one inside of them shows.
const MOST_INTERFACES: usize = 64;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What a written type says.
    pub(super) fn declared(&self, file: FileId, id: TypeId, env: &Env<'s>, depth: u32) -> Type<'s> {
        let Some(code) = self.code(file).filter(|_| self.step(depth)) else { return Type::Unknown("too deep") };
        match &code.types[id.0 as usize] {
            TypeExpression::Named { name, arguments } => self.named(file, code, name, arguments, env, depth + 1),
            TypeExpression::Parameter(name) => {
                env.type_parameter(name).cloned().unwrap_or(Type::Unknown("a type parameter"))
            }
            TypeExpression::List(of) => Type::holding(self.declared(file, *of, env, depth + 1)),
            TypeExpression::Union(of) | TypeExpression::Intersection(of) => {
                Type::one_of(of.iter().map(|of| self.declared(file, *of, env, depth + 1)).collect::<Vec<_>>())
            }
            TypeExpression::Object(_) => Type::Shape(file, id, env.clone()),
            TypeExpression::Function { .. } => Type::Signature(file, id, env.clone()),
            TypeExpression::TypeOf(of) => match &code.expression(*of).kind {
                // `typeof users.$inferSelect`.
                ExpressionKind::Member { object, name } if name.starts_with("$infer") => {
                    self.type_of(file, *object, env, depth + 1).element()
                }
                _ => self.type_of(file, *of, env, depth + 1),
            },
            TypeExpression::Part { of, name } => {
                if let Some(row) = self.generated_part(code, *of, name) {
                    return row;
                }
                let of = self.declared(file, *of, env, depth + 1);
                // The key of a drizzle table that stands for the type of its rows.
                if name.is_empty() || name.starts_with("$infer") || name.starts_with('_') {
                    return of.element();
                }
                self.property(&of, name, depth + 1)
            }
            TypeExpression::Opaque => Type::Unknown("its type is not followed"),
        }
    }

    fn named(
        &self,
        file: FileId,
        code: &'s Code,
        name: &str,
        arguments: &[TypeId],
        env: &Env<'s>,
        depth: u32,
    ) -> Type<'s> {
        let library = Library::known();
        let simple = name.rsplit('.').next().unwrap_or(name);
        if arguments.is_empty() && library.is_plain(name) {
            return Type::Scalar;
        }
        if code.language == Language::Python && simple == "Self" {
            return Type::Unknown("something of the class that is asked");
        }
        if library.is_told_table(simple)
            && let Some(row) = arguments.first().and_then(|table| self.table_told(code, *table))
        {
            return row;
        }
        // Evaluated in the place that writes them, not in that of the class.
        let given: Vec<Type<'s>> = arguments.iter().map(|of| self.declared(file, *of, env, depth)).collect();
        if let Some((file, class)) = self.class_called(file, code, name, depth) {
            return self.instance(file, class, &given, depth);
        }
        if let Some(made) = self.of_function(simple, &given, depth) {
            return made;
        }
        // `z.infer<…>` of something that is not known is at least nothing that the code declares.
        let says_more = |of: &Type<'s>| !of.is_unknown() || simple == name;
        if library.is_transparent(simple) && given.first().is_some_and(says_more) {
            return given[0].clone();
        }
        if library.holds(simple) && !given.is_empty() {
            return Type::holding(given[given.len() - 1].clone());
        }
        if code.language == Language::Java
            && simple.starts_with('Q')
            && let Some(row) = self.query_class(file, simple)
        {
            return row;
        }
        if let Some(row) = self.generated(file, code, name, arguments.is_empty(), depth) {
            return row;
        }
        if code.language == Language::Java
            && let Some(row) = self.generated_record(code, simple)
        {
            return row;
        }
        // Whatever a wrapper of an unknown library is, it leads to the rows that it is told of.
        match given.iter().find(|of| of.has_rows()) {
            Some(rows) => Type::holding(rows.clone()),
            None => Type::Library(simple.into(), given.into()),
        }
    }

    /// `ReturnType<typeof f>`, `InstanceType<typeof C>`, `Parameters<typeof f>`.
    fn of_function(&self, name: &str, given: &[Type<'s>], depth: u32) -> Option<Type<'s>> {
        match (name, given.first()?) {
            ("ReturnType", function) => Some(self.returned_by(function, depth)),
            ("InstanceType", Type::Class(file, class)) => Some(self.instance(*file, *class, &[], depth)),
            ("Parameters", function) => {
                let taken = (0..4).filter_map(|at| self.taken_by(function, at, depth));
                Some(Type::holding(Type::one_of(taken.collect::<Vec<_>>())))
            }
            _ => None,
        }
    }

    /// A type that no file of the tree declares, because it is generated from the schema: a client's `User` or
    /// `Prisma.UserUpdateInput`, a generated row type.
    fn generated(&self, file: FileId, code: &'s Code, name: &str, plain: bool, depth: u32) -> Option<Type<'s>> {
        if code.language != Language::TypeScript || depth > DEEPEST {
            return None;
        }
        let system = self.system();
        let simple = name.rsplit('.').next().unwrap_or(name);
        let first = name.split('.').next().unwrap_or(name);
        let import = code.imports.iter().find(|import| import.local == first)?;
        let imported = match (&import.name, name.contains('.')) {
            (OuterPart::Named(original), false) => original.as_str(),
            _ => simple,
        };
        let stems = std::iter::once(imported).chain(Library::known().model_of(imported));
        for stem in stems {
            if let Some((declaring, mapping)) = system.entities.find_with_file(system.store, file, stem)
                && self.code(declaring).is_none_or(|code| code.classes.iter().all(|class| class.name != stem))
                && mapping.role == MappingRole::Entity
            {
                return self.mapped_row(declaring, mapping, None);
            }
            if plain
                && !self.is_of_another(file, &import.module, imported, depth)
                && let Some(relation) = self.relation_called(stem)
            {
                return Some(self.relation_row(relation, Certainty::Likely));
            }
        }
        None
    }

    /// Whether a name of a module belongs to a package outside of the tree, so that no schema of the tree has made it.
    fn is_of_another(&self, file: FileId, module: &str, name: &str, depth: u32) -> bool {
        let system = self.system();
        let Some(found) = self.types.modules.import(system.store, file, module) else {
            // Of what is not there, only files of the tree itself may be generated later.
            return !module.starts_with(['.', '#', '~']) && !module.starts_with("@/") && !module.contains("prisma");
        };
        let Some(code) = self.code(found).filter(|_| depth < DEEPEST && self.step(depth)) else { return false };
        code.exports.iter().take(512).any(|export| match &export.value {
            Exported::From { module, .. } if export.name == name => self.is_of_another(found, module, name, depth + 1),
            Exported::From { module, .. } if export.name == "*" => {
                self.types.modules.import(system.store, found, module).is_some()
                    && self.is_of_another(found, module, name, depth + 1)
            }
            _ => false,
        })
    }

    /// `Tables<"users">`: rows of the table that a type argument names.
    fn table_told(&self, code: &Code, argument: TypeId) -> Option<Type<'s>> {
        let TypeExpression::Named { name, arguments } = &code.types[argument.0 as usize] else { return None };
        let table = name.strip_prefix('"')?.strip_suffix('"').filter(|_| arguments.is_empty())?;
        self.row_of_table(table)
    }

    /// `Database["public"]["Tables"]["users"]["Row"]`.
    fn generated_part(&self, code: &Code, of: TypeId, name: &str) -> Option<Type<'s>> {
        let TypeExpression::Part { of, name: table } = &code.types[of.0 as usize] else { return None };
        let TypeExpression::Part { name: list, .. } = &code.types[of.0 as usize] else { return None };
        let library = Library::known();
        (library.is_row_part(name) && library.is_told_table(list)).then(|| self.row_of_table(table))?
    }

    fn row_of_table(&self, table: &str) -> Option<Type<'s>> {
        let name = crate::model::name::ObjectName::single(crate::model::name::Ident::bare(table));
        let relation = self.system().catalog.find(&name, &[]).map(crate::catalog::RelationKey::Declared)?;
        Some(self.relation_row(relation, Certainty::Certain))
    }

    /// An instance of a class of the tree: rows, when it is mapped.
    pub(super) fn instance(&self, file: FileId, class: ClassId, given: &[Type<'s>], depth: u32) -> Type<'s> {
        let Some(code) = self.code(file).filter(|_| self.step(depth)) else { return Type::Unknown("too deep") };
        let declared = &code.classes[class.0 as usize];
        if declared.kind == ClassKind::Enum {
            return Type::Scalar;
        }
        if let Some((mapping_file, mapping)) = self.mapping_of(file, code, class)
            && let Some(row) = self.mapped_row(mapping_file, mapping, Some((file, class)))
        {
            return row;
        }
        let may_be_row = match code.language {
            Language::TypeScript => true,
            Language::Java => ["Row", "Record"].iter().any(|word| declared.name.ends_with(word)),
            _ => false,
        };
        if may_be_row && let Some(row) = self.row_interface(declared) {
            return row;
        }
        if code.language == Language::Python
            && let Some((mapping_file, mapping)) = self.inherited_mapping(file, class, depth + 1)
            && let Some(row) = self.mapped_row(mapping_file, mapping, Some((file, class)))
        {
            return row;
        }
        let types = declared.type_parameters.iter().cloned().zip(given.iter().cloned()).collect();
        let env = Env::new(Bindings { types, parameters: Vec::new() });
        if declared.kind == ClassKind::Alias
            && let Some(alias) = declared.alias
        {
            return self.declared(file, alias, &env, depth + 1);
        }
        Type::Instance { file, class, env }
    }

    /// A declared type, or the rows that it is written for: when the value is what a statement gives, and most of what the
    /// type declares are columns of that, the type only spells them out.
    pub(super) fn rather_rows(&self, declared: Type<'s>, value: impl FnOnce() -> Type<'s>, depth: u32) -> Type<'s> {
        let Some(names) = self.own_names(&declared).filter(|names| names.len() > 1) else { return declared };
        let found = value();
        let Type::Row(row) = found.held() else { return declared };
        // What a statement calls by other names is spelled out as well.
        let is_projected = matches!(row.names, RowNames::Outputs(_));
        let is_column = |name: &&&String| match self.row_part(row, name, false) {
            Part::Columns(..) => true,
            Part::Other => is_projected,
            Part::Related(_) | Part::Nothing => false,
        };
        if row.certainty == Certainty::Certain && names.iter().filter(is_column).count() * 4 >= names.len() * 3 {
            if !self.step(depth) {
                return declared;
            }
            return found;
        }
        declared
    }

    /// The names that a type of the code declares itself.
    fn own_names(&self, of: &Type<'s>) -> Option<Vec<&'s String>> {
        match of.held() {
            Type::Instance { file, class, .. } => {
                let class = &self.code(*file)?.classes[class.0 as usize];
                let fields = class.members.iter().filter(|member| member.function.is_none());
                (class.kind == ClassKind::Interface).then(|| fields.map(|member| &member.name).collect())
            }
            Type::Shape(file, id, _) => match &self.code(*file)?.types[id.0 as usize] {
                TypeExpression::Object(members) => Some(members.iter().map(|(name, _)| name).collect()),
                _ => None,
            },
            // A row with names of others: `User & { teamName: string }`.
            Type::Union(options) => {
                let all: Vec<&String> = options.iter().filter_map(|of| self.own_names(of)).flatten().collect();
                (!all.is_empty()).then_some(all)
            }
            _ => None,
        }
    }

    /// Rows by their hand-written type: `UserRow`, `UsersTable`, when most of what it declares are columns of such a table.
    fn row_interface(&self, declared: &Class) -> Option<Type<'s>> {
        let is_type = matches!(declared.kind, ClassKind::Interface | ClassKind::Alias | ClassKind::Class);
        if !Library::known().says_row(&declared.name) || !is_type || declared.members.len() < 2 {
            return None;
        }
        let relation = self.relation_called(&declared.name)?;
        let is_column = |name: &str| matches!(self.relation_name(&relation, name), Part::Columns(..));
        let methods =
            declared.kind == ClassKind::Class && declared.members.iter().any(|member| member.function.is_none());
        let names = declared.members.iter().filter(|member| !(methods && member.function.is_some()));
        let names: Vec<&str> = names.map(|member| member.name.as_str()).collect();
        let columns = names.iter().filter(|name| is_column(name)).count();
        (columns * 3 >= names.len() * 2).then(|| self.relation_row(relation, Certainty::Likely))
    }

    /// The mapping of a class: one in its own file, or one that a file without such a class (XML, a schema language, a
    /// mapper's interface) makes of its name.
    fn mapping_of(&self, file: FileId, code: &Code, class: ClassId) -> Option<(FileId, &'s Mapping)> {
        let system = self.system();
        let declared = &code.classes[class.0 as usize];
        if declared.kind == ClassKind::Enum {
            return None;
        }
        let own = generated(&declared.name);
        if code.language == Language::Java
            && let Some(found) = system.entities.called(&own).find(|(mapping_file, _)| *mapping_file == file)
        {
            return Some(found);
        }
        if code.language == Language::Java && declared.kind == ClassKind::Interface {
            let of_interface = |(other, _): &(FileId, &'s Mapping)| {
                self.code(*other)
                    .is_some_and(|code| self.class_called(*other, code, &declared.name, 0) == Some((file, class)))
            };
            let shown = system.entities.called(&projected(&declared.name)).find(of_interface);
            return shown.or_else(|| self.shown_inside(code, &declared.name));
        }
        let mut outside = None;
        let mut only_named = None;
        for (mapping_file, mapping) in system.entities.called(&declared.name) {
            if mapping_file == file {
                return Some((mapping_file, mapping));
            }
            let same = system.store.file(mapping_file).repository == system.store.file(file).repository;
            let is_another = |other: &Code| other.classes.iter().any(|other| other.name == declared.name);
            if only_named.is_none() && same && self.is_only_named((mapping_file, mapping), (file, class)) {
                only_named = Some((mapping_file, mapping));
            }
            // Another name of an entity has no properties of its own, and is no class.
            let is_of_class = !mapping.properties.is_empty() && !self.code(mapping_file).is_some_and(is_another);
            let written = written_package(system.store.text(mapping_file), mapping);
            let is_in = |package| is_in_package(system.store, file, package);
            // A class of the same name in another package is another class.
            let is_of_class = is_of_class && written.is_none_or(is_in);
            if same && code.language == Language::Java && is_of_class {
                // Of several maps of a class, the one with most properties is its own.
                let is_fuller = |(_, own): (FileId, &Mapping)| mapping.properties.len() > own.properties.len();
                if outside.is_none_or(is_fuller) {
                    outside = Some((mapping_file, mapping));
                }
            }
        }
        outside.or(only_named)
    }

    /// The mapping that an interface shows which a getter of another one in its file gives: the entity that the property
    /// of the getter's name leads to.
    fn shown_inside(&self, code: &Code, name: &str) -> Option<(FileId, &'s Mapping)> {
        let system = self.system();
        let gives = |member: &&Member| {
            let returns = member.function.and_then(|function| code.functions[function.0 as usize].returns);
            returns.is_some_and(|of| speaks_of(code, of, name, 0))
        };
        let outer = code.classes.iter().filter(|outer| outer.kind == ClassKind::Interface && outer.name != name);
        outer.take(MOST_INTERFACES).find_map(|outer| {
            let (shown_in, shown) = system.entities.called(&projected(&outer.name)).next()?;
            let member = outer.members.iter().find(gives)?;
            let property = accessed(&member.name)
                .into_iter()
                .find_map(|name| system.entities.property(system.store, shown_in, shown, &name))?;
            let found = system.entities.find_with_file(system.store, shown_in, property.property.target.as_deref()?)?;
            (found.1.role == MappingRole::Entity && found.1.entity != name).then_some(found)
        })
    }

    /// The mapping of a class of Python that adds nothing to that of a class that it extends: it has its table. A class
    /// that checks what is sent has only the names of the rows.
    fn inherited_mapping(&self, file: FileId, class: ClassId, depth: u32) -> Option<(FileId, &'s Mapping)> {
        let code = self.code(file).filter(|_| self.step(depth))?;
        let declared = &code.classes[class.0 as usize];
        declared.parents.iter().take(8).find_map(|parent| {
            let TypeExpression::Named { name, .. } = &code.types[parent.0 as usize] else { return None };
            let (file, class) = self.class_called(file, code, name, depth + 1)?;
            let code = self.code(file)?;
            let is_model = |(_, mapping): &(FileId, &Mapping)| {
                mapping.role == MappingRole::Entity && mapping.table != MappedName::None
            };
            match self.mapping_of(file, code, class) {
                Some(found) => Some(found).filter(is_model).filter(|_| !self.is_schema(file, class, depth + 1)),
                None => self.inherited_mapping(file, class, depth + 1),
            }
        })
    }

    /// Whether a class of Python extends one that checks what is sent: `SQLModel`, pydantic's `BaseModel`.
    fn is_schema(&self, file: FileId, class: ClassId, depth: u32) -> bool {
        let Some(code) = self.code(file).filter(|_| self.step(depth)) else { return true };
        code.classes[class.0 as usize].parents.iter().take(8).any(|parent| {
            let TypeExpression::Named { name, .. } = &code.types[parent.0 as usize] else { return false };
            match self.class_called(file, code, name, depth + 1) {
                Some((file, class)) => self.is_schema(file, class, depth + 1),
                None => matches!(name.rsplit('.').next(), Some("SQLModel" | "BaseModel")),
            }
        })
    }

    /// Whether a mapper says that a class stands for rows, which says nothing of it itself, and there is such a table.
    fn is_only_named(&self, (file, mapping): (FileId, &'s Mapping), class: (FileId, ClassId)) -> bool {
        let system = self.system();
        let is_bare = mapping.properties.is_empty() && mapping.parent.is_none() && mapping.table == MappedName::Implied;
        is_bare
            && system
                .entities
                .table(system.store, file, &system.catalog, mapping)
                .is_some_and(|table| system.catalog.find(&table, &[]).is_some())
            && self.code(file).is_some_and(|code| self.class_called(file, code, &mapping.entity, 0) == Some(class))
    }

    /// The class that a name means in a file.
    pub(super) fn class_called(
        &self,
        file: FileId,
        code: &'s Code,
        name: &str,
        depth: u32,
    ) -> Option<(FileId, ClassId)> {
        if depth > DEEPEST {
            return None;
        }
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let found = match code.language {
            Language::Java => self.java_class(file, code, first),
            Language::TypeScript => self.module_class(file, code, first, rest, depth),
            Language::Python => self.python_class(file, code, name, depth),
            Language::Template => None,
        };
        if let (Some((file, class)), Some(rest), Language::Java) = (found, rest, code.language) {
            let outer = self.code(file)?;
            let inner = rest.rsplit('.').next().unwrap_or(rest);
            return class_of(outer, inner).map(|inner| (file, inner)).or(Some((file, class)));
        }
        if found.is_none() && code.language == Language::Java && rest.is_some() {
            // Fully qualified.
            let (package, simple) = name.rsplit_once('.')?;
            return self.java_class_in(package, simple);
        }
        found
    }

    fn java_class(&self, file: FileId, code: &'s Code, name: &str) -> Option<(FileId, ClassId)> {
        if let Some(class) = class_of(code, name) {
            return Some((file, class));
        }
        if let Some(import) = code.imports.iter().find(|import| import.local == name) {
            let original = match &import.name {
                OuterPart::Named(original) => original,
                _ => name,
            };
            return self.java_class_in(&import.module, original);
        }
        let system = self.system();
        let candidates = self.types.modules.java_files(name);
        let own = code.package.as_deref().unwrap_or("");
        let packages = std::iter::once(own).chain(
            code.imports.iter().filter(|import| import.name == OuterPart::All).map(|import| import.module.as_str()),
        );
        for package in packages {
            let found = candidates.iter().find(|&&id| is_in_package(system.store, id, package));
            if let Some(found) = found.and_then(|&id| Some((id, class_of(self.code(id)?, name)?))) {
                return Some(found);
            }
        }
        // Inner classes of the file's own superclasses.
        code.classes
            .iter()
            .flat_map(|class| &class.parents)
            .filter_map(|parent| match &code.types[parent.0 as usize] {
                TypeExpression::Named { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .filter(|parent| *parent != name)
            .take(8)
            .find_map(|parent| {
                let import = code.imports.iter().find(|import| import.local == parent)?;
                let (id, _) = self.java_class_in(&import.module, parent)?;
                Some((id, class_of(self.code(id)?, name)?))
            })
    }

    /// A class of a package; the last parts of what is taken for the package may be classes around it.
    pub(super) fn java_class_in(&self, package: &str, name: &str) -> Option<(FileId, ClassId)> {
        let system = self.system();
        let direct = self.types.modules.java_files(name).iter();
        let found = direct.copied().find(|&id| is_in_package(system.store, id, package));
        if let Some(id) = found {
            return Some((id, class_of(self.code(id)?, name)?));
        }
        let (outer_package, outer) = package.rsplit_once('.')?;
        let mut files = self.types.modules.java_files(outer).iter().copied();
        let id = files.find(|&id| is_in_package(system.store, id, outer_package))?;
        Some((id, class_of(self.code(id)?, name)?))
    }

    fn module_class(
        &self,
        file: FileId,
        code: &'s Code,
        first: &str,
        rest: Option<&str>,
        depth: u32,
    ) -> Option<(FileId, ClassId)> {
        if rest.is_none()
            && let Some(class) = class_of(code, first)
        {
            return Some((file, class));
        }
        let import = code.imports.iter().find(|import| import.local == first)?;
        let module = self.types.modules.import(self.system().store, file, &import.module)?;
        let wanted = match (&import.name, rest) {
            (OuterPart::All, Some(rest)) => OuterPart::Named(rest.to_owned()),
            (name, None) => name.clone(),
            _ => return None,
        };
        self.exported_class(module, &wanted, depth + 1)
    }

    /// A class of Python by its name, with the modules before it.
    fn python_class(&self, file: FileId, code: &'s Code, name: &str, depth: u32) -> Option<(FileId, ClassId)> {
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if rest.is_none()
            && let Some(class) = class_of(code, first)
        {
            return Some((file, class));
        }
        let import = code.imports.iter().find(|import| import.local == first);
        if import.is_none() && rest.is_none() {
            let all = code.imports.iter().filter(|import| import.local.is_empty()).take(16);
            return all
                .filter_map(|import| self.types.modules.import(self.system().store, file, &import.module))
                .find_map(|module| self.exported_class(module, &OuterPart::Named(first.to_owned()), depth + 1));
        }
        let import = import?;
        let module = self.types.modules.import(self.system().store, file, &import.module);
        match (&import.name, rest) {
            (OuterPart::Named(_), None) => self.exported_class(module?, &import.name, depth + 1),
            // `models.User` after `from app import models`, `app.models.User` after `import app.models`.
            (_, Some(rest)) => {
                let inner = match &import.name {
                    OuterPart::Named(part) => {
                        let dot = if import.module.ends_with('.') { "" } else { "." };
                        let whole = format!("{}{dot}{part}", import.module);
                        self.types.modules.import(self.system().store, file, &whole)
                    }
                    _ => module,
                }?;
                let (path, class) = rest.rsplit_once('.').map_or((None, rest), |(path, class)| (Some(path), class));
                let inner = match path {
                    Some(path) => path
                        .split('.')
                        .try_fold(inner, |at, part| self.types.modules.python_part(self.system().store, at, part))?,
                    None => inner,
                };
                self.exported_class(inner, &OuterPart::Named(class.to_owned()), depth + 1)
            }
            _ => None,
        }
    }

    fn exported_class(&self, file: FileId, part: &OuterPart, depth: u32) -> Option<(FileId, ClassId)> {
        if !self.step(depth) {
            return None;
        }
        let code = self.code(file)?;
        let name = match part {
            OuterPart::Named(name) => name.as_str(),
            OuterPart::Default => "default",
            OuterPart::All => return None,
        };
        for export in code.exports.iter().filter(|export| export.name == name) {
            match &export.value {
                Exported::Class(class) => return Some((file, *class)),
                Exported::Expression(value) => {
                    if let ExpressionKind::Class(class) = code.expression(*value).kind {
                        return Some((file, class));
                    }
                    if let ExpressionKind::Name { name, .. } = &code.expression(*value).kind
                        && let Some(found) = self.class_called(file, code, name, depth + 1)
                    {
                        return Some(found);
                    }
                }
                Exported::From { module, name } => {
                    let module = self.types.modules.import(self.system().store, file, module)?;
                    return self.exported_class(module, name, depth + 1);
                }
            }
        }
        let all = code.exports.iter().filter(|export| export.name == "*");
        all.take(256).find_map(|export| {
            let Exported::From { module, .. } = &export.value else { return None };
            let module = self.types.modules.import(self.system().store, file, module)?;
            self.exported_class(module, part, depth + 1)
        })
    }
}

/// The class of that simple name in a file: the outermost one.
fn class_of(code: &Code, name: &str) -> Option<ClassId> {
    let named = |(_, class): &(usize, &crate::model::code::Class)| class.name == name;
    let found = code.classes.iter().enumerate().filter(named).min_by_key(|(_, class)| class.outer.is_some());
    found.map(|(at, _)| ClassId(at as u32))
}
