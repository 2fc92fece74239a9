//! Backstage's `catalog-info.yaml`: who owns the component that a folder holds.
//!
//! <https://backstage.io/docs/features/software-catalog/descriptor-format>

/// Kinds whose owner does not own the code beside the description.
const OTHERS: [&str; 4] = ["Group", "User", "Location", "Domain"];

/// `spec.owner` of the first document that describes code. Templated files are read as far as they are plain.
pub(super) fn owner(text: &str) -> Option<String> {
    text.split("\n---").find_map(of_document)
}

fn of_document(document: &str) -> Option<String> {
    let (mut in_spec, mut found) = (false, None);
    for line in document.lines() {
        let said = line.trim();
        if said.is_empty() || said.starts_with('#') {
            continue;
        }
        let Some((key, value)) = said.split_once(':') else { continue };
        if line.starts_with(char::is_whitespace) {
            if in_spec && key == "owner" && found.is_none() {
                found = scalar(value);
            }
            continue;
        }
        in_spec = key == "spec";
        if key == "kind" && scalar(value).is_some_and(|kind| OTHERS.contains(&kind.as_str())) {
            return None;
        }
    }
    found
}

/// A plain or quoted scalar without its comment; `None` for one that is empty or made by a template.
fn scalar(value: &str) -> Option<String> {
    let value = value.trim();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(" #").next()?.trim(),
    };
    (!value.is_empty() && !value.contains("{{") && !value.contains("${")).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_of_components() {
        for (text, expected) in [
            (
                "kind: Component\nmetadata:\n  name: shop\nspec:\n  type: service\n  owner: team-a # them\n",
                Some("team-a"),
            ),
            ("kind: Component\nspec:\n  owner: \"group:default/team-b\"\n", Some("group:default/team-b")),
            ("kind: Group\nspec:\n  owner: x\n---\nkind: API\nspec:\n  owner: team-c\n", Some("team-c")),
            ("kind: Component\nmetadata:\n  owner: not-here\nspec:\n  type: x\n", None),
            ("spec:\n  owner: ${{ values.owner }}\n", None),
            ("", None),
            ("spec", None),
        ] {
            assert_eq!(owner(text).as_deref(), expected, "{text}");
        }
    }
}
