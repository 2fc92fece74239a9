//! Names that mappings do not spell out: made of the code's names the way frameworks do, and chosen by what the schema has.

use super::entities::Property;
use crate::catalog::Catalog;
use crate::discover::config::Naming;
use crate::model::mapping::{ImpliedNames, Mapping};
use crate::model::name::{Ident, ObjectName};

/// `fullName` of `FullName`.
pub(super) fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// `user` for `User`, and `User` for `user`.
pub(super) fn with_other_first_case(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if first.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The names that a naming convention may make of `name`, likeliest first.
fn candidates(name: &str, implied: ImpliedNames) -> Vec<String> {
    let snake = snake_case(name);
    match implied {
        ImpliedNames::Identity => vec![name.to_owned()],
        ImpliedNames::SnakeCase => vec![snake],
        ImpliedNames::Plural => vec![plural(name), plural(&snake), name.to_owned(), snake],
        ImpliedNames::Written | ImpliedNames::BySchema | ImpliedNames::InSchema => {
            let plural_snake = plural(&snake);
            vec![snake, name.to_owned(), plural_snake, plural(name)]
        }
    }
}

/// The table of a class that does not name it.
pub(super) fn implied_table(mapping: &Mapping, catalog: &Catalog) -> ObjectName {
    let mut names = candidates(&mapping.entity, mapping.implied);
    if !matches!(mapping.implied, ImpliedNames::Identity | ImpliedNames::SnakeCase) {
        names.extend(relation_names(&mapping.entity));
    }
    let candidates: Vec<ObjectName> = names.into_iter().map(|name| ObjectName::single(Ident::bare(name))).collect();
    let known = candidates.iter().find(|name| catalog.find(name, &[]).is_some());
    known.or(candidates.first()).cloned().unwrap_or_else(|| ObjectName::single(Ident::bare(mapping.entity.as_str())))
}

/// The relations whose rows code may call `name`: `User`, `user`, `users`, `UserRow`.
pub(super) fn relation_names(name: &str) -> Vec<String> {
    let stem = ["Row", "Record", "Entity", "Model", "Table", "Schema"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending).filter(|stem| !stem.is_empty()))
        .unwrap_or(name);
    let mut all = candidates(stem, ImpliedNames::BySchema);
    if stem.len() < name.len() {
        all.extend(candidates(name, ImpliedNames::BySchema));
    }
    all
}

/// Whether the catalog has such a column.
pub(super) fn has_column(catalog: &Catalog, table: &ObjectName, column: &Ident) -> bool {
    catalog.find(table, &[]).is_some_and(|id| catalog.relation(id).column(&column.folded()).is_some())
}

/// The column of a property that does not name it, by the settings' naming and whether a strategy in the code makes snake
/// case.
pub(super) fn implied_column(
    property: Property<'_>,
    is_relation: bool,
    (naming, in_snake_case): (Naming, bool),
    table: &ObjectName,
    catalog: &Catalog,
) -> Ident {
    let name = &property.property.name;
    let mut all = match property.declared_in.implied {
        _ if naming == Naming::Identity => vec![name.clone()],
        // Only tables are called in the plural.
        ImpliedNames::Plural | ImpliedNames::Written if !in_snake_case => vec![name.to_owned(), snake_case(name)],
        ImpliedNames::Plural => candidates(name, ImpliedNames::BySchema),
        implied => candidates(name, implied),
    };
    if is_relation {
        let with_id: Vec<String> = all.iter().flat_map(|name| [format!("{name}_id"), format!("{name}Id")]).collect();
        all.splice(0..0, with_id);
    }
    let relation = catalog.find(table, &[]).map(|id| catalog.relation(id));
    let known = |name: &&String| {
        relation.is_some_and(|relation| relation.column(&crate::model::name::Name::new(name)).is_some())
    };
    let found = all.iter().find(known).or(all.first());
    Ident::bare(found.map_or(name.as_str(), String::as_str))
}

/// `fullName` and `FullName` as `full_name`; a run of capitals is one word (`HTTPServer` is `http_server`).
pub(super) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, &c) in chars.iter().enumerate() {
        if c.is_uppercase() {
            let after_lower = at > 0 && (chars[at - 1].is_lowercase() || chars[at - 1].is_ascii_digit());
            let before_lower = at > 0 && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
            if (after_lower || before_lower) && !snake.ends_with('_') {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        } else {
            snake.push(c);
        }
    }
    snake
}

fn plural(name: &str) -> String {
    let stem = |cut: usize, end: &str| format!("{}{end}", &name[..name.len() - cut]);
    if name.ends_with('y') && !name.ends_with("ay") && !name.ends_with("ey") && !name.ends_with("oy") {
        stem(1, "ies")
    } else if name.ends_with('s') || name.ends_with('x') || name.ends_with("ch") || name.ends_with("sh") {
        stem(0, "es")
    } else {
        stem(0, "s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_conventions() {
        for (code, snake) in [
            ("fullName", "full_name"),
            ("OrderItem", "order_item"),
            ("HTTPServer", "http_server"),
            ("id2Of", "id2_of"),
            ("already_snake", "already_snake"),
        ] {
            assert_eq!(snake_case(code), snake);
        }
        for (one, many) in [("user", "users"), ("category", "categories"), ("box", "boxes"), ("day", "days")] {
            assert_eq!(plural(one), many);
        }
    }
}
