//! Schedules, carriers of shell, images, routes, Python.

use super::Row;

pub(super) const ROWS: &[Row] = &[Row {
    format: "shell",
    files: &[(
        "ops/names.sh",
        "psql -c \"SELECT full_name FROM users\"\npsql -c \"SELECT full_name FROM customers\"\n",
    )],
    found: &["application names.sh: read ops/names.sh:1"],
}];
