//! Command lines in their files, and what is no command line.

use super::*;

/// The SQL that a file runs, with the line on which each stands.
fn found(path: &str, text: &str) -> Vec<String> {
    assert!(CommandLines.claims(path, text), "{path}");
    let mut facts = CommandLines.extract(Input::new(path, text));
    facts.put_in_order();
    let shown = facts.statements.iter().map(|statement| {
        let line = text[..statement.span.start as usize].matches('\n').count() + 1;
        let sql: Vec<&str> = statement.span.of(text).split_whitespace().collect();
        format!("{line}: {}", sql.join(" "))
    });
    shown.collect()
}

#[test]
fn shell_in_files_that_carry_it() {
    for (path, text, expected) in [
        (
            "Makefile",
            "PSQL = psql -h x\nall: report\nreport:\n\t@$(PSQL) -c \"SELECT a FROM t WHERE b = '$$X'\"\n",
            "4: SELECT a FROM t WHERE b = '$$X'",
        ),
        ("x.mk", "Q := SELECT a \\\n  FROM t\nr: ; psql -c \"$(Q)\"\n", "1: SELECT a \\ FROM t"),
        ("Makefile", "dump:\n\tpsql <<-SQL\n\tSELECT a FROM t;\n\tSQL\n", "3: SELECT a FROM t"),
        (
            "justfile",
            "report day:\n  psql -c \"SELECT a FROM t WHERE d = {{day}}\"\n",
            "2: SELECT a FROM t WHERE d = {{day}}",
        ),
        (
            "Dockerfile",
            "FROM x\nRUN apt-get update \\\n  # why\n  && psql -c \"SELECT a FROM t\"\n",
            "4: SELECT a FROM t",
        ),
        (
            "Dockerfile.export",
            "CMD [\"psql\", \"-c\", \"SELECT a FROM t WHERE b = 'x'\"]\n",
            "1: SELECT a FROM t WHERE b = 'x'",
        ),
        ("exporter.dockerfile", "HEALTHCHECK --interval=5m CMD psql -c 'SELECT a FROM t'\n", "1: SELECT a FROM t"),
        (
            "Dockerfile",
            "RUN <<EOF\nset -e\npsql -c 'SELECT a FROM t'\nEOF\nRUN psql <<SQL\nSELECT b FROM t;\nSQL\n",
            "3: SELECT a FROM t\n6: SELECT b FROM t",
        ),
        ("Dockerfile", "COPY <<EOF /report.sql\nSELECT a FROM t;\nEOF\n", "2: SELECT a FROM t"),
        (
            ".github/workflows/x.yml",
            "jobs:\n  a:\n    steps:\n      - name: x\n        run: |\n          set -e\n          psql \"${{ secrets.URL }}\" -c \"SELECT a FROM t\"\n",
            "7: SELECT a FROM t",
        ),
        (
            ".github/workflows/x.yml",
            "jobs:\n  a:\n    steps:\n      - run: psql -c \"SELECT a FROM t\" # x\n",
            "4: SELECT a FROM t",
        ),
        (
            ".gitlab-ci.yml",
            "export:\n  script:\n    - Q=\"SELECT a FROM t\"\n    - psql -c \"$Q\"\n",
            "3: SELECT a FROM t",
        ),
        (
            ".circleci/config.yml",
            "jobs:\n  a:\n    steps:\n    - run:\n        name: x\n        command: |\n          psql -c 'SELECT a FROM t'\n",
            "7: SELECT a FROM t",
        ),
        (
            "azure-pipelines.yml",
            "steps:\n- bash: |\n    sqlcmd -Q \"SELECT a FROM t\"\n- task: X\n  inputs:\n    inlineScript: >\n      sqlcmd -Q\n      \"SELECT b FROM t\"\n",
            "3: SELECT a FROM t\n8: SELECT b FROM t",
        ),
        (
            "docker-compose.yml",
            "services:\n  a:\n    command: [\"sh\", \"-c\", \"psql -c \\\"SELECT a FROM t\\\"\"]\n  b:\n    command: psql -c 'SELECT b FROM t'\n    labels:\n      - ofelia.job-exec.x.command=psql -c 'SELECT c FROM t'\n",
            "3: SELECT a FROM t\n5: SELECT b FROM t\n7: SELECT c FROM t",
        ),
        (
            "k8s/x.yaml",
            "apiVersion: batch/v1\nkind: CronJob\nspec:\n  containers:\n    - name: x\n      args:\n        - |\n          psql -c \"SELECT a FROM t\"\n      command:\n      - /bin/sh\n      - -c\n",
            "8: SELECT a FROM t",
        ),
        (
            "k8s/x.yaml",
            "kind: CronJob\nspec:\n  containers:\n    - command: [psql]\n      args: [\"-c\", \"SELECT a FROM t WHERE b = '1'\"]\n",
            "5: SELECT a FROM t WHERE b = '1'",
        ),
        (
            "chart/templates/x.yaml",
            "{{- if .Values.on }}\nkind: ConfigMap\ndata:\n  report.sql: |\n    SELECT a FROM t WHERE b = {{ .Values.b }};\n  run.sh: |\n    psql -c 'SELECT c FROM t'\n{{- end }}\n",
            "5: SELECT a FROM t WHERE b = {{ .Values.b }}\n7: SELECT c FROM t",
        ),
        (
            "argo.yaml",
            "kind: CronWorkflow\nspec:\n  templates:\n  - name: x\n    script:\n      image: y\n      command: [bash]\n      source: |\n        psql -c 'SELECT a FROM t'\n",
            "9: SELECT a FROM t",
        ),
        (
            "Jenkinsfile",
            "pipeline {\n  // sh 'psql -c \"SELECT z FROM t\"'\n  sh 'psql -c \"SELECT a FROM t\"'\n  sh \"\"\"\n    psql -d ${DB} -c 'SELECT b FROM t'\n  \"\"\"\n  sh(label: 'x', script: \"psql -c \\\"SELECT c FROM t\\\"\")\n}\n",
            "3: SELECT a FROM t\n5: SELECT b FROM t\n7: SELECT c FROM t",
        ),
        (
            "package.json",
            "{\n \"scripts\": {\n  \"report\": \"psql -c \\\"SELECT a FROM t\\\"\"\n },\n \"x\": \"psql -c 'SELECT b FROM t'\"\n}\n",
            "3: SELECT a FROM t",
        ),
        ("Procfile", "web: x\nexport: psql -c 'SELECT a FROM t'\n", "2: SELECT a FROM t"),
        ("x.service", "[Service]\nExecStart=-/bin/sh -c \"psql -c 'SELECT a FROM t'\"\n", "2: SELECT a FROM t"),
        (
            "x.bat",
            "@echo off\nrem sqlcmd -Q \"SELECT z FROM t\"\nsqlcmd -S %HOST% ^\n  -Q \"SELECT a FROM t\" -o C:\\x\\y.csv\n",
            "4: SELECT a FROM t",
        ),
        (
            "task.xml",
            "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n<Actions><Exec><Command>C:\\x\\sqlcmd.exe</Command>\n<Arguments>-Q &quot;SELECT a FROM t&quot;</Arguments></Exec></Actions></Task>",
            "3: SELECT a FROM t",
        ),
    ] {
        assert_eq!(found(path, text).join("\n"), expected, "{path}\n{text}");
    }
}

