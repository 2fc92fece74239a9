//! `CREATE TABLE`, `CREATE INDEX`, `CREATE VIEW`: declared columns, and those that constraints and options name.

use sqlparser::ast::{
    self, ColumnOption, CreateIndex, CreateTable, CreateTableOptions, CreateView, DataType, Expr, ForeignKeyConstraint,
    HiveDistributionStyle, IndexColumn, SqlOption, TableConstraint, TableOptionsClustered,
};

use super::expression::peel;
use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{ColumnDef, RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{
    Access, Dialect, Insert, InsertColumns, Lookup, ScopeId, Source, SourceRole, StatementKind, Usage,
};

impl Lowerer<'_> {
    /// A new scope whose first source is a table that DDL names, with the table's name and place if they are known.
    pub(super) fn schema_scope(&mut self, name: &ast::ObjectName) -> (ScopeId, Option<(ObjectName, Span)>) {
        let scope = self.new_scope(self.enclosing);
        let (relation, span) = self.named_relation(name, scope);
        let known = match &relation {
            crate::model::statement::Relation::Table(name) => Some((name.clone(), span)),
            _ => None,
        };
        let role = SourceRole::Target;
        self.add_source(scope, Source { relation, alias: None, columns: Vec::new(), span, role });
        (scope, known)
    }

    /// Adds another table that DDL names.
    pub(super) fn other_table(&mut self, name: &ast::ObjectName, scope: ScopeId) -> u32 {
        let (relation, span) = self.named_relation(name, scope);
        let role = SourceRole::Read;
        self.add_source(scope, Source { relation, alias: None, columns: Vec::new(), span, role })
    }

    /// Adds references of columns of the source at index `source` that DDL names.
    pub(super) fn schema_columns<'e>(
        &mut self,
        names: impl IntoIterator<Item = &'e ast::Ident>,
        source: u32,
        scope: ScopeId,
    ) {
        let place = Place::schema(scope).looking(Lookup::Only(source));
        for name in names {
            self.column(std::slice::from_ref(name), place);
        }
    }

    pub(super) fn create_table(&mut self, create: &CreateTable) -> StatementKind {
        let (scope, known) = self.schema_scope(&create.name);
        let mut columns: Vec<ColumnDef> =
            create.columns.iter().filter_map(|column| self.declared_column(column, scope)).collect();
        match &create.hive_distribution {
            HiveDistributionStyle::PARTITIONED { columns: more } => {
                columns.extend(more.iter().filter_map(|column| self.declared_column(column, scope)));
            }
            HiveDistributionStyle::SKEWED { columns, .. } => {
                self.schema_columns(columns.iter().map(|column| &column.name), 0, scope);
            }
            HiveDistributionStyle::NONE => {}
        }
        for constraint in &create.constraints {
            self.constraint(constraint, scope);
            if let TableConstraint::PrimaryKey(key) = constraint {
                for name in key.columns.iter().filter_map(indexed_name) {
                    let name = places::ident(name);
                    columns.iter_mut().filter(|column| column.name.matches(&name)).for_each(|column| {
                        column.not_null = true;
                    });
                }
            }
        }
        self.table_options(create, scope);
        let copied = create.inherits.iter().flatten().chain(&create.partition_of).chain(&create.clone);
        let like = create.like.as_ref().map(|like| match like {
            ast::CreateTableLikeKind::Parenthesized(like) | ast::CreateTableLikeKind::Plain(like) => &like.name,
        });
        let mut copies = Vec::new();
        for name in copied.chain(like) {
            self.other_table(name, scope);
            copies.extend(places::object_name(name));
        }
        let query = create.query.as_ref().map(|query| self.query(query, self.enclosing));
        let Some((table, _)) = known else { return StatementKind::CreateTable };
        let is_untyped = create.columns.iter().all(|column| column.data_type == DataType::Unspecified);
        match query {
            Some(query) if is_untyped => self.changes.push(SchemaChange::CreateFromQuery {
                relation: table,
                kind: RelationKind::Table,
                columns: columns.into_iter().map(|column| column.name).collect(),
                query,
            }),
            _ => {
                let names: Vec<Ident> = columns.iter().map(|column| column.name.clone()).collect();
                self.changes.push(SchemaChange::CreateTable {
                    table: table.clone(),
                    columns,
                    copies,
                    if_not_exists: create.if_not_exists,
                });
                self.declare_keys(create, &table);
                if let Some(query) = query {
                    // MySQL adds those of the query that are not declared; others fill the declared ones in order.
                    let columns = if self.places.dialect() == Dialect::Mysql { Vec::new() } else { names };
                    let kind = RelationKind::Table;
                    self.changes.push(SchemaChange::CreateFromQuery { relation: table, kind, columns, query });
                }
            }
        }
        StatementKind::CreateTable
    }

    /// The keys of a new table.
    fn declare_keys(&mut self, create: &CreateTable, table: &ObjectName) {
        for column in &create.columns {
            for option in &column.options {
                let primary = matches!(option.option, ColumnOption::PrimaryKey(_));
                if primary || matches!(option.option, ColumnOption::Unique(_)) {
                    self.declare_key(table, option.name.as_ref(), &[&column.name], primary);
                }
            }
        }
        for constraint in &create.constraints {
            self.constraint_key(constraint, table);
        }
    }

    /// The key that a constraint declares.
    pub(super) fn constraint_key(&mut self, constraint: &TableConstraint, table: &ObjectName) {
        let (name, columns, primary) = match constraint {
            TableConstraint::Unique(key) => (&key.name, &key.columns, false),
            TableConstraint::PrimaryKey(key) => (&key.name, &key.columns, true),
            _ => return,
        };
        if let Some(columns) = columns.iter().map(indexed_name).collect::<Option<Vec<_>>>() {
            self.declare_key(table, name.as_ref(), &columns, primary);
        }
    }

    /// Only `PostgreSQL` and its relatives name a constraint in other statements.
    fn declare_key(&mut self, table: &ObjectName, name: Option<&ast::Ident>, columns: &[&ast::Ident], primary: bool) {
        if !matches!(self.places.dialect(), Dialect::Postgres | Dialect::Generic) {
            return;
        }
        let given = name.map(places::ident);
        let made_up = || {
            let own = &table.last().text;
            if primary {
                return Ident::bare(format!("{own}_pkey"));
            }
            let names: Vec<&str> = columns.iter().map(|column| column.value.as_str()).collect();
            Ident::bare(format!("{own}_{}_key", names.join("_")))
        };
        self.changes.push(SchemaChange::DeclareKey {
            table: table.clone(),
            name: given.unwrap_or_else(made_up),
            columns: columns.iter().map(|column| places::ident(column)).collect(),
        });
    }

    /// What a column declaration says; a name known only at run time declares nothing.
    pub(super) fn declared_column(&mut self, column: &ast::ColumnDef, scope: ScopeId) -> Option<ColumnDef> {
        let named = self.column(std::slice::from_ref(&column.name), Place::schema(scope));
        let options: Vec<&ColumnOption> = column.options.iter().map(|option| &option.option).collect();
        for option in &options {
            self.column_option(option, scope);
        }
        named.map(|_| ColumnDef {
            name: places::ident(&column.name),
            span: self.span(&column.name),
            data_type: column.data_type.to_string(),
            not_null: options
                .iter()
                .any(|option| matches!(option, ColumnOption::NotNull | ColumnOption::PrimaryKey(_))),
            has_default: options.iter().any(|option| gives_value(option)) || is_serial(&column.data_type),
        })
    }

    /// The columns that an option of a column names.
    pub(super) fn column_option(&mut self, option: &ColumnOption, scope: ScopeId) {
        let place = Place::schema(scope);
        match option {
            // A bare word is a constant or a function: `DEFAULT CURRENT_USER`, `DEFAULT empty_blob`.
            ColumnOption::Default(value) | ColumnOption::OnUpdate(value)
                if matches!(peel(value), Expr::Identifier(_)) => {}
            ColumnOption::Default(value)
            | ColumnOption::OnUpdate(value)
            | ColumnOption::Materialized(value)
            | ColumnOption::Alias(value)
            | ColumnOption::Ephemeral(Some(value))
            | ColumnOption::Generated { generation_expr: Some(value), .. } => self.value(value, place),
            ColumnOption::Check(check) => self.condition(&check.expr, place),
            ColumnOption::ForeignKey(key) => self.foreign_key(key, scope),
            ColumnOption::Policy(
                ast::ColumnPolicy::MaskingPolicy(policy) | ast::ColumnPolicy::ProjectionPolicy(policy),
            ) => self.schema_columns(policy.using_columns.iter().flatten(), 0, scope),
            _ => {}
        }
    }

    fn foreign_key(&mut self, key: &ForeignKeyConstraint, scope: ScopeId) {
        self.schema_columns(&key.columns, 0, scope);
        let other = self.other_table(&key.foreign_table, scope);
        self.schema_columns(&key.referred_columns, other, scope);
    }

    /// The columns that a table constraint names.
    pub(super) fn constraint(&mut self, constraint: &TableConstraint, scope: ScopeId) {
        match constraint {
            TableConstraint::Unique(key) => {
                self.indexed(&key.columns, scope);
                self.schema_columns(&key.include, 0, scope);
            }
            TableConstraint::PrimaryKey(key) => {
                self.indexed(&key.columns, scope);
                self.schema_columns(&key.include, 0, scope);
            }
            TableConstraint::ForeignKey(key) => self.foreign_key(key, scope),
            TableConstraint::Check(check) => self.condition(&check.expr, Place::schema(scope)),
            TableConstraint::Index(index) => self.indexed(&index.columns, scope),
            TableConstraint::FulltextOrSpatial(index) => self.indexed(&index.columns, scope),
            TableConstraint::Exclude(exclude) => {
                for element in &exclude.elements {
                    self.indexed(std::slice::from_ref(&element.column), scope);
                }
                self.schema_columns(&exclude.include, 0, scope);
                if let Some(condition) = &exclude.where_clause {
                    self.condition(condition, Place::schema(scope));
                }
            }
            TableConstraint::PrimaryKeyUsingIndex(_) | TableConstraint::UniqueUsingIndex(_) => {}
        }
    }

    /// The columns and expressions of an index.
    fn indexed(&mut self, columns: &[IndexColumn], scope: ScopeId) {
        let place = Place::schema(scope);
        for column in columns {
            match indexed_name(column) {
                Some(name) => {
                    self.column(std::slice::from_ref(name), place);
                }
                None => self.value(&column.column.expr, place),
            }
        }
    }

    /// Columns that partitioning, sorting and clustering name.
    fn table_options(&mut self, create: &CreateTable, scope: ScopeId) {
        let place = Place::schema(scope);
        let keys = [&create.primary_key, &create.partition_by].into_iter().flatten().map(|expr| &**expr);
        let order = create.order_by.iter().flat_map(|order| order.iter());
        let cluster = create.cluster_by.iter().flat_map(|cluster| match cluster {
            ast::WrappedCollection::NoWrapping(items) | ast::WrappedCollection::Parentheses(items) => items,
        });
        let sort = create.distkey.iter().chain(create.sortkey.iter().flatten());
        self.list_items(keys.chain(order).chain(cluster).chain(sort), place);
        if let Some(clustered) = &create.clustered_by {
            self.schema_columns(&clustered.columns, 0, scope);
            self.order_by(clustered.sorted_by.iter().flatten(), place);
        }
        if let Some(policy) = &create.with_row_access_policy {
            self.schema_columns(&policy.on, 0, scope);
        }
        let (CreateTableOptions::With(options)
        | CreateTableOptions::Options(options)
        | CreateTableOptions::Plain(options)
        | CreateTableOptions::TableProperties(options)) = &create.table_options
        else {
            return;
        };
        for option in options {
            match option {
                SqlOption::Clustered(TableOptionsClustered::ColumnstoreIndexOrder(names)) => {
                    self.schema_columns(names, 0, scope);
                }
                SqlOption::Clustered(TableOptionsClustered::Index(names)) => {
                    self.schema_columns(names.iter().map(|index| &index.name), 0, scope);
                }
                SqlOption::Partition { column_name, .. } => self.schema_columns([column_name], 0, scope),
                _ => {}
            }
        }
    }

    pub(super) fn create_index(&mut self, create: &CreateIndex) -> StatementKind {
        let (scope, _) = self.schema_scope(&create.table_name);
        self.indexed(&create.columns, scope);
        self.schema_columns(&create.include, 0, scope);
        if let Some(predicate) = &create.predicate {
            self.condition(predicate, Place::schema(scope));
        }
        StatementKind::OtherSchema
    }

    pub(super) fn create_view(&mut self, create: &CreateView) -> StatementKind {
        let kind = if create.materialized { RelationKind::MaterializedView } else { RelationKind::View };
        let names: Vec<&ast::Ident> = create.columns.iter().map(|column| &column.name).collect();
        let query = self.view(&create.name, &names, &create.query, kind);
        if let Some(to) = &create.to {
            // ClickHouse: what the view selects is inserted into another table.
            let id = self.new_scope(None);
            let at = self.target(to, id) as usize;
            let columns = InsertColumns::Positional { count: None, span: self.scope(id).sources[at].span };
            self.scope_mut(id).insert = Some(Insert { columns, query: Some(query) });
        }
        StatementKind::CreateView
    }

    /// A view's scope, the change that makes it, and the scope of its query.
    pub(super) fn view(
        &mut self,
        name: &ast::ObjectName,
        names: &[&ast::Ident],
        query: &ast::Query,
        kind: RelationKind,
    ) -> ScopeId {
        let (scope, known) = self.schema_scope(name);
        self.schema_columns(names.iter().copied(), 0, scope);
        let query = self.query(query, self.enclosing);
        if let Some((relation, _)) = known {
            let columns = names.iter().map(|name| places::ident(name)).collect();
            self.changes.push(SchemaChange::CreateFromQuery { relation, kind, columns, query });
        }
        query
    }

    /// `SQLite`'s virtual tables: the arguments of full text search are its columns.
    pub(super) fn create_virtual_table(
        &mut self,
        name: &ast::ObjectName,
        module: &ast::Ident,
        arguments: &[ast::Ident],
        if_not_exists: bool,
    ) -> StatementKind {
        let (scope, known) = self.schema_scope(name);
        let mut columns = Vec::new();
        if module.value.to_ascii_lowercase().starts_with("fts") {
            for argument in arguments {
                if self.column(std::slice::from_ref(argument), Place::schema(scope)).is_some() {
                    let (name, span) = (places::ident(argument), self.span(argument));
                    let data_type = String::new();
                    columns.push(ColumnDef { name, span, data_type, not_null: false, has_default: false });
                }
            }
        }
        if let Some((table, _)) = known {
            self.changes.push(SchemaChange::CreateTable { table, columns, copies: Vec::new(), if_not_exists });
        }
        StatementKind::CreateTable
    }

    /// Adds the reference of a column of the source at `source` when there is no identifier in the tree for it.
    pub(super) fn schema_reference(&mut self, name: Ident, span: Span, source: u32, scope: ScopeId) {
        let place = Place { scope, access: Access::Both, usage: Usage::Schema, lookup: Lookup::Only(source) };
        self.refer(Vec::new(), name, span, place);
    }
}

