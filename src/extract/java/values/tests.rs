//! Fixtures: what sources say about values, one line for each class, use and flow.

use std::fmt::Write as _;

use crate::extract::Input;
use crate::model::code::{Class, Code, ExpressionId, FlowTarget, Member};
use crate::model::span::{LineIndex, Span};

#[test]
fn fixtures_are_lowered() {
    insta::glob!("../../../../fixtures/java/values", "*/*.java", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        insta::assert_snapshot!(shown(&text));
    });
}

fn shown(text: &str) -> String {
    let code = super::read(Input::new("A.java", text)).expect("a tree");
    check(&code);
    let index = LineIndex::new(text);
    let line = |span: Span| index.line_of(span.start) + 1;
    let mut out = format!("package {}\n", code.package.as_deref().unwrap_or("?"));
    for import in &code.imports {
        let _ = writeln!(out, "import {:?} {} {:?}", import.local, import.module, import.name);
    }
    for class in &code.classes {
        let _ = writeln!(out, "{}: {}", line(class.span), class_line(&code, class));
    }
    for function in &code.functions {
        let parameters: Vec<_> =
            function.parameters.iter().map(|id| variable(&code, &code.variables[id.0 as usize])).collect();
        let returned: Vec<_> = function.returned.iter().map(|id| code.describe(*id)).collect();
        let name = if function.name.is_empty() { "function" } else { &function.name };
        let _ = writeln!(
            out,
            "{}: {name}({}) returns {}",
            line(function.span),
            parameters.join(", "),
            if returned.is_empty() { "nothing".to_owned() } else { returned.join(" | ") },
        );
    }
    out.push_str("uses\n");
    for used in &code.uses {
        let _ = writeln!(
            out,
            "{}: {} {:?} {:?} <- {}",
            line(used.span),
            used.name,
            used.form,
            used.access,
            code.describe(used.receiver),
        );
    }
    out.push_str("flows\n");
    for flow in &code.flows {
        let span = code.expression(flow.value).span;
        let _ = writeln!(out, "{}: {} -> {}", line(span), code.describe(flow.value), target(&code, &flow.to));
    }
    out
}

fn class_line(code: &Code, class: &Class) -> String {
    let mut out = format!("{:?} {:?}", class.kind, class.name);
    if !class.type_parameters.is_empty() {
        let _ = write!(out, " <{}>", class.type_parameters.join(", "));
    }
    if let Some(outer) = class.outer {
        let _ = write!(out, " in {}", code.classes[outer.0 as usize].name);
    }
    for parent in &class.parents {
        let _ = write!(out, " : {}", code.describe_type(*parent));
    }
    for annotation in &class.annotations {
        let _ = write!(out, " @{annotation}");
    }
    let members: Vec<_> = class.members.iter().map(|member| member_line(code, member)).collect();
    format!("{out} {{{}}}", members.join("; "))
}

fn member_line(code: &Code, member: &Member) -> String {
    let mut out = if member.is_static { "static ".to_owned() } else { String::new() };
    out.push_str(&member.name);
    if let Some(function) = member.function {
        let function = &code.functions[function.0 as usize];
        out.push_str("()");
        if !function.type_parameters.is_empty() {
            let _ = write!(out, " <{}>", function.type_parameters.join(", "));
        }
        if let Some(returns) = function.returns {
            let _ = write!(out, ": {}", code.describe_type(returns));
        }
    }
    if let Some(declared) = member.declared {
        let _ = write!(out, ": {}", code.describe_type(declared));
    }
    for value in &member.values {
        let _ = write!(out, " = {}", code.describe(*value));
    }
    out
}

fn variable(code: &Code, variable: &crate::model::code::Variable) -> String {
    let declared = variable.declared.map_or_else(|| "?".to_owned(), |id| code.describe_type(id));
    format!("{}: {declared}", variable.name)
}

