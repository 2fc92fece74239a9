//! What runs a consumer: one row a format. In the same places stands a column of another table that is not asked for.

use crate::common::Tree;

/// The kind, and how it is reached, of the consumer of `users.full_name` in the file that is not the schema.
fn via(files: &[(&str, &str)]) -> String {
    let tree = Tree::of(&[(
        "migrations/0001.sql",
        "CREATE TABLE users (id int, full_name text);\nCREATE TABLE suppliers (id int, full_name text);\n",
    )]);
    for (path, text) in files {
        tree.write(path, text.as_bytes());
    }
    let answer = tree.who().json();
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    let shown = consumers.filter(|one| one["context"] == "live").map(|one| {
        let via = one["via"].as_array().expect("steps").iter().map(|step| {
            let schedule = step["schedule"].as_str().unwrap_or("");
            let text = |key: &str| step[key].as_str().expect("text").to_owned();
            format!("{} {} {schedule} {}:{}", text("kind"), text("name"), text("path"), step["line"])
        });
        let steps: Vec<String> = via.collect();
        format!("{} [{}]", one["kind"].as_str().expect("a kind"), steps.join(" > "))
    });
    shown.collect::<Vec<String>>().join("; ")
}

const READS: &str = "psql -c \"SELECT full_name FROM users\"\npsql -c \"SELECT full_name FROM suppliers\"\n";

const REPORT: (&str, &str) =
    ("sql/report.sql", "SELECT u.full_name FROM users u;\nSELECT s.full_name FROM suppliers s;\n");

#[test]
fn schedules_are_followed_to_what_they_run() {
    let export = ("ops/export.sh", READS);
    let at = |path: &'static str, text: &'static str| via(&[export, (path, text)]);
    for (path, text, expected) in [
        ("ops/crontab", "0 2 * * * /opt/shop/ops/export.sh", "export.sh daily at 02:00 ops/crontab:1"),
        ("etc/cron.d/x", "# x\n@hourly root sh export.sh > /dev/null", "export.sh hourly etc/cron.d/x:2"),
        (
            "k8s/job.yaml",
            "kind: CronJob\nmetadata:\n  name: nightly\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      command: [\"sh\", \"/app/export.sh\"]\n",
            "nightly daily at 03:00 k8s/job.yaml:5",
        ),
        (
            "chart/templates/job.yaml",
            "{{- range .Values.jobs }}\nkind: CronJob\nmetadata:\n  name: x-{{ .name }}\nspec:\n  schedule: {{ .schedule }}\n  args: [ops/export.sh]\n{{- end }}\n",
            "job.yaml on a schedule that is set elsewhere chart/templates/job.yaml:6",
        ),
        (
            ".github/workflows/r.yml",
            "name: Report\non:\n  schedule:\n    - cron: '0 5 * * 1'\njobs:\n  a:\n    steps:\n      - run: ./ops/export.sh\n",
            "Report weekly on Monday at 05:00 .github/workflows/r.yml:4",
        ),
        (
            ".gitlab-ci.yml",
            "export:\n  only:\n    - schedules\n  script:\n    - ops/export.sh\n",
            "export on a schedule that is set in GitLab .gitlab-ci.yml:1",
        ),
        (
            "Jenkinsfile",
            "pipeline {\n triggers { cron('H 2 * * *') }\n stages { sh 'ops/export.sh' } }",
            "Jenkinsfile daily at some minute of 02:00 Jenkinsfile:2",
        ),
        (
            "docker-compose.yml",
            "services:\n  a:\n    labels:\n      ofelia.job-exec.dump.schedule: \"@daily\"\n      ofelia.job-exec.dump.command: \"sh export.sh\"\n",
            "dump daily at 00:00 docker-compose.yml:4",
        ),
    ] {
        assert_eq!(at(path, text), format!("scheduled-task [scheduled-task {expected}]"), "{path}");
    }
    for (path, text) in [
        ("ops/crontab", "# 0 2 * * * ops/export.sh"),
        ("ops/crontab", "0 2 * * * other/export2.sh"),
        ("ops/crontab", "0 2 * * * chmod +x ops/export.sh"),
        (".github/workflows/r.yml", "name: Build\non: push\njobs:\n  a:\n    steps:\n      - run: ./ops/export.sh\n"),
        ("docs/cron.md", "0 2 * * * ops/export.sh"),
    ] {
        assert!(at(path, text).ends_with("[]"), "{path} {text}: {}", at(path, text));
    }
}

