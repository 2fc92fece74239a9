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
fn pipelines_run_files_of_sql() {
    const PIPELINE: &str = "input {\n  jdbc {\n    statement_filepath => \"/etc/logstash/sql/report.sql\"\n    schedule => \"0 2 * * *\"\n  }\n}\n";
    assert_eq!(
        via(&[REPORT, ("logstash/users.conf", PIPELINE)]),
        "scheduled-task [scheduled-task users.conf daily at 02:00 logstash/users.conf:4]"
    );
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

/// A service with a route that reads the column, and one that reads another's.
const ROUTES: (&str, &str) = (
    "src/routes/internal.ts",
    "router.get('/export', (req, res) => db.query(`SELECT full_name FROM users`));\nrouter.get('/other', (req, res) => db.query(`SELECT full_name FROM suppliers`));\n",
);

#[test]
fn schedules_ask_for_routes() {
    let expected = "scheduled-task [scheduled-task curl daily at 02:00 ops/crontab:1]";
    let curl = ("ops/crontab", "0 2 * * * curl -fsS https://shop.internal/internal/export?day=1\n");
    assert_eq!(via(&[ROUTES, curl]), expected);
    for handler in [
        (
            "src/A.java",
            "@RestController\n@RequestMapping(\"/internal\")\nclass A {\n  @GetMapping(\"/export\")\n  List run() { return jdbc.query(\"SELECT full_name FROM users\"); }\n}\n",
        ),
        (
            "src/a.controller.ts",
            "@Controller('internal')\nexport class A {\n  @Get('export')\n  run() { return this.db.query(`SELECT full_name FROM users`); }\n}\n",
        ),
        (
            "app/routes.py",
            "bp = Blueprint('x', __name__, url_prefix='/internal')\n\n@bp.route('/export')\ndef run():\n    return db.execute('SELECT full_name FROM users')\n",
        ),
        ("app/internal/export/route.ts", "export const GET = () => db.query(`SELECT full_name FROM users`);\n"),
    ] {
        assert_eq!(via(&[handler, curl]), expected, "{}", handler.0);
    }
    // Through a script, and for another path.
    assert_eq!(
        via(&[ROUTES, ("ops/crontab", "@daily ops/call.sh"), ("ops/call.sh", "wget -q \"$BASE/internal/export\"\n")]),
        "scheduled-task [scheduled-task call.sh daily at 00:00 ops/crontab:1 > script call.sh  ops/call.sh:1]"
    );
    assert!(via(&[ROUTES, ("ops/crontab", "@daily curl https://x/internal/other")]).ends_with("[]"));
    assert!(via(&[ROUTES, ("ops/call.sh", "curl https://x/internal/export")]).ends_with("[]"));
    assert_eq!(
        via(&[
            ROUTES,
            (
                "scheduler.tf",
                "resource \"google_cloud_scheduler_job\" \"nightly\" {\n  schedule = \"0 2 * * *\"\n  http_target {\n    uri = \"https://x/internal/export\"\n  }\n}\n"
            )
        ]),
        "scheduled-task [scheduled-task nightly daily at 02:00 scheduler.tf:1]"
    );
    assert_eq!(
        via(&[
            ("app/api/digest/route.ts", "export const GET = () => db.query(`SELECT full_name FROM users`);\n"),
            ("vercel.json", "{\"crons\": [{\"path\": \"/api/digest\", \"schedule\": \"0 8 * * *\"}]}"),
        ]),
        "scheduled-task [scheduled-task /api/digest daily at 08:00 vercel.json:1]"
    );
}

#[test]
fn images_run_what_their_files_say() {
    let job = "kind: CronJob\nmetadata:\n  name: nightly\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      containers:\n        - image: registry/shop/exporter:1.2\n";
    let script = ("exporter/main.py", "def run():\n    db.execute('SELECT full_name FROM users')\n");
    let image = ("exporter/Dockerfile", "FROM python\nCOPY main.py .\nENTRYPOINT [\"python\", \"main.py\"]\n");
    assert_eq!(
        via(&[script, image, ("k8s/job.yaml", job)]),
        "scheduled-task [scheduled-task nightly daily at 03:00 k8s/job.yaml:5 > script Dockerfile  \
         exporter/Dockerfile:3]"
    );
    assert!(via(&[script, image, ("k8s/job.yaml", &job.replace("exporter", "importer"))]).ends_with("[]"));
}

#[test]
fn clouds_queues_and_frameworks() {
    let lambda = ("jobs/export.py", "def run(event, context):\n    db.execute('SELECT full_name FROM users')\n");
    for (path, text, expected) in [
        (
            "serverless.yml",
            "functions:\n  export:\n    handler: jobs/export.run\n    events:\n      - schedule: rate(1 day)\n",
            "export every 1 day serverless.yml:5",
        ),
        (
            "template.yaml",
            "Resources:\n  Export:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: jobs/\n      Handler: export.run\n      Events:\n        Nightly:\n          Type: Schedule\n          Properties:\n            Schedule: rate(1 day)\n",
            "Export every 1 day template.yaml:11",
        ),
        (
            "main.tf",
            "resource \"aws_scheduler_schedule\" \"nightly\" {\n  schedule_expression = \"rate(1 day)\"\n  target {\n    arn = aws_lambda_function.export.arn\n  }\n}\nresource \"aws_lambda_function\" \"export\" {\n  handler = \"jobs/export.run\"\n}\n",
            "nightly every 1 day main.tf:1",
        ),
        (
            "nightly.xml",
            "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n<Triggers><CalendarTrigger><StartBoundary>2024-01-01T02:00:00</StartBoundary><ScheduleByDay/></CalendarTrigger></Triggers>\n<Actions><Exec><Command>python</Command><Arguments>C:\\shop\\jobs\\export.py</Arguments></Exec></Actions></Task>",
            "nightly.xml daily at 02:00 nightly.xml:2",
        ),
        (
            "argo.yaml",
            "kind: CronWorkflow\nmetadata:\n  name: nightly\nspec:\n  schedules:\n    - \"0 2 * * *\"\n  workflowSpec:\n    templates:\n      - container:\n          command: [python, jobs/export.py]\n",
            "nightly daily at 02:00 argo.yaml:6",
        ),
    ] {
        assert_eq!(via(&[lambda, (path, text)]), format!("scheduled-task [scheduled-task {expected}]"), "{path}");
    }
    let worker =
        ("src/worker.ts", "new Worker('mail', async () => { await db.query(`SELECT full_name FROM users`); }, {});\n");
    for (files, expected) in [
        (
            vec![
                worker,
                ("src/queues.ts", "export const mail = new Queue('mail');\n"),
                ("src/start.ts", "await mail.upsertJobScheduler('nightly', { pattern: '0 2 * * *' });\n"),
            ],
            "nightly daily at 02:00 src/start.ts:1",
        ),
        (
            vec![
                (
                    "app/tasks.py",
                    "from celery import shared_task\n\n@shared_task\ndef export():\n    db.execute('SELECT full_name FROM users')\n",
                ),
                (
                    "app/celery.py",
                    "app.conf.beat_schedule = {\n  'nightly': {'task': 'app.tasks.export', 'schedule': crontab(hour=2, minute=0)},\n}\n",
                ),
            ],
            "nightly daily at 02:00 app/celery.py:2",
        ),
        (
            vec![
                (
                    "app/jobs/export_job.rb",
                    "class ExportJob\n  include Sidekiq::Job\n  def perform\n    execute(\"SELECT full_name FROM users\")\n  end\nend\n",
                ),
                ("config/schedule.yml", "nightly:\n  cron: \"0 2 * * *\"\n  class: ExportJob\n"),
            ],
            "nightly daily at 02:00 config/schedule.yml:2",
        ),
        (
            vec![
                (
                    "app/Jobs/ExportUsers.php",
                    "<?php\nclass ExportUsers implements ShouldQueue {\n  public function handle() { DB::select('SELECT full_name FROM users'); }\n}\n",
                ),
                (
                    "app/Console/Kernel.php",
                    "<?php\nclass Kernel {\n  function schedule($schedule) { $schedule->job(new ExportUsers)->dailyAt('02:00'); }\n}\n",
                ),
            ],
            "ExportUsers daily at 02:00 app/Console/Kernel.php:3",
        ),
        (
            vec![
                (
                    "app/Console/Export.php",
                    "<?php\nclass Export extends Command {\n  protected $signature = 'export:users {day}';\n  public function handle() { DB::select('SELECT full_name FROM users'); }\n}\n",
                ),
                ("routes/console.php", "<?php\nSchedule::command('export:users')->daily();\n"),
            ],
            "export:users daily at 00:00 routes/console.php:2",
        ),
        (
            vec![
                (
                    "src/ExportTask.java",
                    "class ExportTask {\n  void run() { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n",
                ),
                ("db/jobs.sql", "INSERT INTO sys_job VALUES (1, 'exportTask.run()', '0 0 2 * * ?');\n"),
            ],
            "exportTask.run daily at 02:00 db/jobs.sql:1",
        ),
        (
            vec![
                (
                    "src/ExportJob.java",
                    "class ExportJob {\n  void run() { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n",
                ),
                (
                    "src/main/resources/quartz.xml",
                    "<job>\n<job-class>com.shop.ExportJob</job-class>\n</job>\n<cron-expression>0 0 2 * * ?</cron-expression>\n",
                ),
            ],
            "ExportJob daily at 02:00 src/main/resources/quartz.xml:2",
        ),
        (
            vec![(
                "jobs/assets.py",
                "def export():\n    db.execute('SELECT full_name FROM users')\n\nnightly = ScheduleDefinition(name=\"nightly\", job=export, cron_schedule=\"0 2 * * *\")\n",
            )],
            "nightly daily at 02:00 jobs/assets.py:4",
        ),
        (
            vec![(
                "flows/export.py",
                "@flow\ndef export():\n    db.execute('SELECT full_name FROM users')\n\nexport.serve(name=\"nightly\", cron=\"0 2 * * *\")\n",
            )],
            "nightly daily at 02:00 flows/export.py:5",
        ),
        (
            vec![
                (
                    "shop/management/commands/export_users.py",
                    "class Command(BaseCommand):\n    def handle(self, *args, **options):\n        db.execute('SELECT full_name FROM users')\n",
                ),
                ("ops/crontab", "0 2 * * * app cd /srv && python manage.py export_users >> x.log\n"),
            ],
            "manage.py daily at 02:00 ops/crontab:1",
        ),
        (
            vec![
                (
                    "shop/cli.py",
                    "import click\n\n@cli.command(name=\"export-users\")\ndef export():\n    db.execute('SELECT full_name FROM users')\n\n@cli.command()\ndef other():\n    db.execute('SELECT full_name FROM suppliers')\n",
                ),
                (
                    "k8s/job.yaml",
                    "kind: CronJob\nmetadata:\n  name: nightly\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      containers:\n        - args:\n            - python\n            - manage.py\n            - users\n            - export-users\n",
                ),
            ],
            "nightly daily at 03:00 k8s/job.yaml:5",
        ),
        (
            vec![
                (
                    "lib/tasks/users.rake",
                    "namespace :users do\n  task export: :environment do\n    execute(\"SELECT full_name FROM users\")\n  end\n  task other: :environment do\n    execute(\"SELECT full_name FROM suppliers\")\n  end\nend\n",
                ),
                ("config/schedule.rb", "every 1.day, at: '4:30 am' do\n  rake \"users:export\"\nend\n"),
            ],
            "users:export daily at 4:30 am config/schedule.rb:1",
        ),
        (
            vec![
                (
                    "app/models/digest.rb",
                    "class Digest\n  def self.send_all\n    execute(\"SELECT full_name FROM users\")\n  end\nend\n",
                ),
                ("config/schedule.rb.example", "every :hour do\n  runner \"Digest.send_all\"\nend\n"),
            ],
            "Digest.send_all hourly config/schedule.rb.example:1",
        ),
        (
            vec![
                (
                    "src/Command/Export.php",
                    "<?php\n#[AsCommand(name: 'app:export')]\nclass Export extends Command {\n  function execute() { $this->db->query('SELECT full_name FROM users'); }\n}\n",
                ),
                ("ops/crontab", "@daily php bin/console app:export\n"),
            ],
            "php daily at 00:00 ops/crontab:1",
        ),
        (
            vec![
                (
                    "jobs/assets/users.py",
                    "from dagster import asset\n\n@asset(group_name=\"people\")\ndef user_export():\n    db.execute('SELECT full_name FROM users')\n\n@asset\ndef other_export():\n    db.execute('SELECT full_name FROM suppliers')\n",
                ),
                (
                    "jobs/definitions.py",
                    "from dagster import ScheduleDefinition\n\nexport_job = define_asset_job(\"export\", selection=AssetSelection.assets(user_export))\n\nnightly = ScheduleDefinition(job=export_job, cron_schedule=\"0 2 * * *\")\n",
                ),
            ],
            "nightly daily at 02:00 jobs/definitions.py:5",
        ),
        (
            vec![(
                "jobs/assets/users.py",
                "from dagster import asset\n\n@asset(automation_condition=AutomationCondition.on_cron(\"0 2 * * *\"))\ndef user_export():\n    db.execute('SELECT full_name FROM users')\n",
            )],
            "user_export daily at 02:00 jobs/assets/users.py:3",
        ),
    ] {
        assert_eq!(via(&files), format!("scheduled-task [scheduled-task {expected}]"), "{}", files[0].0);
    }
    // An asset, a command that nothing runs.
    for (path, text) in [
        (
            "jobs/users.py",
            "from dagster import asset\n\n@asset\ndef export():\n    db.execute('SELECT full_name FROM users')\n",
        ),
        (
            "jobs/users.py",
            "import click\n\n@cli.command()\ndef export():\n    db.execute('SELECT full_name FROM users')\n",
        ),
        ("lib/tasks/users.rake", "task :export do\n  execute(\"SELECT full_name FROM users\")\nend\n"),
    ] {
        assert!(via(&[(path, text), ("ops/crontab", "@daily python manage.py other\n")]).ends_with("[]"), "{text}");
    }
    assert_eq!(via(&[worker]), "background-job [background-job mail  src/worker.ts:1]");
}

#[test]
fn a_script_that_is_not_there_is_a_problem() {
    let missing = |path: &str, text: &str| {
        let tree = Tree::of(&[("migrations/0001.sql", "CREATE TABLE users (id int, full_name text);\n")]);
        tree.write("ops/export.sh", READS.as_bytes());
        tree.write(path, text.as_bytes());
        let answer = tree.who().json();
        let problems = answer["problems"].as_array().expect("problems").iter();
        let shown = problems.map(|one| format!("{}:{}: {}", one["path"], one["line"], one["message"]));
        shown.collect::<Vec<String>>().join("; ").replace('"', "")
    };
    assert_eq!(
        missing("ops/crontab", "0 1 * * * ops/export.sh\n0 2 * * * /srv/gone.sh > /tmp/x.sql\n"),
        "ops/crontab:2: `/srv/gone.sh`, which this runs daily at 02:00, is in no source"
    );
    assert_eq!(
        missing(
            ".github/workflows/x.yml",
            "on:\n  schedule:\n    - cron: '0 2 * * *'\njobs:\n  a:\n    steps:\n      - run: ./gone.sh\n      - run: pip install x.py\n"
        ),
        ".github/workflows/x.yml:7: `./gone.sh`, which this runs daily at 02:00, is in no source"
    );
    for (path, text) in [
        ("ops/crontab", "0 2 * * * ops/export.sh && curl https://x/install.sh > y.sh; $DIR/x.sh\n"),
        ("ops/run.sh", "sh gone.sh\n"),
    ] {
        assert_eq!(missing(path, text), "", "{text}");
    }
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

/// Code that scheduled code calls in other files, by the language's own ways.
#[test]
fn calls_are_followed_across_files() {
    const TASK: &str = "class ExportTask:\n    @classmethod\n    def export(cls):\n        cls._inner()\n\n    @classmethod\n    def _inner(cls):\n        db.execute(\"SELECT full_name FROM users\")\n";
    const DISPATCH: &str = "def run(job):\n    from tasks.export_task import ExportTask\n    match job:\n        case \"EXPORT\":\n            ExportTask.export()\n        case \"OTHER\":\n            pass\n";
    const SERVICE: &str = "class ExportService {\n  void export() { load(); }\n  private void load() { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n";
    const TIMER: &str = "class Timer {\n  private final ExportService exportService;\n  @Scheduled(cron = \"0 0 2 * * *\")\n  void nightly() { exportService.export(); }\n}\n";
    const CONTROLLER: &str =
        "class C {\n  private ExportService exports;\n  @GetMapping(\"/x\")\n  void now() { exports.export(); }\n}\n";
    let dispatched = |crontab: &'static str| {
        via(&[
            ("jobs/tasks/export_task.py", TASK),
            ("jobs/invoke.py", DISPATCH),
            ("jobs/run_export.sh", "python3 invoke.py EXPORT\n"),
            ("jobs/run_other.sh", "python3 invoke.py OTHER\n"),
            ("crontab", crontab),
        ])
    };
    assert_eq!(
        dispatched("0 2 * * * ./run_export.sh\n"),
        "scheduled-task [scheduled-task run_export.sh daily at 02:00 crontab:1 > script run_export.sh  jobs/run_export.sh:1 > \
         script invoke.py  jobs/invoke.py:5]"
    );
    // Another argument takes another way.
    assert!(dispatched("0 2 * * * ./run_other.sh\n").ends_with("[]"));

    // In Java, over the fields of classes.
    let service = ("src/main/java/a/ExportService.java", SERVICE);
    let timer = ("src/main/java/b/Timer.java", TIMER);
    assert_eq!(
        via(&[service, timer]),
        "scheduled-task [scheduled-task Timer.nightly daily at 02:00 src/main/java/b/Timer.java:3]"
    );
    // What a request calls too is nobody's task.
    assert!(via(&[service, timer, ("src/main/java/c/C.java", CONTROLLER)]).ends_with("[]"));

    // JobRunr takes lambdas and references to methods.
    let nightly = |call: &str| {
        let code = format!(
            "import org.jobrunr.scheduling.*;\nclass Nightly {{\n  private ExportService exports;\n  private JobScheduler jobScheduler;\n  void start() {{\n    {call}\n  }}\n}}\n"
        );
        via(&[service, ("src/main/java/b/Nightly.java", &code)])
    };
    let at = "src/main/java/b/Nightly.java:6]";
    for (call, expected) in [
        ("BackgroundJob.enqueue(() -> exports.export());", "background-job [background-job Nightly.start "),
        (
            "BackgroundJob.scheduleRecurrently(Cron.daily(), exports::export);",
            "scheduled-task [scheduled-task Nightly.start daily",
        ),
        (
            "jobScheduler.<ExportService>scheduleRecurrently(\"x\", \"0 2 * * *\", all -> all.export());",
            "scheduled-task [scheduled-task Nightly.start daily at 02:00",
        ),
    ] {
        assert_eq!(nightly(call), format!("{expected} {at}"));
    }

    assert_eq!(
        via(&[
            (
                "src/export.service.ts",
                "export class ExportService {\n  async run() { await this.db.query('SELECT full_name FROM users'); }\n}\n"
            ),
            (
                "src/jobs/nightly.ts",
                "import { ExportService } from '../export.service';\nexport class Nightly {\n  constructor(private readonly exports: ExportService) {}\n  @Cron('0 30 3 * * *')\n  async run() { await this.exports.run(); }\n}\n",
            ),
        ]),
        "scheduled-task [scheduled-task Nightly.run daily at 03:30 src/jobs/nightly.ts:4]"
    );
    assert_eq!(
        via(&[
            ("shop/export.py", "def export(**context):\n    db.execute(\"SELECT full_name FROM users\")\n"),
            (
                "dags/nightly.py",
                "from airflow import DAG\nfrom shop.export import (\n    export,\n    other,\n)\n\nwith DAG(\"nightly\", schedule=\"0 6 * * *\") as dag:\n    PythonOperator(task_id=\"x\", python_callable=export)\n",
            ),
        ]),
        "scheduled-task [scheduled-task nightly daily at 06:00 dags/nightly.py:7]"
    );
}
