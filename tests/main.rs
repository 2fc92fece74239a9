//! Integration tests: the real command on real files.

#[path = "integration/bad_input.rs"]
mod bad_input;
#[path = "integration/cache.rs"]
mod cache;
#[path = "integration/check.rs"]
mod check;
#[path = "integration/check_git.rs"]
mod check_git;
#[path = "integration/check_outputs.rs"]
mod check_outputs;
#[path = "integration/check_story.rs"]
mod check_story;
#[path = "integration/command.rs"]
mod command;
#[path = "integration/common.rs"]
mod common;
#[path = "integration/contexts.rs"]
mod contexts;
#[path = "integration/docs.rs"]
mod docs;
#[path = "integration/extension.rs"]
mod extension;
#[path = "integration/formats.rs"]
mod formats;
#[path = "integration/help.rs"]
mod help;
#[path = "integration/inventory.rs"]
mod inventory;
#[path = "integration/java.rs"]
mod java;
#[path = "integration/lines.rs"]
mod lines;
#[path = "integration/mentions.rs"]
mod mentions;
#[path = "integration/probes.rs"]
mod probes;
#[path = "integration/reach.rs"]
mod reach;
#[path = "integration/runs.rs"]
mod runs;
#[path = "integration/schema.rs"]
mod schema;
#[path = "integration/stacks.rs"]
mod stacks;
#[path = "integration/story.rs"]
mod story;