fn target(code: &Code, target: &FlowTarget) -> String {
    let show = |id: &ExpressionId| code.describe(*id);
    match target {
        FlowTarget::Argument(call, at) => format!("argument {at} of {}", show(call)),
        FlowTarget::Receiver(call) => format!("receiver of {}", show(call)),
        FlowTarget::Declared(id) => format!("a place for {}", code.describe_type(*id)),
        FlowTarget::Variable(id) => format!("variable {}", code.variables[id.0 as usize].name),
        FlowTarget::Property(object, name) => format!("({}).{name}", show(object)),
        FlowTarget::Returned(id) => format!("result of {:?}", code.functions[id.0 as usize].name),
        FlowTarget::Part(whole) => format!("part of {}", show(whole)),
        FlowTarget::Spread(whole) => format!("spread into {}", show(whole)),
        FlowTarget::Key(whole, _) => format!("key of {}", show(whole)),
    }
}

/// What holds of every file: parts stand before what is made of them, uses are in order.
fn check(code: &Code) {
    use crate::model::code::ExpressionKind as Kind;
    for (at, expression) in code.expressions.iter().enumerate() {
        let parts: Vec<ExpressionId> = match &expression.kind {
            Kind::Member { object: of, .. } | Kind::Element(of) => vec![*of],
            Kind::Call { callee, arguments, .. } => [*callee].into_iter().chain(arguments.iter().copied()).collect(),
            Kind::New { arguments: parts, .. } | Kind::List(parts) | Kind::Choice(parts) => parts.clone(),
            _ => Vec::new(),
        };
        assert!(parts.iter().all(|part| (part.0 as usize) < at), "{at} {expression:?}");
        assert!(expression.span.start <= expression.span.end);
    }
    assert!(code.uses.is_sorted_by_key(|found| found.span));
    for (at, variable) in code.variables.iter().enumerate() {
        if let Some((function, index)) = variable.parameter {
            assert_eq!(code.functions[function.0 as usize].parameters[index as usize].0 as usize, at);
        }
    }
}

#[test]
fn deep_and_long_sources_are_read_in_linear_time() {
    const MANY: usize = 5_000;
    let wrap = |body: &str| format!("class A extends B {{ Object f(Object o) {{ {body} }} }}");
    for (what, text) in [
        ("parentheses", wrap(&format!("return {}o{};", "(".repeat(3_000), ")".repeat(3_000)))),
        ("calls in calls", wrap(&format!("return {}o{};", "f(".repeat(3_000), ")".repeat(3_000)))),
        ("a chain", wrap(&format!("return o{};", ".get(x -> x.y)".repeat(MANY)))),
        ("a sum", wrap(&format!("return o{};", " + o.x".repeat(MANY)))),
        ("branches", wrap(&format!("if (o.a) f(o); {}", "else if (o.b) f(o); ".repeat(MANY)))),
        ("choices", wrap(&format!("return {} o;", "o.a ? o.b : ".repeat(2_000)))),
        ("blocks", wrap(&format!("{}{}", "{".repeat(3_000), "}".repeat(3_000)))),
        ("unclosed blocks", format!("class A {{ void f() {{ {}", "{ if (a".repeat(2_000))),
        ("statements", wrap(&"User u = o.find(); u.setName(o.name); ".repeat(MANY))),
        ("classes in classes", "class A { int x; ".repeat(2_000)),
        ("members", format!("class A {{ {} }}", "String name; String getName() { return name; } ".repeat(MANY))),
        ("items", format!("class A {{ int[] x = {{ {} }}; }}", "name, ".repeat(MANY))),
        ("type arguments", wrap(&format!("{}X{} u;", "List<".repeat(1_000), ">".repeat(1_000)))),
        ("lambdas", wrap(&format!("return {}o{};", "f(x -> ".repeat(1_000), ")".repeat(1_000)))),
        ("values of one variable", wrap(&"o = o.next(); ".repeat(MANY))),
        ("noise", "}{)(;class\u{fe}@interface enum record \"\"\" <<>>::->".repeat(500)),
    ] {
        let code = super::read(Input::new("A.java", &text)).expect(what);
        check(&code);
    }
}
