//! Commands that write whole tables: what they are given names tables, and every column goes out with them.

/// A command that dumps tables.
#[derive(Debug)]
pub(super) struct Dump {
    names: &'static [&'static str],
    /// Options whose value names a table.
    tables: &'static [&'static str],
    /// Options whose value is the next word and names none.
    others: &'static [&'static str],
    /// How many arguments that are no options come before those that name tables; `None` when none does.
    positional: Option<usize>,
}

static DUMPS: &[Dump] = &[
    Dump {
        names: &["pg_dump", "ydump"],
        tables: &["-t", "--table", "--table-and-children"],
        others: &["-h", "-p", "-U", "-d", "-f", "-F", "-n", "-N", "-T", "-E", "-j", "-Z", "-S"],
        positional: None,
    },
    Dump {
        names: &["mysqldump", "mariadb-dump", "mydumper"],
        tables: &["--tables", "-T", "--tables-list"],
        others: &["-u", "-h", "-P", "-S", "-r", "-w", "--user", "--host", "--port", "--result-file", "--where"],
        positional: Some(1),
    },
    Dump {
        names: &["bcp"],
        tables: &[],
        others: &["-S", "-U", "-P", "-d", "-t", "-r", "-f", "-e"],
        positional: Some(0),
    },
];

/// The dump that a command's name names.
pub(super) fn dump_of(name: &str) -> Option<&'static Dump> {
    let base = name.rsplit('/').next().unwrap_or(name);
    DUMPS.iter().find(|dump| dump.names.contains(&base.strip_suffix(".exe").unwrap_or(base)))
}

impl Dump {
    /// Which arguments name tables, and from which byte on.
    pub(super) fn tables(&self, arguments: &[&str]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut before = self.positional;
        let mut at = 0;
        while let Some(&argument) = arguments.get(at) {
            let name = argument.split('=').next().unwrap_or(argument);
            if self.tables.contains(&name) {
                if name.len() < argument.len() {
                    found.push((at, name.len() + 1));
                } else {
                    at += 1;
                    found.push((at, 0));
                }
            } else if self.others.contains(&argument) {
                at += 1;
            } else if argument.starts_with('-') {
                // `-tusers`
                let short = self.tables.iter().find(|option| option.len() == 2 && argument.starts_with(**option));
                found.extend(short.map(|option| (at, option.len())));
            } else if let Some(left) = before.as_mut() {
                match *left {
                    0 if self.names[0] == "bcp" => {
                        found.push((at, 0));
                        break;
                    }
                    0 => found.push((at, 0)),
                    _ => *left -= 1,
                }
            }
            at += 1;
        }
        found.retain(|&(at, from)| arguments.get(at).is_some_and(|word| is_table(&word[from.min(word.len())..])));
        found
    }
}

/// Whether the text may be the name of one table, not a pattern of several.
fn is_table(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_.\"[]$#".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_are_dumped() {
        for (line, expected) in [
            ("pg_dump -h x -t users --table=public.orders -tteams shop", "users public.orders teams"),
            ("pg_dump shop", ""),
            ("pg_dump -T users -t us* shop", ""),
            ("mysqldump -u root -pX --single-transaction shop users orders", "users orders"),
            ("mysqldump --databases", ""),
            ("mysqldump shop", ""),
            ("bcp shop.dbo.users out x.csv -S h", "shop.dbo.users"),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let dump = dump_of(words[0]).expect("a dump");
            let found = dump.tables(&words[1..]);
            let shown: Vec<&str> = found.into_iter().map(|(at, from)| &words[1 + at][from..]).collect();
            assert_eq!(shown.join(" "), expected, "{line}");
        }
    }
}