/// The column of an index entry. `name(10)` is `MySQL`'s index of a prefix.
fn indexed_name(column: &IndexColumn) -> Option<&ast::Ident> {
    match peel(&column.column.expr) {
        Expr::Identifier(name) => Some(name),
        Expr::Function(function) => {
            let ast::FunctionArguments::List(list) = &function.args else { return None };
            let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(Expr::Value(value)))] = &list.args[..] else {
                return None;
            };
            match (&function.name.0[..], &value.value) {
                ([name], ast::Value::Number(..)) => name.as_ident(),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a column with this option has a value when none is given.
fn gives_value(option: &ColumnOption) -> bool {
    match option {
        ColumnOption::Default(_)
        | ColumnOption::Generated { .. }
        | ColumnOption::Identity(_)
        | ColumnOption::Materialized(_)
        | ColumnOption::Alias(_)
        | ColumnOption::Ephemeral(_) => true,
        ColumnOption::DialectSpecific(tokens) => tokens.iter().any(|token| {
            let word = token.to_string();
            word.eq_ignore_ascii_case("auto_increment") || word.eq_ignore_ascii_case("autoincrement")
        }),
        _ => false,
    }
}

/// `PostgreSQL`'s `serial` and its like.
fn is_serial(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Custom(name, _) if name.0.last().and_then(|part| part.as_ident()).is_some_and(|name| {
        ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"]
            .iter()
            .any(|serial| name.value.eq_ignore_ascii_case(serial))
    }))
}
