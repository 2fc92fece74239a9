//! What the stages before the answer have found, for looking into the tool itself.

use std::io::{self, Write};

use crate::discover::Workspace;
use crate::discover::text::read_text;
use crate::extract::{Input, format_of};

use super::printable::printable;

/// First bytes of a text that a format may look at.
const HEAD_BYTES: usize = 4096;

/// One line a file: path, context, kind, repository; then the skipped ones with their reason.
pub fn files(workspace: &Workspace, out: &mut dyn Write) -> io::Result<()> {
    for file in &workspace.files {
        let repository = workspace.repositories.get(file.repository).map_or("", |repository| &repository.name);
        let (path, repository) = (printable(&file.path), printable(repository));
        writeln!(out, "{path}\t{}\t{}\t{repository}", file.context.name(), file.kind.name())?;
    }
    for skipped in &workspace.skipped_paths {
        let files = if skipped.files == 1 { String::new() } else { format!("\t{} files", skipped.files) };
        writeln!(out, "{}\tskipped: {}{files}", printable(&skipped.path), skipped.reason)?;
    }
    for problem in &workspace.problems {
        writeln!(out, "{}\tproblem: {}: {}", printable(&problem.path), problem.code, printable(&problem.message))?;
    }
    Ok(())
}

/// The facts of each file, as the program holds them.
pub fn facts(workspace: &Workspace, out: &mut dyn Write) -> io::Result<()> {
    for file in &workspace.files {
        let text = match read_text(file) {
            Ok(text) => text,
            Err(reason) => {
                writeln!(out, "{}: skipped: {reason}", printable(&file.path))?;
                continue;
            }
        };
        let end = (0..=HEAD_BYTES.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let head = &text[..end];
        let Some(format) = format_of(&file.repository_path, head) else {
            writeln!(out, "{}: no format", printable(&file.path))?;
            continue;
        };
        let facts = format.extract(Input::new(&file.repository_path, &text));
        writeln!(out, "{}: {} {facts:#?}", printable(&file.path), format.name())?;
    }
    Ok(())
}
