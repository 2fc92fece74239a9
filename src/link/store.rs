//! The facts of files, made when first asked for.
//!
//! Everything that needs a file's text or facts asks here, link included: `facts(file)` is one pure query with a
//! memory, so that a cache in between changes nothing for those who ask.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::constants::{self, Constants};
use super::owners::Owners;
use super::runs::Runs;
use crate::cache::Key;
use crate::discover::config::Config;
use crate::discover::{SkipReason, Workspace};
use crate::extract::extension::{Description, Extensions};
use crate::extract::tree::KeptTree;
use crate::extract::{self, Format, Input};
use crate::model::code::Code;
use crate::model::facts::{Constant, FileFacts, OuterName};
use crate::model::source::{FileId, SourceFile};
use crate::model::span::{LineIndex, Span};

/// How much of a file's beginning a format may look at to claim it.
const HEAD: usize = 1024;

/// Texts up to this many bytes together stay in memory once they are read: a question looks at all of them more than
/// once.
const KEPT_TEXT: usize = 256 << 20;

/// Syntax trees of texts up to this many bytes together stay in memory from the first reading of a file to the next. A tree
/// takes some ten times the memory of its text.
const KEPT_TREES: usize = 12 << 20;

/// The tree of a longer text than this is not kept.
const LARGEST_TREE: usize = 1 << 20;

/// What settings say of libraries.
pub fn descriptions(config: &Config) -> impl Iterator<Item = Description<'_>> {
    config.queries.iter().map(|file| Description { format: &file.format, path: &file.path, text: &file.text })
}

/// Texts and facts of a workspace's files.
pub struct Store<'w> {
    workspace: &'w Workspace,
    slots: Vec<Slot>,
    /// How much text is in memory.
    kept: AtomicUsize,
    /// Of how much text the syntax tree is.
    kept_trees: AtomicUsize,
    /// Constants of files for the SQL of others, once they are known.
    constants: OnceLock<Constants>,
    /// Who owns which files; read when first asked for.
    owners: OnceLock<Owners>,
    /// What runs which files; read when first asked for.
    runs: OnceLock<Runs>,
    /// What the user says of libraries.
    extensions: Extensions,
    /// The same, as part of what decides a file's facts.
    extended_by: Vec<u8>,
}

#[derive(Default)]
struct Slot {
    /// Why the file could not be read; set by the first sweep.
    skipped: OnceLock<SkipReason>,
    text: OnceLock<Box<str>>,
    lines: OnceLock<LineIndex>,
    own_facts: OnceLock<FileFacts>,
    /// The facts with constants of other files put in, where that changes them.
    facts: OnceLock<Option<FileFacts>>,
    /// What the code says about values; asked for only where a receiver has to be known.
    code: OnceLock<Option<Box<Code>>>,
    /// Its syntax tree, from the facts to the code.
    tree: KeptTree,
    /// Whether there is room for that; said when the facts are made.
    keeps_tree: OnceLock<bool>,
}

impl<'w> Store<'w> {
    /// A store that has read nothing yet.
    pub fn new(workspace: &'w Workspace) -> Self {
        let slots = workspace.files.iter().map(|_| Slot::default()).collect();
        Self {
            workspace,
            slots,
            kept: AtomicUsize::new(0),
            kept_trees: AtomicUsize::new(0),
            constants: OnceLock::new(),
            owners: OnceLock::new(),
            runs: OnceLock::new(),
            // Whoever reads settings has said what is wrong in them.
            extensions: Extensions::read(descriptions(&workspace.config)).unwrap_or_default(),
            extended_by: descriptions(&workspace.config)
                .flat_map(|one| [one.format.as_bytes(), &[0], one.text.as_bytes(), &[0]].concat())
                .collect(),
        }
    }

