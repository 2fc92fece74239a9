//! Method calls, and the parts of a value that their names or first arguments name.

use tree_sitter::Node;

use super::function::access_of;
use super::{Lowering, parts, starts_upper};
use crate::extract::host::span_of;
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, TypeExpression, Use, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Methods whose first argument may name a part of their object, beside `getX`.
const NAMED_READ: &[&str] =
    &["get", "getOrDefault", "containsKey", "remove", "isNull", "findColumn", "join", "fetch", "path", "opt", "field"];

/// Methods whose first argument may name a part that they set, beside `updateX` and `putX`.
const NAMED_WRITE: &[&str] = &["put", "putIfAbsent", "computeIfAbsent", "set", "addValue", "replace", "with"];

/// Methods whose first argument is the name of a parameter of a statement.
const PARAMETERS: &[&str] =
    &["setParameter", "setParameterList", "registerStoredProcedureParameter", "bind", "bindList"];

/// Methods of queries, conditions and orders whose arguments name parts of the rows that are asked for.
const CONDITIONS: &[&str] = &[
    "eq",
    "ne",
    "neq",
    "gt",
    "ge",
    "gte",
    "lt",
    "le",
    "lte",
    "equal",
    "notEqual",
    "between",
    "notBetween",
    "like",
    "ilike",
    "notLike",
    "likeLeft",
    "likeRight",
    "notLikeLeft",
    "notLikeRight",
    "isNull",
    "isNotNull",
    "isEmpty",
    "isNotEmpty",
    "in",
    "notIn",
    "inSql",
    "notInSql",
    "eqProperty",
    "neProperty",
    "gtProperty",
    "ltProperty",
    "eqOrIsNull",
    "idEq",
    "andEqualTo",
    "andNotEqualTo",
    "andLike",
    "andNotLike",
    "andIn",
    "andNotIn",
    "andBetween",
    "andNotBetween",
    "andIsNull",
    "andIsNotNull",
    "andGreaterThan",
    "andGreaterThanOrEqualTo",
    "andLessThan",
    "andLessThanOrEqualTo",
    "orEqualTo",
    "orNotEqualTo",
    "orLike",
    "orNotLike",
    "orIn",
    "orNotIn",
    "orBetween",
    "orIsNull",
    "orIsNotNull",
    "orGreaterThan",
    "orGreaterThanOrEqualTo",
    "orLessThan",
    "orLessThanOrEqualTo",
    "orderBy",
    "orderByAsc",
    "orderByDesc",
    "asc",
    "desc",
    "groupBy",
    "groupProperty",
    "having",
    "select",
    "selectProperties",
    "excludeProperties",
    "property",
    "forName",
    "max",
    "min",
    "avg",
    "sum",
    "count",
    "countDistinct",
    "rowCount",
    "distinct",
    "createAlias",
    "createCriteria",
    "setFetchMode",
    "by",
    "ascending",
    "descending",
    "and",
    "or",
    "where",
    "withMatcher",
    "withIgnorePaths",
    "innerJoin",
    "leftJoin",
    "rightJoin",
    "fetchJoin",
    "addCriterion",
    "addOrder",
    "sorting",
];

/// Of these, those whose further arguments are names too.
const SEVERAL: &[&str] = &[
    "select",
    "orderBy",
    "orderByAsc",
    "orderByDesc",
    "groupBy",
    "by",
    "selectProperties",
    "excludeProperties",
    "and",
    "withIgnorePaths",
    "ascending",
    "descending",
    "eqProperty",
    "neProperty",
    "gtProperty",
    "ltProperty",
    "addCriterion",
];

/// Methods whose arguments name the columns that an insert fills: `SimpleJdbcInsert`.
const INSERTED: &[&str] = &["usingColumns"];

/// Arguments of one call that are looked at.
const MOST_NAMES: usize = 64;

/// The package of a library whose calls take columns as fields of generated classes.
const DYNAMIC_SQL: &str = "org.mybatis.dynamic.sql";

/// Classes of rows of drivers.
const ROWS: &[&str] = &["ResultSet", "SqlRowSet", "RowView", "Row", "RowSet", "CachedRowSet"];