#[test]
fn scripts_run_scripts() {
    assert_eq!(
        via(&[
            REPORT,
            ("ops/crontab", "0 2 * * * /srv/run.sh\n"),
            ("bin/run.sh", "set -e\nmake -C .. nightly\n"),
            ("Makefile", "all:\n\ttrue\nnightly: all\n\tpsql -f sql/report.sql\n"),
        ]),
        "scheduled-task [scheduled-task run.sh daily at 02:00 ops/crontab:1 > script run.sh  bin/run.sh:2 > script \
         Makefile  Makefile:4]"
    );
    assert_eq!(
        via(&[
            ("src/jobs/report.ts", "export function report() { return db.query(`SELECT full_name FROM users`); }"),
            ("package.json", "{\n  \"scripts\": {\n    \"report\": \"node dist/jobs/report.js\"\n  }\n}\n"),
            ("ops/crontab", "@daily cd /srv && npm run report\n"),
        ]),
        "scheduled-task [scheduled-task npm daily at 00:00 ops/crontab:1 > script package.json  package.json:3]"
    );
    assert_eq!(
        via(&[
            ("jobs/daily.py", "def run(db):\n    db.execute(\"SELECT full_name FROM users\")\n"),
            ("systemd/daily.timer", "[Timer]\nOnCalendar=daily\n"),
            ("systemd/daily.service", "[Service]\nExecStart=/usr/bin/python -m jobs.daily\n"),
        ]),
        "scheduled-task [scheduled-task daily daily at 00:00 systemd/daily.timer:2 > script daily.service  \
         systemd/daily.service:2]"
    );
    // Two scripts of one name: the one that the path names.
    let both = [("a/x.sh", READS), ("b/x.sh", "psql -c \"SELECT 1 FROM suppliers\"\n")];
    assert!(!via(&[both[0], both[1], ("crontab", "@daily /srv/a/x.sh\n")]).ends_with("[]"));
    assert!(via(&[both[0], both[1], ("crontab", "@daily /srv/b/x.sh\n")]).ends_with("[]"));
    // Scripts that run each other end.
    assert!(via(&[("x.sh", READS), ("y.sh", "sh x.sh\nsh z.sh\n"), ("z.sh", "sh y.sh\n")]).ends_with("[]"));
}

#[test]
fn code_that_is_run_by_a_clock() {
    assert_eq!(
        via(&[(
            "jobs/cron.sql",
            "SELECT cron.schedule('sync', '0 3 * * *', $$UPDATE users SET full_name = 'x' WHERE id > 1$$);\n",
        )]),
        "scheduled-task [scheduled-task sync daily at 03:00 jobs/cron.sql:1]"
    );
    assert_eq!(
        via(&[(
            "dags/export.py",
            "with DAG(\"export\", schedule=\"@daily\"):\n    db.execute(\"SELECT full_name FROM users\")\n",
        )]),
        "scheduled-task [scheduled-task export daily at 00:00 dags/export.py:1]"
    );
    assert_eq!(
        via(&[
            ("api/digest.ts", "export default () => db.query(`SELECT full_name FROM users`);"),
            ("vercel.json", "{\"crons\": [{\"path\": \"/api/digest\", \"schedule\": \"0 8 * * *\"}]}",)
        ]),
        "scheduled-task [scheduled-task /api/digest daily at 08:00 vercel.json:1]"
    );
    assert_eq!(
        via(&[(
            "src/A.java",
            "class A {\n  @Scheduled(cron = \"0 0 2 * * *\")\n  public void nightly() { load(); }\n  void load() { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n",
        )]),
        "scheduled-task [scheduled-task A.nightly daily at 02:00 src/A.java:2]"
    );
    assert_eq!(
        via(&[(
            "src/mail.ts",
            "new Worker('mail', async () => { await db.query(`SELECT full_name FROM users`); }, {});\n",
        )]),
        "background-job [background-job mail  src/mail.ts:1]"
    );
}
