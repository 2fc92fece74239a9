//! Migrations of Alembic and Django.
//! <https://alembic.sqlalchemy.org/en/latest/ops.html>, <https://docs.djangoproject.com/en/stable/ref/migration-operations/>

use tree_sitter::Node;

use super::ddl::{Ddl, Named};
use crate::extract::Input;
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::Direction;

/// Adds the statements that the operations of a migration stand for.
pub(super) fn read(input: Input<'_>, facts: &mut FileFacts) {
    let Some(tree) = input.tree(&tree_sitter_python::LANGUAGE.into()) else { return };
    let app = app_of(input.path);
    let mut reader = Reader { text: input.text, app, facts, batches: Vec::new(), backward: 0..0 };
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        reader.meet(node);
        if cursor.goto_first_child() || cursor.goto_next_sibling() {
            continue;
        }
        loop {
            if !cursor.goto_parent() {
                return;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

/// The app of a Django migration: the folder above `migrations`.
fn app_of(path: &str) -> &str {
    let mut parts = path.rsplit('/').skip_while(|part| *part != "migrations");
    parts.nth(1).unwrap_or("")
}

struct Reader<'a, 't> {
    text: &'t str,
    app: &'a str,
    facts: &'a mut FileFacts,
    /// `with op.batch_alter_table('users') as batch_op`: the name, the table, and where the block ends.
    batches: Vec<(&'t str, Named, usize)>,
    /// Where `downgrade` stands.
    backward: std::ops::Range<usize>,
}

/// The arguments of a call.
struct Call<'t> {
    texts: Vec<Option<Named>>,
    nodes: Vec<Node<'t>>,
    keywords: Vec<(&'t str, Node<'t>)>,
}

impl<'t> Reader<'_, 't> {
    fn of(&self, node: Node<'_>) -> &'t str {
        Span::new(node.start_byte(), node.end_byte()).of(self.text)
    }

    fn meet(&mut self, node: Node<'t>) {
        match node.kind() {
            "function_definition" => {
                let name = node.child_by_field_name("name").map_or("", |name| self.of(name));
                if name == "downgrade" {
                    self.backward = node.byte_range();
                }
            }
            "as_pattern" => {
                self.batch(node);
            }
            "call" => {
                self.call(node);
            }
            _ => {}
        }
    }

    fn batch(&mut self, node: Node<'t>) -> Option<()> {
        let call = node.named_child(0).filter(|call| call.kind() == "call")?;
        let (_, name) = self.callee(call)?;
        let alias = node.child_by_field_name("alias").map(|alias| self.of(alias))?;
        let table = self.arguments(call)?.texts.into_iter().next()??;
        let mut block = node;
        while block.kind() != "with_statement" {
            block = block.parent()?;
        }
        (name == "batch_alter_table").then(|| self.batches.push((alias, table, block.end_byte())))
    }

    /// Receiver and method of `receiver.method(…)`.
    fn callee(&self, call: Node<'t>) -> Option<(&'t str, &'t str)> {
        let function = call.child_by_field_name("function").filter(|function| function.kind() == "attribute")?;
        let object = function.child_by_field_name("object")?;
        let name = function.child_by_field_name("attribute")?;
        Some((self.of(object), self.of(name)))
    }

    fn arguments(&self, call: Node<'t>) -> Option<Call<'t>> {
        let list = call.child_by_field_name("arguments")?;
        let mut found = Call { texts: Vec::new(), nodes: Vec::new(), keywords: Vec::new() };
        for argument in list.named_children(&mut list.walk()) {
            match argument.kind() {
                "keyword_argument" => {
                    let name = argument.child_by_field_name("name").map(|name| self.of(name));
                    found.keywords.extend(name.zip(argument.child_by_field_name("value")));
                }
                "comment" => {}
                _ => {
                    found.texts.push(self.string(argument));
                    found.nodes.push(argument);
                }
            }
        }
        Some(found)
    }

    /// A plain string.
    fn string(&self, node: Node<'_>) -> Option<Named> {
        if node.kind() != "string" || node.named_children(&mut node.walk()).any(|part| part.kind() == "interpolation") {
            return None;
        }
        let content = node.named_children(&mut node.walk()).find(|part| part.kind() == "string_content")?;
        let span = Span::new(content.start_byte(), content.end_byte());
        Some(Named::new(span.of(self.text), span))
    }

    fn call(&mut self, node: Node<'t>) -> Option<()> {
        let (receiver, name) = self.callee(node)?;
        let call = self.arguments(node)?;
        let at = node.start_byte();
        let direction = if self.backward.contains(&at) { Direction::Backward } else { Direction::Forward };
        if receiver == "migrations" {
            return self.django(name, &call, at as u32, direction);
        }
        let batch = self.batches.iter().rev().find(|(alias, _, end)| *alias == receiver && at < *end);
        let table = batch.map(|(_, table, _)| table.clone());
        if receiver == "op" || table.is_some() {
            return self.alembic(name, &call, table.as_ref(), direction);
        }
        None
    }

    fn keyword(&self, call: &Call<'t>, name: &str) -> Option<Node<'t>> {
        call.keywords.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    fn keyword_text(&self, call: &Call<'t>, name: &str) -> Option<Named> {
        self.string(self.keyword(call, name)?)
    }

    fn keyword_is(&self, call: &Call<'t>, name: &str, word: &str) -> bool {
        self.keyword(call, name).is_some_and(|value| self.of(value) == word)
    }

    fn alembic(&mut self, name: &str, call: &Call<'t>, batch: Option<&Named>, direction: Direction) -> Option<()> {
        // In a batch, the table is not among the arguments.
        let shift = usize::from(batch.is_none());
        let text = |at: usize| call.texts.get(at).cloned().flatten();
        let table = |at: usize| {
            let table = batch.cloned().or_else(|| text(at))?;
            Some(match self.keyword_text(call, "schema") {
                Some(schema) => Named::new(format!("{}.{}", schema.text, table.text), table.span),
                None => table,
            })
        };
        let alter = |table: &Named| Ddl::at(table.span.start).word("ALTER TABLE ").name(table);
        let mut made = Vec::new();
        match name {
            "drop_column" => {
                made.push(alter(&table(0)?).word(" DROP COLUMN ").name(&text(shift)?));
            }
            "drop_table" => {
                let table = table(0)?;
                made.push(Ddl::at(table.span.start).word("DROP TABLE ").name(&table));
            }
            "rename_table" => made.push(alter(&table(0)?).word(" RENAME TO ").name(&text(1)?)),
            "alter_column" => {
                let (table, column) = (table(0)?, text(shift)?);
                let change = || alter(&table).word(" ALTER COLUMN ").name(&column);
                if let Some(kind) = self.keyword(call, "type_") {
                    made.push(change().word(" TYPE ").data_type(&self.type_of(kind)));
                }
                if self.keyword_is(call, "nullable", "False") {
                    made.push(change().word(" SET NOT NULL"));
                }
                if self.keyword_is(call, "nullable", "True") {
                    made.push(change().word(" DROP NOT NULL"));
                }
                if let Some(default) = self.keyword(call, "server_default") {
                    let drops = self.of(default) == "None";
                    made.push(change().word(if drops { " DROP DEFAULT" } else { " SET DEFAULT NULL" }));
                }
                if let Some(new) = self.keyword_text(call, "new_column_name") {
                    made.push(alter(&table).word(" RENAME COLUMN ").name(&column).word(" TO ").name(&new));
                }
            }
            "add_column" => {
                let column = self.column(*call.nodes.get(shift)?)?;
                made.push(self.definition(alter(&table(0)?).word(" ADD COLUMN "), &column));
            }
            "create_table" => {
                let table = table(0)?;
                let mut ddl = Ddl::at(table.span.start).word("CREATE TABLE ").name(&table).word(" (");
                let columns: Vec<_> = call.nodes.iter().skip(1).filter_map(|node| self.column(*node)).collect();
                for (at, column) in columns.iter().enumerate() {
                    ddl = self.definition(if at > 0 { ddl.word(", ") } else { ddl }, column);
                }
                made.push(ddl.word(")"));
            }
            "create_unique_constraint" => {
                let columns = self.strings(*call.nodes.get(1 + shift)?);
                let table = batch.cloned().or_else(|| text(1))?;
                made.push(alter(&table).word(" ADD UNIQUE (").names(&columns).word(")"));
            }
            _ => {}
        }
        for ddl in made {
            ddl.give(self.facts, direction);
        }
        Some(())
    }

    fn strings(&self, list: Node<'t>) -> Vec<Named> {
        list.named_children(&mut list.walk()).filter_map(|item| self.string(item)).collect()
    }

    /// `sa.Column('name', sa.Text(), nullable=False)`: its name and arguments.
    fn column(&self, node: Node<'t>) -> Option<(Named, Call<'t>)> {
        if node.kind() != "call" {
            return None;
        }
        let function = node.child_by_field_name("function").map(|function| self.of(function))?;
        let call = self.arguments(node)?;
        let name = call.texts.first().cloned().flatten()?;
        (function == "Column" || function.ends_with(".Column")).then_some((name, call))
    }

    fn definition(&self, ddl: Ddl, (name, call): &(Named, Call<'t>)) -> Ddl {
        let kind = call.nodes.get(1).map_or_else(String::new, |kind| self.type_of(*kind));
        let mut ddl = ddl.name(name).word(" ").data_type(&kind);
        if self.keyword_is(call, "nullable", "False") {
            ddl = ddl.word(" NOT NULL");
        }
        if self.keyword(call, "server_default").is_some() || self.keyword(call, "autoincrement").is_some() {
            ddl = ddl.word(" DEFAULT NULL");
        }
        ddl
    }

    /// `sa.String(length=50)` is `String`.
    fn type_of(&self, node: Node<'t>) -> String {
        let name = self.of(node).split('(').next().unwrap_or("");
        name.rsplit('.').next().unwrap_or("").to_owned()
    }

    /// The table of a Django model, by Django's own rule.
    fn model(&self, name: &Named) -> Named {
        let table = format!("{}_{}", self.app, name.text.to_lowercase());
        Named::new(table.trim_start_matches('_'), name.span)
    }

    fn django(&mut self, name: &str, call: &Call<'t>, start: u32, direction: Direction) -> Option<()> {
        let text =
            |key: &str, at: usize| self.keyword_text(call, key).or_else(|| call.texts.get(at).cloned().flatten());
        let alter = |table: &Named| Ddl::at(start).word("ALTER TABLE ").name(table);
        let mut made = Vec::new();
        match name {
            "RemoveField" => {
                let (table, field) = (self.model(&text("model_name", 0)?), text("name", 1)?);
                made.push(alter(&table).word(" DROP COLUMN ").name(&field));
            }
            "RenameField" => {
                let table = self.model(&text("model_name", 0)?);
                let (old, new) = (text("old_name", 1)?, text("new_name", 2)?);
                made.push(alter(&table).word(" RENAME COLUMN ").name(&old).word(" TO ").name(&new));
            }
            "DeleteModel" => made.push(Ddl::at(start).word("DROP TABLE ").name(&self.model(&text("name", 0)?))),
            "RenameModel" => {
                let (old, new) = (self.model(&text("old_name", 0)?), self.model(&text("new_name", 1)?));
                made.push(alter(&old).word(" RENAME TO ").name(&new));
            }
            "AddField" => {
                let (table, field) = (self.model(&text("model_name", 0)?), text("name", 1)?);
                let value = self.keyword(call, "field").or_else(|| call.nodes.get(2).copied());
                made.push(self.field(alter(&table).word(" ADD COLUMN "), &field, value));
            }
            "CreateModel" => {
                let table = match self.option(call, "db_table") {
                    Some(table) => table,
                    None => self.model(&text("name", 0)?),
                };
                let list = self.keyword(call, "fields").or_else(|| call.nodes.get(1).copied())?;
                let mut ddl = Ddl::at(start).word("CREATE TABLE ").name(&table).word(" (");
                let mut number = 0;
                for pair in list.named_children(&mut list.walk()).filter(|pair| pair.kind() == "tuple") {
                    let Some(field) = pair.named_child(0).and_then(|field| self.string(field)) else { continue };
                    ddl = self.field(if number > 0 { ddl.word(", ") } else { ddl }, &field, pair.named_child(1));
                    number += 1;
                }
                made.push(ddl.word(")"));
            }
            "AlterModelTable" => {
                let (table, new) = (self.model(&text("name", 0)?), text("table", 1)?);
                made.push(alter(&table).word(" RENAME TO ").name(&new));
            }
            _ => {}
        }
        for ddl in made {
            ddl.give(self.facts, direction);
        }
        Some(())
    }

    /// A key of `options={…}`.
    fn option(&self, call: &Call<'t>, key: &str) -> Option<Named> {
        let options = self.keyword(call, "options")?;
        options.named_children(&mut options.walk()).find_map(|pair| {
            let name = self.string(pair.child_by_field_name("key")?)?;
            (name.text == key).then(|| self.string(pair.child_by_field_name("value")?)).flatten()
        })
    }

    fn field(&self, ddl: Ddl, name: &Named, value: Option<Node<'t>>) -> Ddl {
        let call = value.filter(|value| value.kind() == "call").and_then(|value| self.arguments(value));
        let kind = value.map_or_else(String::new, |value| self.type_of(value));
        let own = call.as_ref().and_then(|call| self.keyword_text(call, "db_column"));
        let name = match own {
            Some(own) => own,
            None if matches!(kind.as_str(), "ForeignKey" | "OneToOneField") => {
                Named::new(format!("{}_id", name.text), name.span)
            }
            None => name.clone(),
        };
        let is_null = call.as_ref().is_some_and(|call| self.keyword_is(call, "null", "True"));
        let has_default = call
            .as_ref()
            .is_some_and(|call| self.keyword(call, "default").is_some() || self.keyword(call, "db_default").is_some());
        let mut ddl = ddl.name(&name).word(" ").data_type(&kind);
        if !is_null {
            ddl = ddl.word(" NOT NULL");
        }
        if has_default || kind.contains("Auto") {
            ddl = ddl.word(" DEFAULT NULL");
        }
        ddl
    }
}