/// Methods whose second argument names a part of the first.
const NAMED_SECOND: &[&str] =
    &["getProperty", "setProperty", "getSimpleProperty", "getFieldValue", "setFieldValue", "getField", "setField"];

impl<'t> Lowering<'t> {
    /// A call of a method, perhaps of an object that has been read.
    pub(super) fn invocation(&mut self, node: Node<'t>, object: Option<ExpressionId>) -> ExpressionId {
        let Some(name) = node.child_by_field_name("name") else { return self.opaque(node) };
        let called = self.text_of(name);
        let list = node.child_by_field_name("arguments");
        let takes_one = list.is_some_and(|list| parts(list).len() == 1);
        let access = accessed(called, takes_one);
        let callee = match object {
            Some(object) => self.method_of(object, name, access),
            None => self.own_method(name, access),
        };
        let types = node.child_by_field_name("type_arguments").map(|list| self.types_in(list)).unwrap_or_default();
        let arguments = list.map(|list| self.arguments(list)).unwrap_or_default();
        if called == "set" {
            self.set_by_reference(&arguments);
            self.set_by_path(&arguments);
        }
        self.set_by_constant(called, &arguments);
        self.named_part(object, called, &arguments);
        self.parameter_name(called, &arguments);
        let call = self.add_at(ExpressionKind::Call { callee, arguments: arguments.clone(), types }, node);
        self.named_in_condition(object, call, called, &arguments);
        if let Some(object) = object {
            self.flow(object, FlowTarget::Receiver(call));
        }
        self.flow_arguments(call, &arguments);
        call
    }

    fn method_of(&mut self, object: ExpressionId, name: Node<'t>, access: Access) -> ExpressionId {
        let whole = &self.code.expression(object);
        let span = whole.span.join(span_of(name));
        if !matches!(whole.kind, ExpressionKind::Text(_) | ExpressionKind::Scalar) {
            self.add_use(name, object, access, UseForm::Accessor);
        }
        self.add(ExpressionKind::Member { object, name: self.text_of(name).to_owned() }, span)
    }

    /// A method that is called without an object.
    fn own_method(&mut self, name: Node<'t>, access: Access) -> ExpressionId {
        let called = self.text_of(name);
        if let Some(method) = self.names.method(called) {
            let object = self.implied_this(method.class, span_of(name));
            self.add_use(name, object, access, UseForm::Accessor);
            return self.add_at(ExpressionKind::Member { object, name: called.to_owned() }, name);
        }
        if !self.names.is_imported(called) {
            self.inherited(name, access, UseForm::Accessor);
        }
        self.add_at(ExpressionKind::Name { name: called.to_owned(), class: self.class() }, name)
    }

    /// The arguments of a call.
    pub(super) fn arguments(&mut self, list: Node<'t>) -> Vec<ExpressionId> {
        parts(list).into_iter().map(|argument| self.expression(argument)).collect()
    }

    pub(super) fn flow_arguments(&mut self, call: ExpressionId, arguments: &[ExpressionId]) {
        for (at, argument) in arguments.iter().enumerate() {
            self.flow(*argument, FlowTarget::Argument(call, at as u32));
        }
    }

    /// `update.set(User::getFullName, x)` writes what the reference names.
    fn set_by_reference(&mut self, arguments: &[ExpressionId]) {
        let [first, _, ..] = arguments else { return };
        let reference = self.code.expression(*first);
        if !matches!(reference.kind, ExpressionKind::Function(_)) {
            return;
        }
        let end = reference.span.end;
        let is_named = |used: &&mut Use| used.form == UseForm::Accessor && used.span.end == end;
        if let Some(named) = self.code.uses.iter_mut().rev().take(4).find(is_named) {
            named.access = Access::Write;
        }
    }

    /// `update.set(root.get("fullName"), x)`, `update(user).set(user.fullName, x)`: a path whose last part the call writes.
    fn set_by_path(&mut self, arguments: &[ExpressionId]) {
        let [path, _] = arguments else { return };
        let is_of = |word: &str| self.code.imports.iter().any(|import| import.module.contains(word));
        let path = self.code.expression(*path);
        let is_path = match path.kind {
            ExpressionKind::Call { .. } => is_of("persistence.criteria"),
            ExpressionKind::Member { .. } => is_of("querydsl") || is_of("persistence.criteria"),
            _ => false,
        };
        let span = path.span;
        let is_named = |used: &&mut Use| {
            matches!(used.form, UseForm::Property | UseForm::Argument) && span.contains(used.span) && used.name != "get"
        };
        if let Some(named) = self.code.uses.iter_mut().rev().take(MOST_NAMES).find(is_named).filter(|_| is_path) {
            named.access = Access::Write;
        }
    }

