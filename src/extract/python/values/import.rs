//! Imports, which are exports too: what a module imports, others may import from it.

use tree_sitter::Node;

use super::{Lowering, Named, parts};
use crate::model::code::{Exported, Import, OuterPart};

impl<'t> Lowering<'t> {
    /// `import a.b`, `import a.b as c`.
    pub(super) fn import(&mut self, node: Node<'t>) {
        for part in parts(node) {
            let (module, local) = if part.kind() == "aliased_import" {
                let (Some(name), Some(alias)) = (part.child_by_field_name("name"), part.child_by_field_name("alias"))
                else {
                    continue;
                };
                (self.text_of(name), self.text_of(alias))
            } else {
                let whole = self.text_of(part);
                let first = whole.split('.').next().unwrap_or(whole);
                (first, first)
            };
            self.bind(local, Named::Imported);
            self.code.imports.push(Import { local: local.to_owned(), module: module.to_owned(), name: OuterPart::All });
        }
    }

    /// `from .models import User as U, Team`, `from .models import *`.
    pub(super) fn import_from(&mut self, node: Node<'t>) {
        let Some(module) = node.child_by_field_name("module_name") else { return };
        let module_name = self.text_of(module).replace(' ', "");
        let is_outermost = self.functions.is_empty() && self.classes.is_empty();
        for part in parts(node).into_iter().filter(|part| part.id() != module.id()) {
            let (name, local) = match part.kind() {
                "wildcard_import" => {
                    let import = Import { local: String::new(), module: module_name.clone(), name: OuterPart::All };
                    self.code.imports.push(import);
                    let from = Exported::From { module: module_name.clone(), name: OuterPart::All };
                    self.export("*", from);
                    continue;
                }
                "aliased_import" => {
                    let (Some(name), Some(alias)) =
                        (part.child_by_field_name("name"), part.child_by_field_name("alias"))
                    else {
                        continue;
                    };
                    (self.text_of(name), self.text_of(alias))
                }
                _ => (self.text_of(part), self.text_of(part)),
            };
            self.bind(local, Named::Imported);
            let name = OuterPart::Named(name.to_owned());
            if is_outermost {
                self.export(local, Exported::From { module: module_name.clone(), name: name.clone() });
            }
            self.code.imports.push(Import { local: local.to_owned(), module: module_name.clone(), name });
        }
    }
}
