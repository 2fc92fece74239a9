//! What a variable holds after its assignments and appends, some of which may not have run.

use super::binding::{Change, Event, FlowId, VariableId};
use super::expression::{Expression, ExpressionId};
use super::resolve::{Resolver, Size, Trace};
use crate::extract::embedded::StringValue;

/// A value of a variable, from one place on until the next unconditional assignment.
#[derive(Clone, Debug)]
pub struct Version {
    /// Uses from this expression on see it.
    pub from: u32,
    /// The value.
    pub value: StringValue,
    /// What it is made of.
    pub trace: Trace,
}

/// An event with the alternatives that hold it, outermost first, from the variable's declaration on.
struct Placed {
    event: Event,
    path: Vec<FlowId>,
}

/// Nested alternatives beyond this are taken as one.
const MOST_LEVELS: usize = 24;

/// Events nested deeper than this below the declaration are taken as unconditional.
const DEEPEST_PLACE: u32 = 1000;

/// A value before a branch that is nested deeper than this is not part of the branches' values.
const DEEPEST_BEFORE: usize = 40;

/// Nor is one that would make them larger than this, in parts.
const LARGEST_BEFORE: usize = 20_000;

/// The value of a variable while its events are gone through.
pub(super) struct Running {
    pub(super) variable: VariableId,
    /// Parts of the value; those before `start` belong to a value that was replaced in an inner alternative.
    parts: Vec<StringValue>,
    start: usize,
    replaced: bool,
    from: u32,
    versions: Vec<Version>,
    /// Where in the trace the current value begins.
    mark: usize,
    /// Whether the value being resolved holds the value so far.
    pub(super) used_itself: bool,
    /// Set for a list: what is put between its items.
    separator: Option<StringValue>,
}

impl Running {
    /// The value so far.
    pub(super) fn value(&self) -> StringValue {
        let parts = self.parts.get(self.start..).unwrap_or_default().to_vec();
        // A list of one item must not be taken for the item's own parts.
        if self.separator.is_some() { StringValue::Join(parts) } else { whole(parts) }
    }
}

/// Parts as one value.
pub(super) fn whole(mut parts: Vec<StringValue>) -> StringValue {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            StringValue::Join(parts)
        }
        None => StringValue::Join(parts),
    }
}

fn is_nothing(value: &StringValue) -> bool {
    match value {
        StringValue::Piece(text) => text.as_str().is_empty(),
        StringValue::Hole(_) => false,
        StringValue::Join(parts) | StringValue::Choice(parts) => parts.iter().all(is_nothing),
    }
}

/// What one alternative does to the value.
enum Outcome {
    Added(Vec<StringValue>),
    Replaced(Vec<StringValue>),
}

impl Resolver<'_, '_> {
    /// All values that a variable has one after the other, in text order. `separator` makes it a list, whose items
    /// are then taken as all there, also those that are added conditionally: they are mostly conditions that may stand
    /// side by side.
    pub(super) fn run(&mut self, variable: VariableId, separator: Option<StringValue>, depth: u32) -> Vec<Version> {
        let declared = self.bindings.variable(variable);
        let outer = self.path(declared.flow, None);
        let events: Vec<Placed> = declared
            .events
            .iter()
            .map(|&event| Placed { event, path: self.path(event.flow, Some((declared.flow, &outer))) })
            .collect();
        let trace = std::mem::take(&mut self.trace);
        self.running.push(Running {
            variable,
            parts: Vec::new(),
            start: 0,
            replaced: false,
            from: 0,
            versions: Vec::new(),
            mark: 0,
            used_itself: false,
            separator,
        });
        self.go(&events, 0, depth);
        let trace = std::mem::replace(&mut self.trace, trace);
        let Some(mut running) = self.running.pop() else { return Vec::new() };
        let value = running.value();
        let trace = trace.since(running.mark);
        running.versions.push(Version { from: running.from, value, trace });
        running.versions
    }

