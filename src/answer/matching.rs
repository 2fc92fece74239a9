//! Whether a use is a use of what was asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, ColumnKey, RelationKey};
use crate::link::constants::FROM_ANOTHER_FILE;
use crate::link::resolve::{NamePath, Resolution};
use crate::link::search::{Words, spellings_of};
use crate::link::system::StatementUses;
use crate::link::uses::{Form, Use, any_column, ceiling};
use crate::link::views;
use crate::model::answer::{Certainty, Construct};
use crate::model::name::Name;
use crate::model::statement::{Access, HoleRole, Reading, StatementKind, Usage};

/// What was asked for, with everything whose value is made of it.
pub struct Targets<'c> {
    catalog: &'c Catalog,
    /// The relation asked about.
    pub relation: RelationKey,
    /// The column asked about; `None` for the whole relation.
    pub column: Option<Name>,
    /// The columns asked about and those made of them, each with the column one step nearer.
    columns: BTreeMap<ColumnKey, Option<ColumnKey>>,
}

/// What a use means for the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// A reference to the target.
    Reference(Match),
    /// A column of another relation.
    OtherColumn(String),
    /// A value made of columns, under a name of its own.
    Value(String),
    /// It could not be told.
    Unresolved(String),
}

/// A use of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Read or write.
    pub access: Access,
    /// How sure.
    pub certainty: Certainty,
    /// In what kind of code.
    pub construct: Construct,
    /// Why it is one.
    pub why: String,
    /// The column that is named, of the target or of something made of it.
    pub column: ColumnKey,
}

impl<'c> Targets<'c> {
    /// The target and all that is made of it.
    pub fn new(catalog: &'c Catalog, relation: RelationKey, column: Option<Name>) -> Self {
        let asked = match (&column, &relation) {
            (Some(column), _) => vec![ColumnKey { relation: relation.clone(), column: column.clone() }],
            (None, RelationKey::Declared(id)) => catalog
                .relation(*id)
                .columns
                .iter()
                .map(|column| ColumnKey { relation: relation.clone(), column: column.name.folded() })
                .collect(),
            (None, RelationKey::Undeclared(_)) => Vec::new(),
        };
        let columns = views::dependents(catalog, &asked);
        Self { catalog, relation, column, columns }
    }

