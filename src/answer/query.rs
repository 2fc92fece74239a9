//! The question, as the user writes it.

/// A question about one column or a whole table: `[database/][schema.]table[.column]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnQuery {
    /// Restricts the question to one configured database.
    pub database: Option<String>,
    /// Dotted parts, outermost first; whether the last is a column is decided by the catalog unless it is `*`.
    pub parts: Vec<String>,
}

/// Why a question was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The user's text is no name.
    #[error("`{0}` is no table or column name")]
    Malformed(String),
    /// No database of that name is configured.
    #[error("unknown database `{name}`")]
    UnknownDatabase {
        /// The name that was asked for.
        name: String,
        /// The configured ones.
        known: Vec<String>,
    },
    /// Several databases have the table.
    #[error("several databases have `{name}`; ask for one of {}", .questions.join(", "))]
    SeveralDatabases {
        /// The name that was asked for.
        name: String,
        /// The questions that would be clear.
        questions: Vec<String>,
    },
    /// The schema has no such table or column, and no statement names it.
    #[error("unknown {what} `{name}`")]
    Unknown {
        /// `table` or `column`.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// Names that are near, best first.
        nearest: Vec<String>,
        /// How many lines the text search found.
        mentions: usize,
        /// Whether any schema source was found at all.
        schema_found: bool,
    },
}

impl std::str::FromStr for ColumnQuery {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let malformed = || QueryError::Malformed(text.to_owned());
        let (database, name) = match text.split_once('/') {
            Some((database, name)) => (Some(database.to_owned()), name),
            None => (None, text),
        };
        let parts: Vec<String> =
            name.split('.').map(|part| part.trim_matches(['"', '`', '[', ']']).to_owned()).collect();
        if parts.iter().any(String::is_empty) || database.as_deref() == Some("") || parts.len() > 4 {
            return Err(malformed());
        }
        Ok(Self { database, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_dotted_names() {
        let parts = |text: &str| text.parse::<ColumnQuery>().map(|query| query.parts.join("|"));
        assert_eq!(parts("users.full_name").as_deref(), Ok("users|full_name"));
        assert_eq!(parts("app.\"users\".[full_name]").as_deref(), Ok("app|users|full_name"));
        assert!(parts("users.").is_err());
        assert!(parts("").is_err());
        assert_eq!("main/users".parse::<ColumnQuery>().map(|query| query.database), Ok(Some("main".to_owned())));
    }
}