    /// `update(USERS).set(USERS.FULL_NAME, x)`, `insertInto(USERS, USERS.ID, USERS.FULL_NAME)`, `columns(USERS.FULL_NAME)`:
    /// constants that stand for columns which the call writes.
    fn set_by_constant(&mut self, called: &str, arguments: &[ExpressionId]) {
        let written = match (called, arguments) {
            ("set" | "setValue" | "addValue", [column, _]) => std::slice::from_ref(column),
            ("insertInto" | "mergeInto", [_, columns @ ..]) => columns,
            ("columns", columns) => columns,
            // `update(user).set(fullName).equalTo(x)`, `insert(row).map(fullName).toProperty("fullName")`.
            ("set" | "map", [column]) if self.speaks_of(DYNAMIC_SQL) => std::slice::from_ref(column),
            _ => return,
        };
        for column in written.iter().take(MOST_NAMES) {
            let expression = self.code.expression(*column);
            let is_column = match &expression.kind {
                ExpressionKind::Member { name, .. } => arguments.len() == 1 || !name.chars().any(char::is_lowercase),
                ExpressionKind::Name { .. } => arguments.len() == 1,
                _ => false,
            };
            if !is_column {
                continue;
            }
            let end = expression.span.end;
            let is_named = |used: &&mut Use| used.form == UseForm::Property && used.span.end == end;
            if let Some(named) = self.code.uses.iter_mut().rev().take(MOST_NAMES * 4).find(is_named) {
                named.access = Access::Write;
            }
        }
    }

    fn speaks_of(&self, package: &str) -> bool {
        self.code.imports.iter().any(|import| import.module.starts_with(package))
    }

    /// `query.setParameter("fullName", x)`: the name of a statement's parameter, which is no part of anything.
    fn parameter_name(&mut self, called: &str, arguments: &[ExpressionId]) {
        if !PARAMETERS.contains(&called) {
            return;
        }
        if let Some((name, span)) = arguments.first().and_then(|first| self.constant(*first)) {
            let receiver = self.add(ExpressionKind::Scalar, span);
            self.code.uses.push(Use { span, name, receiver, access: Access::Read, form: UseForm::Argument });
        }
    }

    /// `rs.getString("full_name")`, `map.put("full_name", x)`, `getProperty(user, "fullName")`.
    fn named_part(&mut self, object: Option<ExpressionId>, called: &str, arguments: &[ExpressionId]) {
        let first = arguments.first().copied();
        if let (Some(object), Some(access), Some(first)) = (object, named_access(called), first) {
            if let Some((name, span)) = self.constant(first) {
                self.code.uses.push(Use { span, name, receiver: object, access, form: UseForm::Argument });
                return;
            }
            if self.named_by_constant(first, object, access) {
                return;
            }
        }
        // `stringOrNull(rows, Columns.FULL_NAME)`.
        if let [rows, name, ..] = arguments
            && self.is_row(*rows)
        {
            match self.constant(*name) {
                Some((name, span)) => {
                    let (receiver, access) = (*rows, Access::Read);
                    self.code.uses.push(Use { span, name, receiver, access, form: UseForm::Argument });
                }
                None => {
                    self.named_by_constant(*name, *rows, Access::Read);
                }
            }
            return;
        }
        // `JdbcSupport.getLocalDate(rows, "full_name")`.
        let is_helper = called.starts_with("get")
            && object.is_none_or(|object| match &self.code.expression(object).kind {
                ExpressionKind::Name { name, .. } => name.starts_with(char::is_uppercase),
                _ => false,
            })
            && arguments
                .first()
                .is_some_and(|first| matches!(self.code.expression(*first).kind, ExpressionKind::Variable(_)));
        if let ([object, name, ..], true) = (arguments, is_helper || NAMED_SECOND.contains(&called)) {
            let access = if called.starts_with("set") { Access::Write } else { Access::Read };
            if let Some((name, span)) = self.constant(*name) {
                self.code.uses.push(Use { span, name, receiver: *object, access, form: UseForm::Argument });
            }
        }
    }

