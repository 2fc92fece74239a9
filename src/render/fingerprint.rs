//! What makes a finding the same in two runs: all that is said of it but its lines.

use crate::check::report::Finding;

/// A stable hexadecimal name. `more` tells apart what one finding has several of.
pub(super) fn fingerprint(finding: &Finding, more: &str) -> String {
    let column = finding.column.as_deref().unwrap_or("");
    let text = [finding.operation.name(), &finding.table, column, &finding.place.path, more].join("\n");
    // FNV-1a, twice with different starts: 128 bits, the same on every machine and in every version.
    let hash =
        |start: u64| text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:016x}{:016x}", hash(0xcbf2_9ce4_8422_2325), hash(0x9ae1_6a3b_2f90_404f))
}
