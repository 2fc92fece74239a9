//! What an operation means to those who use what it is about.

use super::operation::Concern;
use crate::model::answer::{Answer, Certainty, Construct, Consumer, MentionVerdict, Verdict};
use crate::model::source::Context;
use crate::model::statement::Access;

/// The verdict on an operation of that concern, from the consumers that are not accepted.
pub fn verdict<'c>(concern: Concern, answer: &Answer, consumers: impl Iterator<Item = &'c Consumer>) -> Verdict {
    let live: Vec<&Consumer> = consumers.filter(|consumer| consumer.context == Context::Live).collect();
    let sure = live.iter().any(|consumer| consumer.certainty >= Certainty::Likely);
    match concern {
        Concern::Everyone if sure => Verdict::Blocked,
        Concern::Everyone => open(answer, !live.is_empty()),
        Concern::Readers if sure => Verdict::Review,
        Concern::Readers => open(answer, !live.is_empty()),
        Concern::Writers if live.iter().any(|consumer| writes(consumer)) => Verdict::Review,
        Concern::Writers => Verdict::Clear,
        Concern::Omitters if sure => Verdict::Blocked,
        Concern::Omitters if live.is_empty() => Verdict::Clear,
        Concern::Omitters => Verdict::Review,
        Concern::Unknown => Verdict::Blocked,
    }
}

fn open(answer: &Answer, possible: bool) -> Verdict {
    let open = possible
        || answer.mentions.iter().any(|mention| mention.verdict == MentionVerdict::Unresolved)
        || answer.blind_spots.iter().any(|spot| !spot.tables.is_empty());
    if open { Verdict::Review } else { Verdict::Clear }
}

/// Whether any of its references assigns or inserts; a mapping alone does neither.
fn writes(consumer: &Consumer) -> bool {
    consumer
        .references
        .iter()
        .any(|reference| reference.access != Access::Read && reference.construct != Construct::Mapping)
}