    /// Whether a value is declared to be a row of a driver: `ResultSet rows`.
    fn is_row(&self, id: ExpressionId) -> bool {
        let ExpressionKind::Variable(variable) = self.code.expression(id).kind else { return false };
        let declared = self.code.variables[variable.0 as usize].declared;
        declared.is_some_and(|of| match &self.code.types[of.0 as usize] {
            TypeExpression::Named { name, .. } => ROWS.contains(&name.rsplit('.').next().unwrap_or(name)),
            _ => false,
        })
    }

    /// `rs.getString(Columns.FULL_NAME)`: a constant of another class names a part of the object. What it holds is told
    /// when other files are known.
    fn named_by_constant(&mut self, argument: ExpressionId, object: ExpressionId, access: Access) -> bool {
        let is_constant = |name: &str| name.len() > 1 && !name.chars().any(char::is_lowercase);
        let expression = self.code.expression(argument);
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Member { object: holder, name } if is_constant(name) => {
                // `User_.FULL_NAME` and `USERS.FULL_NAME` are generated, and say themselves whose they are.
                let is_class = match &self.code.expression(*holder).kind {
                    ExpressionKind::Name { name, .. } => {
                        starts_upper(name) && !is_constant(name) && !name.ends_with('_')
                    }
                    _ => false,
                };
                if !is_class {
                    return false;
                }
                let is_named = |used: &&mut Use| used.form == UseForm::Property && used.span.end == span.end;
                let Some(named) = self.code.uses.iter_mut().rev().take(MOST_NAMES).find(is_named) else { return false };
                (named.receiver, named.access, named.form) = (object, access, UseForm::Argument);
                true
            }
            ExpressionKind::Name { name, .. } if is_constant(name) && self.names.is_imported(name) => {
                let name = name.clone();
                self.code.uses.push(Use { span, name, receiver: object, access, form: UseForm::Argument });
                true
            }
            _ => false,
        }
    }

    /// `wrapper.eq("full_name", x)`, `Restrictions.eq("fullName", x)`, `Sort.by("fullName")`: a part of the object, or, when
    /// a class or nothing stands before the dot, of whatever the call's value is given to.
    fn named_in_condition(
        &mut self,
        object: Option<ExpressionId>,
        call: ExpressionId,
        called: &str,
        arguments: &[ExpressionId],
    ) {
        let is_order = |kind: &ExpressionKind| matches!(kind, ExpressionKind::Member { name, .. } if matches!(name.as_str(), "ASC" | "DESC"));
        let update = matches!(called, "set" | "setSql" | "update");
        let is_page = called == "of"
            && object.is_some_and(|object| {
                matches!(&self.code.expression(object).kind, ExpressionKind::Name { name, .. } if name == "PageRequest")
            });
        if !(CONDITIONS.contains(&called) || update || is_page || INSERTED.contains(&called)) {
            return;
        }
        // `Sort`, `Sort.Order`.
        let is_class = |object: ExpressionId| match &self.code.expression(object).kind {
            ExpressionKind::Name { name, .. } => {
                name.rsplit('.').next().is_some_and(|name| name.starts_with(char::is_uppercase))
            }
            ExpressionKind::Member { object, name } => {
                name.starts_with(char::is_uppercase)
                    && name.chars().any(char::is_lowercase)
                    && matches!(&self.code.expression(*object).kind, ExpressionKind::Name { name, .. } if name.starts_with(char::is_uppercase))
            }
            _ => false,
        };
        let receiver = match object {
            // `set` with an object is told by its name above.
            Some(object) if !is_class(object) => {
                if update {
                    return;
                }
                object
            }
            Some(_) => call,
            None if self.names.is_imported(called) || self.imports_conditions() => call,
            None => match self.class() {
                Some(class) if called == "addCriterion" => {
                    let start = self.code.expression(call).span;
                    self.implied_this(class, start)
                }
                _ => return,
            },
        };
        let is_written = update || INSERTED.contains(&called);
        let access = if is_written { Access::Write } else { Access::Read };
        let several = SEVERAL.contains(&called) || is_page || INSERTED.contains(&called);
        let first = if is_page { 2 } else { 0 };
        let arguments = arguments.get(first..).unwrap_or_default();
        let first = arguments.first().map_or(0, |first| usize::from(is_order(&self.code.expression(*first).kind)));
        let taken = if several { MOST_NAMES } else { 1 };
        for argument in arguments.iter().skip(first).take(taken) {
            for (name, span) in self.names_in(*argument) {
                self.code.uses.push(Use { span, name, receiver, access, form: UseForm::Argument });
            }
        }
    }

    /// Whether the file imports all static members of a class of conditions or orders:
    /// `import static org.hibernate.criterion.Restrictions.*`.
    fn imports_conditions(&self) -> bool {
        const WORDS: &[&str] = &["Restrictions", "Expression", "Projections", "Order", "SqlBuilder", "Conditions"];
        self.code.imports.iter().any(|import| {
            import.local.is_empty() && WORDS.iter().any(|word| import.module.rsplit('.').next() == Some(word))
        })
    }

    /// The names that a text lists: one, the parts of a path, several with commas between them, one before an operator.
    fn names_in(&self, id: ExpressionId) -> Vec<(String, Span)> {
        if let Some(only) = self.constant(id) {
            return vec![only];
        }
        let expression = self.code.expression(id);
        let ExpressionKind::Text(text) = &expression.kind else { return Vec::new() };
        let start = expression.span.start + 1;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let mut found = Vec::new();
        let mut at = 0;
        for part in text.split(',').take(MOST_NAMES) {
            let lead = part.len() - part.trim_start().len();
            let word = part.trim_start().split(|c: char| !is_word(c) && c != '.').next().unwrap_or("");
            let rest = part.trim_start()[word.len()..].trim_start();
            let name = word.rsplit('.').next().unwrap_or("");
            let is_name = !name.is_empty() && !name.starts_with(|c: char| c.is_numeric()) && !rest.starts_with('(');
            if is_name {
                let begin = start + (at + lead + word.len() - name.len()) as u32;
                found.push((name.to_owned(), Span { start: begin, end: begin + name.len() as u32 }));
            }
            at += part.len() + 1;
        }
        found
    }

    /// The name that a text is, and where it stands; also of a constant of this file that has one value.
    fn constant(&self, id: ExpressionId) -> Option<(String, Span)> {
        let mut expression = self.code.expression(id);
        let values: &[ExpressionId] = match &expression.kind {
            ExpressionKind::Variable(id) => &self.code.variables[id.0 as usize].values,
            ExpressionKind::Member { object, name } => match self.code.expression(*object).kind {
                ExpressionKind::This(class) | ExpressionKind::Class(class) => {
                    let place = self.names.field_of(class, name)?;
                    &self.code.classes[class.0 as usize].members[place as usize].values
                }
                _ => return None,
            },
            _ => &[],
        };
        if let [only] = values {
            expression = self.code.expression(*only);
        }
        let ExpressionKind::Text(text) = &expression.kind else { return None };
        // With the table's alias, as some drivers take it.
        let name = text.rsplit('.').next().filter(|_| text.matches('.').count() <= 1)?;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if name.is_empty() || name.starts_with(|c: char| c.is_numeric()) || !name.chars().all(is_word) {
            return None;
        }
        let end = expression.span.end.saturating_sub(1);
        Some((name.to_owned(), Span { start: end - name.len() as u32, end }))
    }
}

/// What a call does with the part that it is named after: a call with one argument may be a builder's.
fn accessed(name: &str, takes_one: bool) -> Access {
    access_of(name).unwrap_or(if takes_one { Access::Write } else { Access::Read })
}

/// What a method does with the part that its first argument names.
fn named_access(name: &str) -> Option<Access> {
    let after = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    if NAMED_WRITE.contains(&name) || after("update") || after("put") {
        Some(Access::Write)
    } else if NAMED_READ.contains(&name) || after("get") || after("opt") {
        Some(Access::Read)
    } else {
        None
    }
}
