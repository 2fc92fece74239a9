//! The progress line on standard error, on a terminal only.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line that says how far a scan is.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts the line, unless nobody would see it.
    pub(crate) fn start(hidden: bool) -> Self {
        if hidden || !std::io::stderr().is_terminal() {
            return Self { bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()) };
        }
        let bar = ProgressBar::new_spinner().with_style(
            ProgressStyle::with_template("{spinner} {human_pos} files {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        // A scan that is over sooner never flickers.
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// So many more files were met.
    pub(crate) fn met(&self, files: usize) {
        self.bar.inc(files as u64);
    }

    /// Takes the line away.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}
