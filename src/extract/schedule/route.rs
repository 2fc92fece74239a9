//! Routes of services: which code answers which path. A schedule that asks for the path runs that code.

use std::sync::LazyLock;

use regex::Regex;

use super::code::{called_with, end_of_call, is_code};
use super::file::pattern;
use crate::model::facts::{Unit, UnitKind};
use crate::model::span::Span;

/// A path and the code that answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path, with a slash before it and none behind; parameters as the framework writes them.
    pub path: String,
    /// The handler, and the functions of its file that it calls.
    pub covers: Vec<Span>,
}

static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let marks = [
        r#"@(?P<annotation>Controller|RestController|Get|Post|Put|Delete|Patch|All|RequestMapping|GetMapping|PostMapping|PutMapping|DeleteMapping|PatchMapping|Path)(?-u:\b)\s*(?:\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*(?:["'`](?P<path>[^"'`\n]*)["'`])?)?"#,
        r#"@\w+\.(?:route|get|post|put|delete|patch|api_route)\s*\(\s*["'](?P<python>[^"'\n]*)["']"#,
        r#"(?-u:\b)\w+\s*\.\s*(?:get|post|put|delete|patch|all)\s*(?:<[^()]*>)?\(\s*["'`](?P<call>/[^"'`\n]*)["'`]\s*,"#,
        r#"(?-u:\b)(?:APIRouter|Blueprint)\([^)]*?prefix\s*=\s*["'](?P<prefix>[^"'\n]*)["']"#,
    ];
    pattern(&marks.join("|"))
});

/// The routes of a file of code; `units` are the file's.
pub fn routes_of_code(path: &str, text: &str, units: &[Unit]) -> Vec<Route> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut found = of_file_name(path, extension, text, units);
    if !["java", "kt", "ts", "js", "mts", "cts", "mjs", "cjs", "tsx", "py"].contains(&extension) {
        return found;
    }
    // The prefix of a class, and until where it holds; that of a Python module holds for all of it.
    let mut class: Option<(String, Span)> = None;
    let mut module = String::new();
    for mark in MARKS.captures_iter(text) {
        let range = mark.get(0).map_or(0..0, |all| all.range());
        let at = Span::new(range.start, range.end);
        let named = |name: &str| mark.name(name).map(|part| part.as_str());
        if let Some(prefix) = named("prefix") {
            prefix.clone_into(&mut module);
        } else if let Some(annotation) = named("annotation") {
            let own = named("path").unwrap_or("");
            let unit = units.iter().filter(|unit| is_code(unit.kind)).find(|unit| {
                unit.span.start == at.start
                    || unit.span.start > at.end
                    || (unit.kind == UnitKind::Method && unit.span.contains(at))
            });
            let Some(unit) = unit else { continue };
            // Of several annotations of a class only the first stands at its head.
            let heads = |class: &&Unit| {
                let head = Span { start: class.span.start, end: at.start };
                class.kind == UnitKind::Class && class.span.contains(at) && !head.of(text).contains('{')
            };
            let of_class = annotation.ends_with("Controller")
                || unit.kind == UnitKind::Class
                || units.iter().take_while(|unit| unit.span.start <= at.start).any(|unit| heads(&unit));
            if of_class {
                let whole = units.iter().find(|unit| unit.kind == UnitKind::Class && unit.span.end > at.end);
                class = whole.filter(|_| !own.is_empty()).map(|unit| (own.to_owned(), unit.span));
            } else {
                let prefix =
                    class.as_ref().filter(|(_, span)| span.contains(unit.span)).map_or("", |(prefix, _)| prefix);
                found.push(Route { path: joined(prefix, own), covers: called_with(text, units, unit.span) });
            }
        } else if let Some(own) = named("python") {
            let unit = units
                .iter()
                .filter(|unit| is_code(unit.kind))
                .find(|unit| unit.span.start >= at.start || unit.span.contains(at) && unit.kind != UnitKind::Class);
            let Some(unit) = unit else { continue };
            found.push(Route { path: joined(&module, own), covers: called_with(text, units, unit.span) });
        } else if let Some(own) = named("call") {
            let call = Span::new(range.start, end_of_call(text, range.start));
            found.push(Route { path: joined("", own), covers: called_with(text, units, call) });
        }
    }
    found.retain(|route| route.path.len() > 1);
    found
}

fn joined(prefix: &str, path: &str) -> String {
    let parts = prefix.split('/').chain(path.split('/')).filter(|part| !part.is_empty());
    parts.fold(String::new(), |all, part| all + "/" + part)
}

/// Routes that a file has by its place: `app/api/x/route.ts`, `pages/api/x.ts`, `routes/x/+server.ts`.
fn of_file_name(path: &str, extension: &str, text: &str, units: &[Unit]) -> Vec<Route> {
    if !matches!(extension, "ts" | "js" | "tsx" | "jsx" | "mts" | "mjs") {
        return Vec::new();
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or("");
    let behind = |part: &str, path: &str| {
        let padded = format!("/{path}/");
        padded.find(part).map(|at| padded[at + part.len()..].trim_matches('/').to_owned())
    };
    let route = match stem {
        "route" => behind("/app/", folder),
        "+server" => behind("/routes/", folder),
        "index" => behind("/pages/api/", folder).map(|rest| format!("api/{rest}")),
        _ => behind("/pages/api/", &format!("{folder}/{stem}")).map(|rest| format!("api/{rest}")),
    };
    let Some(route) = route else { return Vec::new() };
    let parts = route.split('/').filter(|part| !part.starts_with('(') && !part.starts_with('@'));
    let path = joined("", &parts.collect::<Vec<_>>().join("/"));
    vec![Route { path, covers: called_with(text, units, Span::new(0, text.len())) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Input, format_of};

    #[test]
    fn handlers_of_paths() {
        for (path, text, expected) in [
            (
                "A.java",
                "@RestController\n@RequestMapping(\"/internal\")\nclass A {\n  @GetMapping(\"/export\")\n  void run() { load(); }\n  void load() { READS(); }\n  @PostMapping(value = \"/other\")\n  void other() {}\n}",
                "/internal/export+ /internal/other",
            ),
            (
                "a.ts",
                "@Controller('internal')\nexport class A {\n  @Get('export')\n  async run() { READS(); }\n  @Post()\n  x() {}\n}",
                "/internal/export+ /internal",
            ),
            (
                "a.js",
                "function handle(req, res) { READS(); }\nrouter.get('/export/:day', handle);\napp.post(\"/other\", (req, res) => {});\nmap.get('/x');",
                "/export/:day+ /other",
            ),
            (
                "a.py",
                "router = APIRouter(prefix=\"/internal\")\n\n@router.get(\"/export\")\nasync def run():\n    READS()\n\n@router.post('/x')\ndef other():\n    pass\n",
                "/internal/export+ /internal/x",
            ),
            ("src/app/(admin)/api/export/route.ts", "export async function GET() { READS(); }", "/api/export+"),
            ("pages/api/export.ts", "export default () => { READS(); }", "/api/export+"),
            ("src/a.ts", "const READS = cache.get('/x');", ""),
        ] {
            let mut facts = format_of(path, text).expect("a format").extract(Input::new(path, text));
            facts.put_in_order();
            let reads = text.find("READS").map(|at| Span::new(at, at + 5)).expect("a mark");
            let shown: Vec<String> = routes_of_code(path, text, &facts.units)
                .iter()
                .map(|route| {
                    let covered = route.covers.iter().any(|span| span.contains(reads));
                    format!("{}{}", route.path, if covered { "+" } else { "" })
                })
                .collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
    }
}
