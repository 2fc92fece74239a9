//! The few styles of the text.

use anstyle::{AnsiColor, Style};

pub(in crate::render) const BOLD: Style = Style::new().bold();
pub(in crate::render) const DIM: Style = Style::new().dimmed();
pub(in crate::render) const NAME: Style = AnsiColor::Cyan.on_default().bold();
pub(in crate::render) const MARK: Style = AnsiColor::Red.on_default().bold().underline();
pub(in crate::render) const RED: Style = AnsiColor::Red.on_default().bold();
pub(in crate::render) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(in crate::render) const GREEN: Style = AnsiColor::Green.on_default().bold();