    /// The alternatives around a place, outermost first; below another place when one is given.
    fn path(&self, flow: FlowId, below: Option<(FlowId, &[FlowId])>) -> Vec<FlowId> {
        let node = self.bindings.flow_node(flow);
        let base = below.map_or(0, |(base, _)| self.bindings.flow_node(base).depth);
        if node.depth.saturating_sub(base) > DEEPEST_PLACE || (below.is_none() && node.depth > DEEPEST_PLACE) {
            return Vec::new();
        }
        let mut path = Vec::new();
        let mut at = flow;
        for _ in 0..=DEEPEST_PLACE {
            let node = self.bindings.flow_node(at);
            if node.parent == at || below.is_some_and(|(base, _)| base == at) {
                break;
            }
            path.push(at);
            at = node.parent;
        }
        path.reverse();
        if let Some((base, outer)) = below
            && at != base
        {
            // A place that is not inside the declaration's: only what differs counts.
            let common = path.iter().zip(outer).take_while(|(a, b)| a == b).count();
            path.drain(..common);
        }
        path.truncate(MOST_LEVELS);
        path
    }

    fn go(&mut self, events: &[Placed], level: usize, depth: u32) {
        let mut at = 0;
        while let Some(placed) = events.get(at) {
            let Some(&place) = placed.path.get(level) else {
                self.apply(placed.event, level, depth);
                at += 1;
                continue;
            };
            let branch = self.bindings.flow_node(place).branch;
            let here = |placed: &Placed| placed.path.get(level).copied();
            let in_branch =
                |placed: &&Placed| here(placed).is_some_and(|flow| self.bindings.flow_node(flow).branch == branch);
            let end = at + events[at..].iter().take_while(in_branch).count();
            let mut outcomes = Vec::new();
            while at < end {
                let alternative = here(&events[at]);
                let stop = at + events[at..end].iter().take_while(|placed| here(placed) == alternative).count();
                outcomes.extend(self.alternative(&events[at..stop], level + 1, depth));
                at = stop;
            }
            let known = self.bindings.branch(branch);
            let covers = known.exhaustive && outcomes.len() >= known.alternatives as usize;
            self.merge(outcomes, covers, level);
        }
    }

    fn current(&mut self) -> Option<&mut Running> {
        self.running.last_mut()
    }

    fn alternative(&mut self, events: &[Placed], level: usize, depth: u32) -> Option<Outcome> {
        let running = self.current()?;
        let (mark, start, replaced) = (running.parts.len(), running.start, running.replaced);
        running.replaced = false;
        self.go(events, level, depth);
        let running = self.current()?;
        let outcome = if running.replaced {
            let parts = running.parts.split_off(running.start.max(mark));
            running.parts.truncate(mark);
            Outcome::Replaced(parts)
        } else {
            Outcome::Added(running.parts.split_off(mark))
        };
        running.start = start;
        running.replaced = replaced;
        Some(outcome)
    }