    /// What is looked at.
    pub fn workspace(&self) -> &'w Workspace {
        self.workspace
    }

    /// A file of the workspace.
    pub fn file(&self, id: FileId) -> &'w SourceFile {
        &self.workspace.files[id.0 as usize]
    }

    /// Shows every readable file's text to `look`, on all cores, and gives what it says, in the files' order. The
    /// texts for which `keep` holds stay in memory, however much it is.
    pub fn sweep<T: Send>(
        &self,
        look: impl Fn(&SourceFile, &str) -> T + Sync,
        keep: impl Fn(&T) -> bool + Sync,
    ) -> Vec<(FileId, T)> {
        let seen: Vec<Option<(FileId, T)>> = (0..self.slots.len())
            .into_par_iter()
            .map(|at| {
                let id = FileId(at as u32);
                let slot = &self.slots[at];
                if let Some(text) = slot.text.get() {
                    return Some((id, look(self.file(id), text)));
                }
                if slot.skipped.get().is_some() {
                    return None;
                }
                match self.workspace.read_text(self.file(id)) {
                    Ok(text) => {
                        let said = look(self.file(id), &text);
                        // What is over the limit is read again should anybody ask.
                        if keep(&said) || self.kept.fetch_add(text.len(), Ordering::Relaxed) < KEPT_TEXT {
                            // Another thread's copy is the same text.
                            let _ = slot.text.set(text.into());
                        }
                        Some((id, said))
                    }
                    Err(reason) => {
                        let _ = slot.skipped.set(reason);
                        None
                    }
                }
            })
            .collect();
        seen.into_iter().flatten().collect()
    }

    /// Names of annotations by which classes are mapped that only the user knows.
    pub fn mapping_annotations(&self) -> &[String] {
        self.extensions.mapping_annotations()
    }

    /// Whether the file's text is such, without keeping it; not so when it cannot be read.
    pub fn is_text(&self, id: FileId, such: impl FnOnce(&str) -> bool) -> bool {
        let slot = &self.slots[id.0 as usize];
        match slot.text.get() {
            Some(text) => such(text),
            None if slot.skipped.get().is_some() => false,
            None => self.workspace.read_text(self.file(id)).is_ok_and(|text| such(&text)),
        }
    }

    /// The file's text; empty when it cannot be read.
    pub fn text(&self, id: FileId) -> &str {
        let slot = &self.slots[id.0 as usize];
        slot.text.get_or_init(|| match self.workspace.read_text(self.file(id)) {
            Ok(text) => text.into(),
            Err(reason) => {
                let _ = slot.skipped.set(reason);
                Box::default()
            }
        })
    }

    /// Who owns the file; nobody when it is unowned.
    pub fn owners(&self, id: FileId) -> Vec<String> {
        self.owners.get_or_init(|| Owners::of(self)).owners(self, id)
    }

    /// Who owns what stands at a place: who the file says does, else who owns the file.
    pub fn owners_at(&self, id: FileId, span: Span) -> Vec<String> {
        let own = self.facts(id).owners.iter().filter(|(part, _)| part.contains(span));
        let own: Vec<String> = own.map(|(_, owner)| owner.clone()).collect();
        if own.is_empty() { self.owners(id) } else { own }
    }

    /// What runs the files. Not to be asked in parallel work: it is read on all cores.
    pub fn runs(&self) -> &Runs {
        self.runs.get_or_init(|| Runs::of(self))
    }

    /// The starts of the file's lines.
    pub fn lines(&self, id: FileId) -> &LineIndex {
        self.slots[id.0 as usize].lines.get_or_init(|| LineIndex::new(self.text(id)))
    }

    /// Takes note of constants. To be said before the first [`Self::facts`]; what is said later changes nothing.
    pub fn set_constants(&self, constants: Constants) -> &Constants {
        self.constants.get_or_init(|| constants)
    }

    /// The one text that a name of other files holds, once constants are known.
    pub fn constant(&self, name: &str) -> Option<&str> {
        let name = OuterName { holder: None, name: name.to_owned(), call: false };
        self.constants.get()?.value(&name)
    }

    /// What the file says, with the constants of other files put in. A file of no known format says nothing.
    pub fn facts(&self, id: FileId) -> &FileFacts {
        let own = self.own_facts(id);
        if own.wanted.is_empty() {
            return own;
        }
        let with_constants = self.slots[id.0 as usize].facts.get_or_init(|| {
            let known = self.constants.get_or_init(Constants::default).known(&own.wanted);
            (!known.is_empty()).then(|| {
                let mut facts = self.extract(id, &known);
                constants::mark_filled_in(&mut facts, self.text(id), &known);
                facts
            })
        });
        with_constants.as_ref().unwrap_or(own)
    }

    /// What the file says by itself.
    pub fn own_facts(&self, id: FileId) -> &FileFacts {
        self.slots[id.0 as usize].own_facts.get_or_init(|| self.extract(id, &[]))
    }

    /// What the file's code says about values, if its format is one whose code is followed.
    pub fn code(&self, id: FileId) -> Option<&Code> {
        let slot = &self.slots[id.0 as usize];
        let made = slot.code.get_or_init(|| {
            let (format, input) = self.format(id)?;
            self.remembered("code", input, &[], || {
                let code = format.code(input.keeping(&slot.tree)).map(Box::new);
                slot.tree.forget();
                if slot.keeps_tree.get() == Some(&true) {
                    self.kept_trees.fetch_sub(input.text.len(), Ordering::Relaxed);
                }
                code
            })
        });
        made.as_deref()
    }

    fn extract(&self, id: FileId, known: &[Constant]) -> FileFacts {
        let Some((format, input)) = self.format(id) else { return FileFacts::default() };
        self.remembered("facts", input, known, || {
            // One reading may ask for the tree more than once.
            let passing = KeptTree::default();
            let slot = &self.slots[id.0 as usize];
            let keeps = *slot.keeps_tree.get_or_init(|| self.has_room_for_tree(input.text));
            let tree = if keeps { &slot.tree } else { &passing };
            let mut facts = format.extract_extended(input.keeping(tree), known, &self.extensions);
            facts.put_in_order();
            facts
        })
    }

    /// What `read` says of a file, as an earlier run may have kept it: nothing but what is given here decides it.
    fn remembered<T: Serialize + DeserializeOwned>(
        &self,
        what: &str,
        input: Input<'_>,
        known: &[Constant],
        read: impl FnOnce() -> T,
    ) -> T {
        let Some(cache) = &self.workspace.cache else { return read() };
        let known: Vec<u8> = known.iter().flat_map(|known| format!("{known:?}\0").into_bytes()).collect();
        let parts = [what.as_bytes(), input.path.as_bytes(), input.text.as_bytes(), &known, &self.extended_by];
        let key = Key::of(parts);
        cache.get(key).unwrap_or_else(|| {
            let made = read();
            cache.put(key, &made);
            made
        })
    }

    /// Takes room for the tree of a text, if there is any left.
    fn has_room_for_tree(&self, text: &str) -> bool {
        if text.len() > LARGEST_TREE {
            return false;
        }
        let taken = self.kept_trees.fetch_add(text.len(), Ordering::Relaxed) + text.len();
        if taken > KEPT_TREES {
            self.kept_trees.fetch_sub(text.len(), Ordering::Relaxed);
        }
        taken <= KEPT_TREES
    }

    fn format(&self, id: FileId) -> Option<(&'static dyn Format, Input<'_>)> {
        let text = self.text(id);
        let path = &self.file(id).repository_path;
        let mut end = text.len().min(HEAD);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Some((extract::format_of(path, &text[..end])?, Input::new(path, text)))
    }

    /// Makes the facts that many files give by themselves, on all cores.
    pub fn prepare_own(&self, files: &[FileId]) {
        files.par_iter().for_each(|&id| {
            self.own_facts(id);
        });
    }

    /// Makes the facts of many files on all cores.
    pub fn prepare(&self, files: &[FileId]) {
        files.par_iter().for_each(|&id| {
            self.facts(id);
        });
    }

    /// Files that turned out unreadable, with the reason.
    pub fn skipped(&self) -> impl Iterator<Item = (FileId, SkipReason)> + '_ {
        self.slots.iter().enumerate().filter_map(|(at, slot)| Some((FileId(at as u32), *slot.skipped.get()?)))
    }
}
