//! Operations: what a migration takes away or tightens, in which phase of expand and contract it belongs, and the safe
//! way to do it.

use crate::model::name::{Ident, ObjectName};
use crate::model::source::FileId;
use crate::model::span::Span;

/// What a migration does that consumers may not survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A table is gone.
    DropTable,
    /// A view is gone.
    DropView,
    /// A function, procedure or trigger is gone.
    DropRoutine,
    /// A column is gone.
    DropColumn,
    /// A table has another name.
    RenameTable,
    /// A column has another name.
    RenameColumn,
    /// A column of the same name, with other contents: dropped and added, or another one renamed into its place.
    ReplaceColumn,
    /// A column has another type.
    ChangeType,
    /// A column refuses `NULL` from now on.
    SetNotNull,
    /// A new column that must be given a value.
    AddRequiredColumn,
    /// A column has no default any more.
    DropDefault,
    /// Values must be unique from now on.
    AddUnique,
    /// Values must pass a check from now on.
    AddCheck,
    /// The migration, or a part of it, cannot be read.
    Unreadable,
    /// A consumer is accepted no longer.
    ExpiredAcceptance,
    /// A consumer is accepted that is not there.
    StaleAcceptance,
}

/// Where in an expand and contract migration an operation belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before the code changes: what is new stands beside what is old.
    Expand,
    /// While both versions of the code run.
    Migrate,
    /// After the last consumer is gone.
    Contract,
}

impl Phase {
    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Expand => "expand",
            Phase::Migrate => "migrate",
            Phase::Contract => "contract",
        }
    }
}

/// Whom an operation may break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// All who name it: a live one blocks.
    Everyone,
    /// Those who insert rows without naming the column: a live one blocks.
    Omitters,
    /// All who name it may be surprised: a live one is to be looked at.
    Readers,
    /// Those who write it may be refused: a live one is to be looked at.
    Writers,
    /// Nobody can tell.
    Unknown,
}

impl Operation {
    /// All operations, in the order in which they are documented.
    pub const ALL: [Operation; 16] = [
        Operation::DropTable,
        Operation::DropView,
        Operation::DropRoutine,
        Operation::DropColumn,
        Operation::RenameTable,
        Operation::RenameColumn,
        Operation::ReplaceColumn,
        Operation::ChangeType,
        Operation::SetNotNull,
        Operation::AddRequiredColumn,
        Operation::DropDefault,
        Operation::AddUnique,
        Operation::AddCheck,
        Operation::Unreadable,
        Operation::ExpiredAcceptance,
        Operation::StaleAcceptance,
    ];

    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            Operation::DropTable => "drop_table",
            Operation::DropView => "drop_view",
            Operation::DropRoutine => "drop_function",
            Operation::DropColumn => "drop_column",
            Operation::RenameTable => "rename_table",
            Operation::RenameColumn => "rename_column",
            Operation::ReplaceColumn => "replace_column",
            Operation::ChangeType => "change_type",
            Operation::SetNotNull => "set_not_null",
            Operation::AddRequiredColumn => "add_required_column",
            Operation::DropDefault => "drop_default",
            Operation::AddUnique => "add_unique",
            Operation::AddCheck => "add_check",
            Operation::Unreadable => "unreadable",
            Operation::ExpiredAcceptance => "expired_acceptance",
            Operation::StaleAcceptance => "stale_acceptance",
        }
    }

    /// Its phase.
    pub fn phase(self) -> Phase {
        match self {
            Operation::AddRequiredColumn => Phase::Expand,
            Operation::ChangeType | Operation::ReplaceColumn => Phase::Migrate,
            _ => Phase::Contract,
        }
    }

    /// Whom it may break.
    pub fn concern(self) -> Concern {
        match self {
            Operation::DropTable
            | Operation::DropView
            | Operation::DropRoutine
            | Operation::DropColumn
            | Operation::RenameTable
            | Operation::RenameColumn => Concern::Everyone,
            Operation::ReplaceColumn | Operation::ChangeType => Concern::Readers,
            Operation::SetNotNull | Operation::AddRequiredColumn | Operation::DropDefault => Concern::Omitters,
            Operation::AddUnique | Operation::AddCheck => Concern::Writers,
            Operation::Unreadable | Operation::ExpiredAcceptance | Operation::StaleAcceptance => Concern::Unknown,
        }
    }

    /// The safe way, in one sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Operation::DropTable => {
                "Deploy code that no longer uses the table everywhere first, and drop it when nothing that runs or may be rolled back to does."
            }
            Operation::DropView => "Move the readers to what replaces the view first, and drop it when none is left.",
            Operation::DropRoutine => "Move the callers to what replaces it first, and drop it when none is left.",
            Operation::DropColumn => {
                "Deploy code that neither reads nor writes nor maps the column first, and drop it when nothing that runs or may be rolled back to does."
            }
            Operation::RenameTable => {
                "Leave a view of the old name behind (or create the new table beside the old one), move the consumers over, and take the old name away when none is left."
            }
            Operation::RenameColumn => {
                "Add the new column beside the old one, write both, backfill, move the readers over, and drop the old one when no consumer is left."
            }
            Operation::ReplaceColumn => {
                "Add the new column under a name of its own, write both, backfill and move the readers over: what the old one held is lost the moment it is dropped."
            }
            Operation::ChangeType => {
                "Unless every old value fits and every reader takes the new type, add a column of the new type, write both, backfill, and move the readers over."
            }
            Operation::SetNotNull => {
                "Have every writer give the column a value first, fill the rows that have none, and then forbid NULL (in PostgreSQL through a CHECK … NOT VALID that is validated later)."
            }
            Operation::AddRequiredColumn => {
                "Add the column with a default or without NOT NULL, have every writer give it a value, and tighten it afterwards."
            }
            Operation::DropDefault => "Have every writer name the column first, and drop the default afterwards.",
            Operation::AddUnique => {
                "Find the duplicates and the writers that may make new ones first, and build the index without blocking writes."
            }
            Operation::AddCheck => {
                "Add the constraint without checking old rows (NOT VALID), mend rows and writers, and validate it afterwards."
            }
            Operation::Unreadable => "Mend what cannot be read: what it takes away is not known.",
            Operation::ExpiredAcceptance => {
                "Move the consumer over, or accept it anew with another day and the reason for it."
            }
            Operation::StaleAcceptance => {
                "Take the acceptance away: whoever comes under that name next is not meant by it."
            }
        }
    }
}

/// One thing that a change takes away or tightens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takeaway {
    /// What happens to it.
    pub operation: Operation,
    /// The relation by the name that it had before.
    pub relation: ObjectName,
    /// The column by the name that it had before (for a new one, its only name).
    pub column: Option<Ident>,
    /// The new name of what is renamed; the new type of what changes it.
    pub into: Option<String>,
    /// The migration.
    pub file: FileId,
    /// Where it says so.
    pub span: Span,
}
