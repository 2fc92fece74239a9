//! Extensions: what users say of libraries and of documents that columnist does not know, read by the formats whose code
//! calls them and whose documents they are.

use std::path::PathBuf;

use super::document::description;
use super::java::persistence::words::Words;
use super::typescript::builder::Frameworks;

/// A description as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    /// The format that is to read it.
    pub format: &'a str,
    /// Where it is, for who is told that something is wrong.
    pub path: &'a std::path::Path,
    /// What it says.
    pub text: &'a str,
}

/// Why a description cannot be used. It is the user's to mend.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n --> {}", .path.display())]
pub struct ExtensionError {
    /// Which file.
    pub path: PathBuf,
    /// What is wrong in it.
    pub message: String,
}

/// All descriptions, understood.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// Query builders and object mappers of TypeScript and JavaScript.
    pub(super) typescript: Frameworks,
    /// Annotations of Java that map classes.
    pub(super) java: Words,
    /// Formats of documents.
    pub(super) documents: Vec<description::Description>,
}

impl Extensions {
    /// Names of annotations by which classes are mapped that only users know.
    pub fn mapping_annotations(&self) -> &[String] {
        self.java.added()
    }

    /// Reads descriptions, in their order.
    pub fn read<'a>(descriptions: impl IntoIterator<Item = Description<'a>>) -> Result<Self, ExtensionError> {
        let mut made = Self::default();
        for description in descriptions {
            let result = match description.format {
                "typescript" => made.typescript.add(description.text),
                "java" => made.java.add(description.text),
                "documents" => toml::from_str(description.text)
                    .map(|one| made.documents.push(one))
                    .map_err(|error| error.message().to_owned()),
                other => {
                    Err(format!("no format `{other}` can be told of more; `typescript`, `java` and `documents` can"))
                }
            };
            result.map_err(|message| ExtensionError { path: description.path.to_owned(), message })?;
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn error(format: &str, text: &str) -> Option<String> {
        let path = Path::new("ours.toml");
        Extensions::read([Description { format, path, text }]).err().map(|error| error.to_string())
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let valid = "name = 'ours'\nconstruct = 'orm'\n[methods]\nfetch = 'select: table filter'";
        assert_eq!(error("typescript", valid), None);
        let wrong = valid.replace("filter", "filters");
        assert_eq!(error("typescript", &wrong).as_deref(), Some("`filters` means nothing\n --> ours.toml"));
        let document = "name = 'ours'\nkind = 'report'\nfiles = ['*.sheet.json']\n[[part]]\nsql = ['query']";
        assert_eq!(error("documents", document), None);
        assert!(error("documents", &document.replace("sql", "sqls")).is_some_and(|error| error.contains("sqls")));
        assert!(error("cobol", valid).is_some_and(|error| error.starts_with("no format `cobol`")));
    }
}