#[test]
fn what_runs_nothing() {
    for (path, text) in [
        ("Makefile", "# psql -c 'SELECT a FROM t'\nall:\n\techo select a from the list\n"),
        ("Dockerfile", "FROM x\n# RUN psql -c 'SELECT a FROM t'\nLABEL a=\"b\"\n"),
        (".github/workflows/x.yml", "name: Select a file from the list\non: push\n# run: psql -c 'SELECT a FROM t'\n"),
        ("package.json", "{\"name\": \"x\", \"scripts\": {\"build\": \"tsc\"}}"),
        ("Jenkinsfile", "pipeline { agent any }"),
    ] {
        assert_eq!(found(path, text), Vec::<String>::new(), "{path}");
    }
    for (path, head) in [("a.yaml", "a: 1\n"), ("src/a.xml", "<a/>"), ("app.json", "{}"), ("Makefiles.txt", "")] {
        assert!(!CommandLines.claims(path, head), "{path}");
    }
}

#[test]
fn hostile_text_is_read_in_linear_time() {
    let shapes = [
        "- ",
        "a: |\n",
        "a: \"",
        "[",
        "a: [\n",
        "\\\n",
        "$(",
        "{{",
        "<<EOF\n",
        "sh '",
        "\"scripts\": {",
        "\u{fffd}",
        "<Command>",
        "^\n",
        "a:\n ",
    ];
    for shape in shapes {
        let text = shape.repeat(40_000 / shape.len());
        for path in [
            "Makefile",
            "justfile",
            "Dockerfile",
            "Jenkinsfile",
            "package.json",
            ".gitlab-ci.yml",
            "x.service",
            "Procfile",
            "x.bat",
        ] {
            CommandLines.extract(Input::new(path, &text));
        }
        task::carried(&text);
    }
}
