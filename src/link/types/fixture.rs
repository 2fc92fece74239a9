//! What nobody calls with arguments: tests of Python, whose parameters are called like the functions that make them.
//! <https://docs.pytest.org/en/stable/how-to/fixtures.html>

use super::Evaluator;
use super::kind::{Env, Type};
use crate::model::code::{Code, ExpressionKind, FunctionId, Language};
use crate::model::source::FileId;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What the fixture gives that a test's parameter is called like: one of the file, else the nearest one of the folders
    /// above.
    pub(super) fn fixture(
        &self,
        file: FileId,
        code: &'s Code,
        function: FunctionId,
        at: u32,
        depth: u32,
    ) -> Option<Type<'s>> {
        if code.language != Language::Python {
            return None;
        }
        let store = self.system().store;
        let source = store.file(file);
        let (folder, name) = source.repository_path.rsplit_once('/').unwrap_or(("", &source.repository_path));
        let is_of_tests = name == "conftest.py"
            || name.starts_with("test_")
            || name.ends_with("_test.py")
            || name == "tests.py"
            || code.functions[function.0 as usize].name.starts_with("test_");
        let parameter = code.functions[function.0 as usize].parameters.get(at as usize)?;
        let wanted = code.variables[parameter.0 as usize].name.as_str();
        if !is_of_tests || wanted.is_empty() {
            return None;
        }
        let of = |declaring: FileId, code: &'s Code| {
            let made = code
                .functions
                .iter()
                .enumerate()
                .find(|(id, other)| other.name == wanted && (declaring, *id) != (file, function.0 as usize));
            made.map(|(id, _)| self.made_by_fixture(declaring, code, FunctionId(id as u32), depth))
        };
        if let Some(found) = of(file, code) {
            return Some(found);
        }
        let mut folders: Vec<&str> = std::iter::successors(Some(folder), |folder| {
            (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
        })
        .collect();
        folders.dedup();
        folders.into_iter().find_map(|folder| {
            let path = if folder.is_empty() { "conftest.py".to_owned() } else { format!("{folder}/conftest.py") };
            let shared = self.types.modules.file_at(source.repository, &path).filter(|shared| *shared != file)?;
            of(shared, self.code(shared)?)
        })
    }

    /// What a fixture returns, or yields once.
    fn made_by_fixture(&self, file: FileId, code: &'s Code, function: FunctionId, depth: u32) -> Type<'s> {
        let own = &code.functions[function.0 as usize];
        let text = self.system().store.text(file);
        let yielded = own.returned.iter().find_map(|value| {
            let expression = code.expression(*value);
            match &expression.kind {
                ExpressionKind::List(items) if expression.span.of(text).starts_with("yield") => items.first().copied(),
                _ => None,
            }
        });
        match yielded {
            Some(value) => self.type_of(file, value, &Env::default(), depth + 1),
            None => self.returned_by(&Type::Function(file, function, Env::default()), depth + 1),
        }
    }
}
