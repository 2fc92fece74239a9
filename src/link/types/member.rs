//! Named parts of values.

use super::Evaluator;
use super::kind::{Env, Part, RowNames, Type};
use super::library::{Gives, Library};
use crate::model::code::{ClassId, ClassKind, ExpressionKind, Language, OuterPart, TypeExpression};
use crate::model::source::FileId;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What a property of a value is.
    pub(super) fn property(&self, of: &Type<'s>, name: &str, depth: u32) -> Type<'s> {
        if !self.step(depth) {
            return Type::Unknown("too deep");
        }
        match of {
            Type::Row(row) => match self.row_part(row, name, false) {
                // A column that refers to another row stands for that row.
                Part::Columns(..) => self.related(row, name).unwrap_or(Type::Scalar),
                Part::Related(row) => row,
                Part::Other => Type::Unknown("a part of a row that is no column"),
                // `users.c`, `frame.loc`, `User.objects`: the same rows by another way.
                Part::Nothing if Library::known().is_way(name) => of.clone(),
                Part::Nothing => {
                    if let Some((file, class)) = row.names.class()
                        && let Some(found) = self.property_of_instance(file, class, &Env::default(), name, depth + 1)
                    {
                        return found;
                    }
                    match &row.names {
                        // The result of a driver: its rows are one of its properties.
                        RowNames::Outputs(_) | RowNames::Relation(_) => of.clone(),
                        RowNames::Mapping { .. } | RowNames::Embedded { .. } => {
                            Type::Unknown("a part of a row that is no column")
                        }
                    }
                }
            },
            Type::Of(inner) => {
                if Library::known().method(name) == Some(Gives::Scalar) {
                    return Type::Scalar;
                }
                match self.property(inner, name, depth + 1) {
                    Type::Unknown(_) => of.clone(),
                    found => found,
                }
            }
            Type::Instance { file, class, env } => self
                .property_of_instance(*file, *class, env, name, depth + 1)
                .unwrap_or(Type::Unknown("a part that its class does not declare")),
            Type::Class(file, class) => {
                // Attributes of a mapped class of Python stand for those of its rows.
                if let Some(rows) = self.rows_of_class(*file, *class, depth + 1) {
                    let found = self.property(&rows, name, depth + 1);
                    let is_column =
                        matches!(self.part(&rows, name, false, depth + 1).0, Part::Columns(..) | Part::Related(_));
                    if is_column || !found.is_unknown() {
                        return found;
                    }
                    let own = self.static_part(*file, *class, name, depth + 1);
                    return if own.is_unknown() || matches!(own, Type::Library(..)) {
                        Type::holding(rows)
                    } else {
                        own
                    };
                }
                self.static_part(*file, *class, name, depth + 1)
            }
            Type::Object(file, id, env) => {
                let Some(code) = self.code(*file) else { return Type::Unknown("its file is not followed") };
                let ExpressionKind::Object { properties, spreads } = &code.expression(*id).kind else {
                    return Type::Unknown("no object");
                };
                if let Some(found) = properties.iter().rev().find(|property| property.name == name) {
                    return self.type_of(*file, found.value, env, depth + 1);
                }
                spreads
                    .iter()
                    .rev()
                    .take(16)
                    .map(|spread| self.type_of(*file, *spread, env, depth + 1))
                    .map(|spread| self.property(&spread, name, depth + 1))
                    .find(|found| !found.is_unknown())
                    .unwrap_or(Type::Unknown("a part that its object does not have"))
            }
            Type::Shape(file, id, env) => {
                let Some(code) = self.code(*file) else { return Type::Unknown("its file is not followed") };
                let TypeExpression::Object(members) = &code.types[id.0 as usize] else {
                    return Type::Unknown("no object type");
                };
                match members.iter().find(|(own, _)| own == name) {
                    Some((_, of)) => self.declared(*file, *of, env, depth + 1),
                    None => Type::Unknown("a part that its type does not have"),
                }
            }
            Type::Module(file) => self.exported(*file, &OuterPart::Named(name.to_owned()), depth + 1),
            Type::Union(options) => {
                Type::one_of(options.iter().map(|option| self.property(option, name, depth + 1)).collect::<Vec<_>>())
            }
            Type::Library(..) => Type::Unknown("a part of something of a library"),
            Type::Function(..) | Type::Signature(..) => Type::Unknown("a part of a function"),
            Type::Scalar => Type::Scalar,
            Type::Unknown(why) => Type::Unknown(why),
        }
    }

    /// The rows that a class of Python is mapped to: what is asked of the class is asked of them.
    pub(super) fn rows_of_class(&self, file: FileId, class: ClassId, depth: u32) -> Option<Type<'s>> {
        let code = self.code(file).filter(|code| code.language == Language::Python)?;
        code.classes.get(class.0 as usize)?;
        let made = self.instance(file, class, &[], depth + 1);
        matches!(made, Type::Row(_)).then_some(made)
    }

    pub(super) fn static_part(&self, file: FileId, class: ClassId, name: &str, depth: u32) -> Type<'s> {
        if let Some((file, member)) = self.member_of(file, class, name, depth) {
            if let Some(function) = member.function {
                return Type::Function(file, function, Env::default());
            }
            return self.field(file, member, &Env::default(), depth);
        }
        let Some(code) = self.code(file) else { return Type::Unknown("its file is not followed") };
        let inner = code.classes.iter().position(|inner| inner.name == name && inner.outer == Some(class));
        match inner {
            Some(inner) => Type::Class(file, ClassId(inner as u32)),
            None if code.classes[class.0 as usize].kind == ClassKind::Enum => Type::Scalar,
            None => Type::Unknown("a static part that its class does not declare"),
        }
    }

    fn field(&self, file: FileId, member: &crate::model::code::Member, env: &Env<'s>, depth: u32) -> Type<'s> {
        let declared = member.declared.map(|declared| self.declared(file, declared, env, depth + 1));
        match declared {
            Some(declared) if declared.is_telling() => declared,
            declared => {
                let values = member.values.iter().take(8);
                let found =
                    Type::one_of(values.map(|value| self.type_of(file, *value, env, depth + 1)).collect::<Vec<_>>());
                match declared {
                    Some(declared) if !found.has_rows() => declared,
                    _ => found,
                }
            }
        }
    }

    /// What a member of an instance is; `None` when neither its class nor a base of the tree declares it.
    pub(super) fn property_of_instance(
        &self,
        file: FileId,
        class: ClassId,
        env: &Env<'s>,
        name: &str,
        depth: u32,
    ) -> Option<Type<'s>> {
        let code = self.code(file).filter(|_| self.step(depth))?;
        let declared = &code.classes[class.0 as usize];
        let own = declared.members.iter().filter(|member| member.name == name);
        // A record's accessor has the name of its component.
        if let Some(member) = own.max_by_key(|member| member.function.is_some() && !member.is_getter) {
            return Some(match member.function {
                Some(function) if member.is_getter => {
                    let getter = &code.functions[function.0 as usize];
                    match getter.returns {
                        Some(returns) => self.declared(file, returns, env, depth + 1),
                        None => Type::one_of(
                            getter
                                .returned
                                .iter()
                                .take(8)
                                .map(|value| self.type_of(file, *value, env, depth + 1))
                                .collect::<Vec<_>>(),
                        ),
                    }
                }
                Some(function) => Type::Function(file, function, env.clone()),
                None => self.field(file, member, env, depth),
            });
        }
        let inherited =
            declared.parents.iter().take(16).find_map(|parent| match self.declared(file, *parent, env, depth + 1) {
                Type::Instance { file, class, env } => self.property_of_instance(file, class, &env, name, depth + 1),
                row @ Type::Row(_) => match self.property(&row, name, depth + 1) {
                    Type::Unknown(_) => None,
                    found => Some(found),
                },
                shape @ (Type::Shape(..) | Type::Object(..)) => match self.property(&shape, name, depth + 1) {
                    Type::Unknown(_) => None,
                    found => Some(found),
                },
                _ => None,
            });
        inherited.or_else(|| {
            let asked = self.asked_instead(file, class, name, depth)?;
            Some(self.property(&asked, name, depth + 1)).filter(|found| !found.is_unknown())
        })
    }

    /// What a class of Python asks for the names that it does not have: `return getattr(self.row, name)`.
    fn asked_instead(&self, file: FileId, class: ClassId, name: &str, depth: u32) -> Option<Type<'s>> {
        let code = self.code(file).filter(|code| code.language == Language::Python && !name.starts_with('_'))?;
        let declared = &code.classes[class.0 as usize];
        let function = declared.members.iter().find(|member| member.name == "__getattr__")?.function?;
        let returned = code.functions[function.0 as usize].returned.iter().take(4);
        let all = returned.map(|value| self.type_of(file, *value, &Env::default(), depth + 1)).collect::<Vec<_>>();
        Some(Type::one_of(all)).filter(Type::has_rows)
    }

    /// What a name on a value means for the columns, and of what: the evidence in words, empty when nothing is known.
    pub(super) fn part(&self, of: &Type<'s>, name: &str, is_accessor: bool, depth: u32) -> (Part<'s>, String) {
        if !self.step(depth) {
            return (Part::Nothing, String::new());
        }
        match of {
            Type::Row(row) => (self.row_part(row, name, is_accessor), row.evidence.to_string()),
            Type::Of(of) => self.part(of, name, is_accessor, depth + 1),
            Type::Union(options) => {
                let mut best = (Part::Nothing, String::new());
                for option in options.iter() {
                    let found = self.part(option, name, is_accessor, depth + 1);
                    match (&mut best.0, found.0) {
                        // Whichever it is, the name is a column of each.
                        (Part::Columns(columns, sure), Part::Columns(more, other)) => {
                            let new: Vec<_> = more.into_iter().filter(|column| !columns.contains(column)).collect();
                            columns.extend(new);
                            *sure = (*sure).min(other);
                        }
                        (Part::Columns(..), _) => {}
                        (_, part @ Part::Columns(..)) => best = (part, found.1),
                        (_, part) if best.1.is_empty() => best = (part, found.1),
                        _ => {}
                    }
                }
                best
            }
            Type::Instance { file, class, env } => self.part_of_instance(*file, *class, env, name, is_accessor, depth),
            Type::Class(file, class) => {
                if let Some(rows) = self.rows_of_class(*file, *class, depth + 1) {
                    return self.part(&rows, name, is_accessor, depth + 1);
                }
                if let Some(found) = self.constant_part(*file, *class, name, depth) {
                    return found;
                }
                let name = self.code(*file).map_or(String::new(), |code| code.classes[class.0 as usize].name.clone());
                (Part::Other, format!("the class {name} itself"))
            }
            Type::Object(file, id, env) => {
                let Some(code) = self.code(*file) else { return (Part::Nothing, String::new()) };
                let ExpressionKind::Object { properties, spreads } = &code.expression(*id).kind else {
                    return (Part::Nothing, String::new());
                };
                if properties.iter().any(|property| property.name == name) {
                    return (Part::Other, "an object made here".to_owned());
                }
                for spread in spreads.iter().take(16) {
                    let of = self.type_of(*file, *spread, env, depth + 1);
                    let found = self.part(&of, name, is_accessor, depth + 1);
                    if matches!(found.0, Part::Columns(..)) {
                        return found;
                    }
                }
                (Part::Other, "an object made here".to_owned())
            }
            Type::Shape(..) => (Part::Other, "an object of a type of its own".to_owned()),
            Type::Function(..) | Type::Signature(..) => (Part::Other, "a function".to_owned()),
            Type::Module(_) => (Part::Other, "a module".to_owned()),
            Type::Library(name, given) => match given.iter().find(|of| of.has_rows()) {
                Some(rows) => self.part(rows, name, is_accessor, depth + 1),
                None => (Part::Other, format!("{name}, which the scanned code does not declare")),
            },
            Type::Scalar => (Part::Other, "a plain value".to_owned()),
            Type::Unknown(_) => (Part::Nothing, String::new()),
        }
    }

    /// A constant of a class that stands for a part of a row: `static final SqlColumn<String> fullName = user.fullName`.
    fn constant_part(&self, file: FileId, class: ClassId, name: &str, depth: u32) -> Option<(Part<'s>, String)> {
        self.code(file).filter(|code| code.language == Language::Java)?;
        let (declaring, member) = self.member_of(file, class, name, depth + 1)?;
        let value = *member.values.first().filter(|_| member.is_static)?;
        let ExpressionKind::Member { object, name } = &self.code(declaring)?.expression(value).kind else {
            return None;
        };
        let whole = self.type_of(declaring, *object, &Env::default(), depth + 1);
        let found = whole.has_rows().then(|| self.part(&whole, name, false, depth + 1))?;
        matches!(found.0, Part::Columns(..)).then_some(found)
    }

    fn part_of_instance(
        &self,
        file: FileId,
        class: ClassId,
        env: &Env<'s>,
        name: &str,
        is_accessor: bool,
        depth: u32,
    ) -> (Part<'s>, String) {
        let Some(code) = self.code(file) else { return (Part::Nothing, String::new()) };
        let declared = &code.classes[class.0 as usize];
        if declared.kind == ClassKind::Interface
            && code.language == Language::Java
            && let Some(found) = self.implemented_part((file, class), name, is_accessor, depth)
        {
            return found;
        }
        let names = if is_accessor { super::row::accessed(name) } else { vec![name.to_owned()] };
        let own = declared.members.iter().any(|member| names.contains(&member.name));
        if own {
            return (Part::Other, declared.name.clone());
        }
        for parent in declared.parents.iter().take(16) {
            match self.declared(file, *parent, env, depth + 1) {
                Type::Library(..) | Type::Unknown(_) => {}
                // What has the fields of a mapped class for its own, a schema of what is sent, is no row.
                Type::Row(row) if code.language == Language::Python => {
                    if !matches!(self.row_part(&row, name, is_accessor), Part::Nothing) {
                        return (Part::Other, declared.name.clone());
                    }
                }
                parent => {
                    let found = self.part(&parent, name, is_accessor, depth + 1);
                    if matches!(found.0, Part::Columns(..)) {
                        return found;
                    }
                }
            }
        }
        if let Some(asked) = self.asked_instead(file, class, name, depth) {
            return self.part(&asked, name, is_accessor, depth + 1);
        }
        (Part::Other, declared.name.clone())
    }
}