    /// Goes on after a branch: the value is what one of its alternatives made it.
    fn merge(&mut self, outcomes: Vec<Outcome>, covers: bool, level: usize) {
        let Some(running) = self.current() else { return };
        let any_replaced = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Replaced(_)));
        if !any_replaced {
            let mut branches: Vec<Vec<StringValue>> = Vec::new();
            for outcome in outcomes {
                let (Outcome::Added(parts) | Outcome::Replaced(parts)) = outcome;
                branches.push(parts);
            }
            if let Some(separator) = &running.separator {
                if let [only] = branches.as_mut_slice() {
                    running.parts.append(only);
                    return;
                }
                for parts in &mut branches {
                    *parts = separated(std::mem::take(parts), separator);
                }
            }
            if branches.iter().all(|parts| parts.iter().all(is_nothing)) {
                return;
            }
            let mut choice: Vec<StringValue> = branches.into_iter().map(whole).collect();
            if !covers {
                choice.push(StringValue::Join(Vec::new()));
            }
            running.parts.push(StringValue::Choice(choice));
            return;
        }
        let start = running.start.min(running.parts.len());
        let before = if level == 0 {
            running.parts.split_off(start)
        } else {
            // Inside an alternative the parts before it stay: the other alternatives go on from them.
            let before = running.parts[start..].to_vec();
            running.start = running.parts.len();
            before
        };
        let is_unset = before.is_empty();
        let before = whole(before);
        let size = Size::of(&before);
        let fits = size.depth < DEEPEST_BEFORE && size.nodes.saturating_mul(outcomes.len()) < LARGEST_BEFORE;
        let mut choice: Vec<StringValue> = Vec::new();
        for outcome in outcomes {
            choice.push(match outcome {
                Outcome::Added(parts) if fits => whole(std::iter::once(before.clone()).chain(parts).collect()),
                Outcome::Added(parts) | Outcome::Replaced(parts) => whole(parts),
            });
        }
        if !fits {
            // It goes on as a value of its own.
            running.versions.push(Version { from: running.from, value: before, trace: Trace::default() });
        } else if !covers && !is_unset {
            choice.push(before);
        }
        running.replaced = true;
        running.parts.push(if choice.len() == 1 { choice.remove(0) } else { StringValue::Choice(choice) });
    }

    fn apply(&mut self, event: Event, level: usize, depth: u32) {
        let Some(running) = self.running.last_mut() else { return };
        running.used_itself = false;
        let variable = running.variable;
        let traced = self.trace.len();
        let mut change = event.change;
        let values: Vec<StringValue> = match event.value {
            None => vec![StringValue::Hole(event.span)],
            Some(value) => match &self.expressions.get(value).expression {
                // `s = s + x` appends; taking it as that keeps a long row of them linear.
                Expression::Join(parts)
                    if change == Change::Assign && parts.first().is_some_and(|&part| self.is_use(part, variable)) =>
                {
                    change = Change::Append;
                    self.each(&parts[1..], depth)
                }
                Expression::List(items) if self.is_list_run() => self.each(items, depth),
                _ => vec![self.resolve(value, depth + 1)],
            },
        };
        let Some(running) = self.running.last_mut() else { return };
        match change {
            Change::Append => running.parts.extend(values),
            Change::Prepend => {
                let start = running.start.min(running.parts.len());
                running.parts.splice(start..start, values);
            }
            Change::Assign => {
                // What is overwritten inside one alternative is a value of its own too; what is overwritten by
                // the first assignment of an alternative goes on in the others.
                if level == 0 || running.replaced {
                    let lost = running.parts.split_off(running.start.min(running.parts.len()));
                    if !running.used_itself && !lost.iter().all(is_nothing) {
                        let trace = self.trace.between(running.mark, traced);
                        running.versions.push(Version { from: running.from, value: whole(lost), trace });
                    }
                }
                if level == 0 {
                    running.from = if running.versions.is_empty() { 0 } else { event.order };
                    if !running.used_itself {
                        running.mark = traced;
                    }
                }
                running.start = running.parts.len();
                running.replaced = true;
                running.parts.extend(values);
            }
        }
    }

    fn is_list_run(&self) -> bool {
        self.running.last().is_some_and(|running| running.separator.is_some())
    }

    fn each(&mut self, parts: &[ExpressionId], depth: u32) -> Vec<StringValue> {
        parts.iter().map(|&part| self.resolve(part, depth + 1)).collect()
    }

    fn is_use(&self, part: ExpressionId, variable: VariableId) -> bool {
        match self.expressions.get(part).expression {
            Expression::Name { key, scope } => self.bindings.find(scope, key) == Some(variable),
            _ => false,
        }
    }
}

/// Items with a separator between them; what is nothing for sure gets none.
pub(super) fn separated(items: Vec<StringValue>, separator: &StringValue) -> Vec<StringValue> {
    let mut parts = Vec::with_capacity(items.len() * 2);
    for item in items {
        if is_nothing(&item) {
            continue;
        }
        if !parts.is_empty() {
            parts.push(separator.clone());
        }
        parts.push(item);
    }
    parts
}
