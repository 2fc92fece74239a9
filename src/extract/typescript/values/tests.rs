//! What files are lowered to, printed line by line.

use std::fmt::Write as _;

use super::*;
use crate::extract::{Format, Input};
use crate::model::code::{Class, Exported, Function, OuterPart};
use crate::model::span::LineIndex;

fn lowered(path: &str, text: &str) -> Code {
    crate::extract::typescript::TypeScript.code(Input::new(path, text)).expect("the grammar fits the parser")
}

/// One line for each definition, use and flow.
struct Printed<'c> {
    code: &'c Code,
    text: &'c str,
    lines: LineIndex,
    out: String,
}

impl Printed<'_> {
    fn line(&self, span: Span) -> u32 {
        self.lines.position(self.text, span.start).line
    }

    fn put(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn all(mut self) -> String {
        for import in &self.code.imports {
            let line = format!("import {} = {} of {}", import.local, part(&import.name), import.module);
            self.put(&line);
        }
        for export in &self.code.exports {
            let value = match &export.value {
                Exported::Expression(id) => self.code.describe(*id),
                Exported::Class(id) => format!("class {}", self.code.classes[id.0 as usize].name),
                Exported::From { module, name } => format!("{} of {module}", part(name)),
            };
            self.put(&format!("export {} = {value}", export.name));
        }
        for class in &self.code.classes {
            self.class(class);
        }
        for function in &self.code.functions {
            self.function(function);
        }
        for found in &self.code.uses {
            let receiver = self.code.describe(found.receiver);
            let head = format!("{}: {} {:?} {:?}", self.line(found.span), found.name, found.form, found.access);
            self.put(&format!("{head} <- {receiver}"));
            assert_eq!(found.span.of(self.text), found.name);
        }
        for flow in &self.code.flows {
            let to = self.target(&flow.to);
            let value = self.code.expression(flow.value);
            self.put(&format!("{}: {} -> {to}", self.line(value.span), self.code.describe(flow.value)));
        }
        self.out
    }

    fn class(&mut self, class: &Class) {
        let mut line = format!("{}: {:?} {}", self.line(class.span), class.kind, class.name);
        if !class.type_parameters.is_empty() {
            let _ = write!(line, "<{}>", class.type_parameters.join(", "));
        }
        for parent in &class.parents {
            let _ = write!(line, " : {}", self.code.describe_type(*parent));
        }
        for annotation in &class.annotations {
            let _ = write!(line, " @{annotation}");
        }
        if let Some(alias) = class.alias {
            let _ = write!(line, " = {}", self.code.describe_type(alias));
        }
        self.put(&line);
        for member in &class.members {
            let mut line = format!("    {}", member.name);
            for (is, word) in [(member.is_static, "static"), (member.is_getter, "getter")] {
                if is {
                    let _ = write!(line, " {word}");
                }
            }
            if member.function.is_some() {
                line.push_str("()");
            }
            if let Some(declared) = member.declared {
                let _ = write!(line, ": {}", self.code.describe_type(declared));
            }
            for value in &member.values {
                let _ = write!(line, " = {}", self.code.describe(*value));
            }
            self.put(&line);
        }
    }

    fn function(&mut self, function: &Function) {
        let parameters = function.parameters.iter().map(|id| {
            let variable = &self.code.variables[id.0 as usize];
            let declared = variable.declared.map(|kind| format!(": {}", self.code.describe_type(kind)));
            format!("{}{}", variable.name, declared.unwrap_or_default())
        });
        let mut line = format!(
            "{}: function {}({})",
            self.line(function.span),
            function.name,
            parameters.collect::<Vec<_>>().join(", ")
        );
        if let Some(returns) = function.returns {
            let _ = write!(line, ": {}", self.code.describe_type(returns));
        }
        for value in &function.returned {
            let _ = write!(line, " => {}", self.code.describe(*value));
        }
        self.put(&line);
    }

    fn target(&self, to: &FlowTarget) -> String {
        match to {
            FlowTarget::Argument(call, at) => format!("argument {at} of {}", self.code.describe(*call)),
            FlowTarget::Receiver(call) => format!("receiver of {}", self.code.describe(*call)),
            FlowTarget::Declared(kind) => format!("type {}", self.code.describe_type(*kind)),
            FlowTarget::Variable(id) => format!("variable {}", self.code.variables[id.0 as usize].name),
            FlowTarget::Property(object, name) => format!("property {name} of {}", self.code.describe(*object)),
            FlowTarget::Returned(id) => format!("result of {}", self.code.functions[id.0 as usize].name),
            FlowTarget::Part(of) => format!("part of {}", self.code.describe(*of)),
            FlowTarget::Spread(of) => format!("spread into {}", self.code.describe(*of)),
            FlowTarget::Key(of, _) => format!("key of {}", self.code.describe(*of)),
        }
    }
}

fn part(name: &OuterPart) -> String {
    match name {
        OuterPart::Named(name) => name.clone(),
        OuterPart::Default => "default".to_owned(),
        OuterPart::All => "all".to_owned(),
    }
}

fn printed(path: &str, text: &str) -> String {
    let code = lowered(path, text);
    Printed { code: &code, text, lines: LineIndex::new(text), out: String::new() }.all()
}

#[test]
fn fixtures_say_what_values_they_have() {
    insta::glob!("../../../../fixtures/typescript/values", "*/*.[jt]s*", |path| {
        let text = std::fs::read_to_string(path).expect("the fixture is readable");
        let name = path.file_name().and_then(|name| name.to_str()).expect("the fixture has a name");
        insta::assert_snapshot!(printed(name, &text));
    });
}

#[test]
fn deep_and_broken_files_are_read() {
    let deep = |open: &str, close: &str| format!("x = {}1{}", open.repeat(6_000), close.repeat(6_000));
    let cases = [
        deep("(", ")"),
        deep("[", "]"),
        deep("{a:", "}"),
        deep("f(", ")"),
        deep("() => ", ""),
        deep("a ? b : ", ""),
        deep("'a' + ", ""),
        deep("!", ""),
        deep("", ".a.b()"),
        format!("type T = {}", "A | ".repeat(6_000)),
        format!("type T = {}", "A<".repeat(6_000)),
        format!("const {}", "{a: [".repeat(4_000)),
        "if (a) {} else ".repeat(4_000),
        "class A { b() { ".repeat(3_000),
        "const a = { ...a, ...a, b }; module.exports = { ...a, ...a };".to_owned(),
        "module.exports = exports = module.exports".to_owned(),
        "class { constructor(private".to_owned(),
        "export { a as } from; import { } from".to_owned(),
    ];
    for case in cases {
        let code = lowered("a.ts", &case);
        assert!(code.uses.iter().all(|found| found.span.of(&case) == found.name));
    }
}

#[test]
fn calls_keep_their_type_arguments() {
    for path in ["a.ts", "a.tsx"] {
        for source in [
            "sql<User[]>`select ${a.b}`",
            "await prisma.$queryRaw<User[]>`select 1`",
            "client.query<User[]>('select 1', [id])",
            "(await pool.query<User[]>('select 1')).rows",
            "(make<User[]>)('a')",
        ] {
            let code = lowered(path, source);
            let given = code.expressions.iter().find_map(|expression| match &expression.kind {
                ExpressionKind::Call { types, .. } => Some(types.iter().map(|id| code.describe_type(*id)).collect()),
                _ => None,
            });
            assert_eq!(given, Some(vec!["User[]".to_owned()]), "{source}");
        }
    }
}