    /// Names of the relations and columns that stand for the target elsewhere: views over it and their columns.
    pub fn other_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (column, nearer) in &self.columns {
            if nearer.is_some() {
                names.insert(column.column.to_string());
                if let RelationKey::Declared(id) = &column.relation {
                    names.insert(self.catalog.relation(*id).name.to_string());
                }
            }
        }
        names
    }

    /// Names of the views over the target and of tables made from it. Whoever uses a column of theirs names them too.
    pub fn views(&self) -> BTreeSet<String> {
        let derived = self.columns.iter().filter(|(_, nearer)| nearer.is_some());
        derived
            .filter_map(|(column, _)| match &column.relation {
                RelationKey::Declared(id) => Some(self.catalog.relation(*id).name.to_string()),
                RelationKey::Undeclared(_) => None,
            })
            .collect()
    }

    /// The relation's own name, without schema.
    pub fn relation_name(&self) -> String {
        match &self.relation {
            RelationKey::Declared(id) => self.catalog.relation(*id).name.to_string(),
            RelationKey::Undeclared(name) => name.as_str().rsplit('.').next().unwrap_or("").to_owned(),
        }
    }

    /// A search for any name by which text may speak of the target.
    pub fn words(&self) -> Words {
        let mut names = self.other_names();
        names.insert(self.relation_name());
        names.extend(self.column.iter().flat_map(|column| spellings_of(column.as_str(), true)));
        Words::new(names.iter().map(String::as_str))
    }

    fn is_target(&self, key: &ColumnKey) -> bool {
        let is_asked = || self.column.as_ref().is_none_or(|column| *column == key.column);
        self.columns.contains_key(key) || self.is_any_of(key) || (is_asked() && self.is_relation(&key.relation))
    }

    /// Whether that is the relation that was asked for. Of one that no schema declares, statements say more or less of
    /// where it lies: `users`, `shop.users`, `"warehouse".shop.users`.
    fn is_relation(&self, relation: &RelationKey) -> bool {
        let within = |inner: &str, outer: &str| {
            outer.strip_suffix(inner).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        match (relation, &self.relation) {
            (RelationKey::Undeclared(one), RelationKey::Undeclared(other)) => {
                within(one.as_str(), other.as_str()) || within(other.as_str(), one.as_str())
            }
            (one, other) => one == other,
        }
    }

    /// `*` of a relation whose columns are not all known.
    fn is_any_of(&self, key: &ColumnKey) -> bool {
        key.column == any_column() && self.is_relation(&key.relation)
    }

    /// Whether a statement that uses `relation` may touch the target.
    pub fn touches(&self, relation: &RelationKey) -> bool {
        self.is_relation(relation) || self.columns.keys().any(|column| column.relation == *relation)
    }

    /// Judges one use. `text` is the name as it stands in the file (empty for a wildcard), `neighbours` the relations
    /// that the code around it works with.
    pub fn judge(
        &self,
        found: &Use,
        statement: &StatementUses<'_>,
        text: &str,
        neighbours: &BTreeSet<RelationKey>,
    ) -> Judgement {
        let reference = |column: &ColumnKey, certainty: Certainty, construct: Construct, mut why: String| {
            let certainty = certainty.min(ceiling(&statement.statement));
            if let Reading::Recovered { reason } = &statement.statement.reading
                && reason == FROM_ANOTHER_FILE
            {
                why.push_str("; ");
                why.push_str(reason);
            }
            Judgement::Reference(Match { access: found.access, certainty, construct, why, column: column.clone() })
        };
        let construct = found.construct(&statement.statement, statement.written);
        match &found.resolution {
            Resolution::Columns { columns, certainty, path } => {
                // A framework names the columns that are mapped, also of a table that may have more.
                let named = |column: &ColumnKey| {
                    construct != Construct::Implicit || self.column.is_none() || column.column != any_column()
                };
                if let Some(column) = columns.iter().find(|column| self.is_target(column) && named(column)) {
                    if matches!(found.form, Form::Name | Form::NewRow) && *path == NamePath::Derived {
                        return Judgement::Value(format!("a value made of {}", self.catalog.display_column(column)));
                    }
                    let certainty = if construct == Construct::Implicit { Certainty::Certain } else { *certainty };
                    return reference(
                        column,
                        certainty,
                        construct,
                        self.why(found, column, *path, statement.statement.kind),
                    );
                }
                let named: Vec<String> =
                    columns.iter().take(3).map(|column| self.catalog.display_column(column)).collect();
                if named.is_empty() {
                    return Judgement::Value("made by an expression of its statement".to_owned());
                }
                Judgement::OtherColumn(named.join(", "))
            }
            Resolution::Alias { columns } => match columns.iter().find(|column| self.is_target(column)) {
                Some(column) => {
                    Judgement::Value(format!("an alias for a value made of {}", self.catalog.display_column(column)))
                }
                None => Judgement::Value("an alias of the select list".to_owned()),
            },
            Resolution::Ambiguous { columns } => match columns.iter().find(|column| self.is_target(column)) {
                Some(column) => {
                    let candidates: Vec<String> =
                        columns.iter().map(|column| self.catalog.display_column(column)).collect();
                    reference(
                        column,
                        Certainty::Possible,
                        construct,
                        format!("may be any of {}", candidates.join(", ")),
                    )
                }
                None => Judgement::OtherColumn("a column of another relation of its statement".to_owned()),
            },
            Resolution::WholeRow { relation } => {
                let is_target = relation.as_ref().is_some_and(|relation| self.is_relation(relation));
                let any = ColumnKey { relation: self.relation.clone(), column: any_column() };
                match (found.form, is_target) {
                    (Form::Relation, true) if self.column.is_none() => reference(
                        &any,
                        Certainty::Certain,
                        construct,
                        format!("names {}", self.catalog.display(&self.relation)),
                    ),
                    (Form::Relation, _) => match relation {
                        Some(other) => Judgement::OtherColumn(self.catalog.display(other)),
                        None => Judgement::Value("the name of a relation".to_owned()),
                    },
                    (_, true) => {
                        reference(&any, Certainty::Possible, Construct::Wildcard, "takes the whole row".to_owned())
                    }
                    (_, false) => Judgement::Value("a whole row".to_owned()),
                }
            }
            Resolution::Dynamic => {
                self.judge_by_name(text, "its table is known only at run time", found, statement, neighbours)
            }
            Resolution::Unknown { reason } => self.judge_by_name(text, reason, found, statement, neighbours),
        }
    }

    /// Judges a use of a value that is known to be a row, in which the name stands for `columns`.
    pub fn judge_value(&self, columns: &[ColumnKey], access: Access, certainty: Certainty, why: String) -> Judgement {
        match columns.iter().find(|column| self.is_target(column)) {
            Some(column) => Judgement::Reference(Match {
                access,
                certainty,
                construct: Construct::Entity,
                why,
                column: column.clone(),
            }),
            None => Judgement::OtherColumn(
                columns.iter().map(|column| self.catalog.display_column(column)).collect::<Vec<_>>().join(", "),
            ),
        }
    }

    /// A column's name whose relation the statement does not tell: what the rest of the system says of such a name.
    fn judge_by_name(
        &self,
        text: &str,
        reason: &str,
        found: &Use,
        statement: &StatementUses<'_>,
        neighbours: &BTreeSet<RelationKey>,
    ) -> Judgement {
        let Some(column) = &self.column else { return Judgement::Unresolved(reason.to_owned()) };
        if Name::new(text) != *column {
            return Judgement::Unresolved(reason.to_owned());
        }
        let target = ColumnKey { relation: self.relation.clone(), column: column.clone() };
        let owners: BTreeSet<RelationKey> = self.catalog.owners_of(column).map(RelationKey::Declared).collect();
        let near: Vec<&RelationKey> = owners.iter().filter(|owner| neighbours.contains(owner)).collect();
        let reference = |certainty: Certainty, construct: Construct, why: String| {
            let certainty = certainty.min(ceiling(&statement.statement));
            Judgement::Reference(Match { access: found.access, certainty, construct, why, column: target.clone() })
        };
        let own = self.catalog.display(&self.relation);
        // DDL declares, whatever it declares it of.
        let construct = |other: Construct| if found.usage == Usage::Schema { Construct::Schema } else { other };
        match near.as_slice() {
            [one] if **one == self.relation => reference(
                Certainty::Likely,
                construct(Construct::Sql),
                format!("{reason}, but {own} is the only table around it that has such a column"),
            ),
            [one] => {
                Judgement::OtherColumn(format!("{}, the only table around it that has one", self.catalog.display(one)))
            }
            [] if owners.len() == 1 && owners.contains(&self.relation) => reference(
                Certainty::Likely,
                construct(Construct::Sql),
                format!("{reason}, but {own} is the only table that has such a column"),
            ),
            _ if owners.contains(&self.relation) || owners.is_empty() => {
                reference(Certainty::Possible, construct(Construct::Dynamic), format!("{reason}; it may be {own}"))
            }
            _ => Judgement::OtherColumn("a column of other tables".to_owned()),
        }
    }

    fn why(&self, found: &Use, column: &ColumnKey, path: NamePath, statement: StatementKind) -> String {
        let does = match (found.form, found.usage) {
            (Form::Wildcard, _) if statement == StatementKind::Copy => "written out with its whole table",
            (Form::Wildcard, _) => "`*` stands for it",
            (Form::Positional, _) => "filled by position, without a column list",
            (Form::Merged, _) => "joined on by name",
            (_, Usage::Output(_)) => "selected",
            (_, Usage::Filter) => "used in a condition",
            (_, Usage::Join) => "joined on",
            (_, Usage::Group) => "grouped by",
            (_, Usage::Order) => "ordered by",
            (_, Usage::Assign(_)) => "used in an assigned value",
            (_, Usage::Target) => "written",
            (_, Usage::Schema) => "named by DDL",
            (_, Usage::LeftOut) => "left out of a wildcard by name",
            (_, Usage::Other) => "used",
        };
        let through = match path {
            NamePath::Direct => "",
            NamePath::Passed | NamePath::Derived => " through a derived table",
        };
        let mut why = format!("{does}{through}: {}", self.catalog.display_column(column));
        let mut step = column;
        let mut left = self.columns.len();
        while let Some(Some(nearer)) = self.columns.get(step)
            && left > 0
        {
            why.push_str(" ← ");
            why.push_str(&self.catalog.display_column(nearer));
            step = nearer;
            left -= 1;
        }
        why
    }
}

/// What a hole hides, in words.
pub fn hole_words(role: HoleRole) -> &'static str {
    match role {
        HoleRole::Relation => "the table's name is known only at run time",
        HoleRole::Columns => "columns are known only at run time",
        HoleRole::Fragment => "a part of the statement is known only at run time",
    }
}
