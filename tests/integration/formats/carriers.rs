//! Schedules, carriers of shell, images, routes, Python.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        format: "shell",
        files: &[(
            "ops/names.sh",
            "psql -c \"SELECT full_name FROM users\"\npsql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "dumps",
        files: &[("ops/names.sh", "pg_dump -t users shop\npg_dump -t customers shop\n")],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "mysql",
        files: &[(
            "ops/names.sh",
            "mysql shop -e \"SELECT full_name FROM users\"\nmysql shop -e \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "sqlcmd",
        files: &[(
            "ops/names.sh",
            "sqlcmd -Q \"SELECT full_name FROM users\"\nsqlcmd -Q \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "bq",
        files: &[(
            "ops/names.sh",
            "bq query --use_legacy_sql=false 'SELECT full_name FROM users'\nbq query --use_legacy_sql=false 'SELECT full_name FROM customers'\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "snowsql",
        files: &[(
            "ops/names.sh",
            "snowsql -q 'SELECT full_name FROM users'\nsnowsql -q 'SELECT full_name FROM customers'\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "clickhouse-client",
        files: &[(
            "ops/names.sh",
            "clickhouse-client --query='SELECT full_name FROM users'\nclickhouse-client --query='SELECT full_name FROM customers'\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "sqlite3",
        files: &[(
            "ops/names.sh",
            "sqlite3 shop.db 'SELECT full_name FROM users'\nsqlite3 shop.db 'SELECT full_name FROM customers'\n",
        )],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "sqlplus",
        files: &[(
            "ops/names.sh",
            "sqlplus -s shop <<EOF\nSELECT full_name FROM users;\nEOF\nsqlplus -s shop <<EOF\nSELECT full_name FROM customers;\nEOF\n",
        )],
        found: &["application names.sh: read ops/names.sh:2"],
    },
    Row {
        format: "here-documents and pipes",
        files: &[(
            "ops/names.sh",
            "cat <<'SQL' | psql shop\nSELECT full_name\nFROM users;\nSQL\necho 'UPDATE users SET full_name = NULL' | psql shop\necho 'SELECT full_name FROM customers' | psql shop\n",
        )],
        found: &["application names.sh: read ops/names.sh:2, write ops/names.sh:5"],
    },
    Row {
        format: "files of SQL",
        files: &[
            ("ops/crontab", "0 2 * * * psql -f /srv/shop/sql/names.sql\n"),
            ("sql/names.sql", "\\o names.csv\nSELECT full_name FROM users;\nSELECT full_name FROM customers;\n"),
        ],
        found: &[
            "scheduled-task names.sql: read sql/names.sql:2 < scheduled-task names.sql daily at 02:00 ops/crontab:1",
        ],
    },
    Row {
        format: "copy",
        files: &[(
            "ops/names.sql",
            "COPY users (id, full_name) TO STDOUT;\n\\copy users (full_name) FROM 'x.csv'\n\\copy (SELECT full_name FROM users) TO 'y.csv'\nCOPY customers (full_name) TO STDOUT;\n",
        )],
        found: &["application names.sql: read ops/names.sql:1, write ops/names.sql:2, read ops/names.sql:3"],
    },
    Row {
        format: "dumps of MySQL",
        files: &[("ops/names.sh", "mysqldump shop users > x.sql\nmysqldump shop customers > y.sql\n")],
        found: &["application names.sh: read ops/names.sh:1"],
    },
    Row {
        format: "psycopg",
        files: &[(
            "names.py",
            "def users(cur):\n    cur.execute(sql.SQL(\"SELECT {} FROM users\").format(sql.Identifier(\"full_name\")))\n\ndef customers(cur):\n    cur.execute(\"SELECT full_name FROM customers\")\n",
        )],
        found: &["application users: read names.py:2"],
    },
    Row {
        format: "sqlalchemy core",
        files: &[(
            "names.py",
            "from sqlalchemy import Column, MetaData, String, Table, select\n\nusers = Table(\"users\", MetaData(), Column(\"full_name\", String))\ncustomers = Table(\"customers\", MetaData(), Column(\"full_name\", String))\n\ndef names():\n    return select(users.c.full_name)\n\ndef others():\n    return select(customers.c.full_name)\n",
        )],
        found: &["application names: read names.py:7", "application names.py: both names.py:3"],
    },
    Row {
        format: "spark",
        files: &[(
            "names.py",
            "def users(spark):\n    spark.sql(\"SELECT full_name FROM users\").show()\n    spark.table(\"users\").select(\"full_name\")\n\ndef customers(spark):\n    spark.table(\"customers\").select(\"full_name\")\n",
        )],
        found: &["application users: read names.py:2, read? names.py:3, read names.py:3"],
    },
    Row {
        format: "dagster",
        files: &[
            (
                "jobs/assets.py",
                "from dagster import asset\n\n@asset\ndef user_names():\n    db.execute(\"SELECT full_name FROM users\")\n\n@asset\ndef customer_names():\n    db.execute(\"SELECT full_name FROM customers\")\n",
            ),
            (
                "jobs/definitions.py",
                "from dagster import ScheduleDefinition\n\nnightly = ScheduleDefinition(target=AssetSelection.assets(\"user_names\"), cron_schedule=\"0 2 * * *\")\n",
            ),
        ],
        found: &[
            "scheduled-task user_names: read jobs/assets.py:5 < scheduled-task nightly daily at 02:00 jobs/definitions.py:3",
        ],
    },
    Row {
        format: "prefect",
        files: &[
            (
                "flows/names.py",
                "from prefect import flow\n\n@flow\ndef names():\n    db.execute(\"SELECT full_name FROM users\")\n\nnames.serve(name=\"nightly\", cron=\"0 2 * * *\")\n",
            ),
            ("flows/others.py", "@flow\ndef others():\n    db.execute(\"SELECT full_name FROM customers\")\n"),
        ],
        found: &[
            "scheduled-task names: read flows/names.py:5 < scheduled-task nightly daily at 02:00 flows/names.py:7",
        ],
    },
    Row {
        format: "pg_cron",
        files: &[(
            "jobs/cron.sql",
            "SELECT cron.schedule('names', '0 3 * * *', $$UPDATE users SET full_name = 'x' WHERE id > 1$$);\nSELECT cron.schedule('others', '0 4 * * *', $$UPDATE customers SET full_name = 'x' WHERE id > 1$$);\n",
        )],
        found: &[
            "scheduled-task cron.sql: write jobs/cron.sql:1 < scheduled-task names daily at 03:00 jobs/cron.sql:1",
        ],
    },
    Row {
        format: "ofelia",
        files: &[(
            "docker-compose.yml",
            "services:\n  a:\n    labels:\n      ofelia.job-exec.names.schedule: \"@daily\"\n      ofelia.job-exec.names.command: psql -c \"SELECT full_name FROM users\"\n  b:\n    command: psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &[
            "scheduled-task docker-compose.yml: read docker-compose.yml:5 < scheduled-task names daily at 00:00 docker-compose.yml:4",
        ],
    },
    Row {
        format: "helm",
        files: &[(
            "chart/templates/names.yaml",
            "{{- if .Values.on }}\nkind: CronJob\nmetadata:\n  name: names\nspec:\n  schedule: {{ .Values.when | quote }}\n  jobTemplate:\n    command: [\"psql\", \"-c\", \"SELECT full_name FROM users\"]\n{{- end }}\n---\nkind: Job\nspec:\n  command: [\"psql\", \"-c\", \"SELECT full_name FROM customers\"]\n",
        )],
        found: &[
            "scheduled-task names.yaml: read chart/templates/names.yaml:8 < scheduled-task names on a schedule that is set elsewhere chart/templates/names.yaml:6",
        ],
    },
    Row {
        format: "vercel",
        files: &[
            ("vercel.json", "{\"crons\": [{\"path\": \"/api/names\", \"schedule\": \"0 8 * * *\"}]}\n"),
            ("api/names.ts", "export default () => db.query(`SELECT full_name FROM users`);\n"),
            ("api/others.ts", "export default () => db.query(`SELECT full_name FROM customers`);\n"),
        ],
        found: &["scheduled-task names: read api/names.ts:1 < scheduled-task /api/names daily at 08:00 vercel.json:1"],
    },
    Row {
        format: "sam",
        files: &[
            (
                "template.yaml",
                "Resources:\n  Names:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: jobs/\n      Handler: names.run\n      Events:\n        Nightly:\n          Type: Schedule\n          Properties:\n            Schedule: rate(1 day)\n",
            ),
            (
                "jobs/names.py",
                "def run(event, context):\n    db.execute(\"SELECT full_name FROM users\")\n    db.execute(\"SELECT full_name FROM customers\")\n",
            ),
        ],
        found: &["scheduled-task run: read jobs/names.py:2 < scheduled-task Names every 1 day template.yaml:11"],
    },
    Row {
        format: "whenever",
        files: &[
            ("config/schedule.rb", "every 1.day, at: '4:30 am' do\n  rake 'names:users'\nend\n"),
            (
                "lib/tasks/names.rake",
                "namespace :names do\n  task :users do\n    execute(\"SELECT full_name FROM users\")\n  end\n  task :customers do\n    execute(\"SELECT full_name FROM customers\")\n  end\nend\n",
            ),
        ],
        found: &[
            "scheduled-task names.rake: read lib/tasks/names.rake:3 < scheduled-task names:users daily at 4:30 am config/schedule.rb:1",
        ],
    },
    Row {
        format: "report SQL in seed rows and changelogs",
        files: &[
            (
                "a/reports.sql",
                "CREATE TABLE reports (id int, query text);\nINSERT INTO reports VALUES (1, 'SELECT full_name FROM users');\nINSERT INTO reports VALUES (2, 'SELECT full_name FROM customers');\n",
            ),
            (
                "a/changelog.xml",
                "<databaseChangeLog>\n<changeSet id=\"1\" author=\"a\">\n<insert tableName=\"reports\">\n<column name=\"query\" value=\"SELECT full_name FROM users\"/>\n</insert>\n<insert tableName=\"reports\">\n<column name=\"query\" value=\"SELECT full_name FROM customers\"/>\n</insert>\n<createView viewName=\"names\">SELECT full_name FROM users</createView>\n</changeSet>\n</databaseChangeLog>\n",
            ),
        ],
        found: &[
            "report reports.query: read a/changelog.xml:4",
            "report reports.sql: read a/reports.sql:2",
            "view names: read a/changelog.xml:9",
        ],
    },
    Row {
        format: "views, functions, triggers",
        files: &[
            (
                "a/routines.sql",
                "CREATE VIEW v AS SELECT u.full_name AS name FROM users u;\nCREATE MATERIALIZED VIEW w AS SELECT upper(v.name) AS loud FROM v;\nCREATE TABLE copied AS SELECT w.loud FROM w;\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.full_name := trim(OLD.full_name);\n  RETURN NEW;\nEND $$;\nCREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();\nCREATE VIEW x AS SELECT full_name FROM customers;\n",
            ),
            ("reports/loud.sql", "SELECT loud FROM w;\n"),
        ],
        found: &[
            "application routines.sql: read a/routines.sql:3",
            "report loud.sql: read reports/loud.sql:1",
            "view touch: write a/routines.sql:6, read a/routines.sql:6",
            "view v: read a/routines.sql:1",
            "view w: read a/routines.sql:2",
        ],
    },
    Row {
        format: "make",
        files: &[(
            "Makefile",
            "users:\n\tpsql -c \"SELECT full_name FROM users\"\ncustomers:\n\tpsql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application users: read Makefile:2"],
    },
    Row {
        format: "just",
        files: &[(
            "justfile",
            "users:\n  psql -c \"SELECT full_name FROM users\"\ncustomers:\n  psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application users: read justfile:2"],
    },
    Row {
        format: "dockerfile",
        files: &[(
            "Dockerfile",
            "FROM postgres\nRUN psql -c \"SELECT full_name FROM users\"\nCMD [\"psql\", \"-c\", \"SELECT full_name FROM customers\"]\n",
        )],
        found: &["application Dockerfile: read Dockerfile:2"],
    },
    Row {
        format: "github-actions",
        files: &[(
            ".github/workflows/names.yml",
            "name: Names\non:\n  schedule:\n    - cron: '0 5 * * 1'\njobs:\n  a:\n    steps:\n      - run: psql -c \"SELECT full_name FROM users\"\n      - run: |\n          psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &[
            "scheduled-task names.yml: read .github/workflows/names.yml:8 < scheduled-task Names weekly on Monday at 05:00 .github/workflows/names.yml:4",
        ],
    },
    Row {
        format: "gitlab-ci",
        files: &[(
            ".gitlab-ci.yml",
            "names:\n  script:\n    - psql -c \"SELECT full_name FROM users\"\n    - psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application .gitlab-ci.yml: read .gitlab-ci.yml:3"],
    },
    Row {
        format: "circleci",
        files: &[(
            ".circleci/config.yml",
            "jobs:\n  a:\n    steps:\n      - run:\n          command: psql -c \"SELECT full_name FROM users\"\n      - run: psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application config.yml: read .circleci/config.yml:5"],
    },
    Row {
        format: "azure-pipelines",
        files: &[(
            "azure-pipelines.yml",
            "steps:\n- bash: psql -c \"SELECT full_name FROM users\"\n- script: psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application azure-pipelines.yml: read azure-pipelines.yml:2"],
    },
    Row {
        format: "jenkins",
        files: &[(
            "Jenkinsfile",
            "pipeline {\n  triggers { cron('H 2 * * *') }\n  sh 'psql -c \"SELECT full_name FROM users\"'\n  sh 'psql -c \"SELECT full_name FROM customers\"'\n}\n",
        )],
        found: &[
            "scheduled-task Jenkinsfile: read Jenkinsfile:3 < scheduled-task Jenkinsfile daily at some minute of 02:00 Jenkinsfile:2",
        ],
    },
    Row {
        format: "compose",
        files: &[(
            "docker-compose.yml",
            "services:\n  a:\n    command: psql -c \"SELECT full_name FROM users\"\n  b:\n    command: [\"psql\", \"-c\", \"SELECT full_name FROM customers\"]\n",
        )],
        found: &["application docker-compose.yml: read docker-compose.yml:3"],
    },
    Row {
        format: "kubernetes",
        files: &[(
            "k8s/names.yaml",
            "kind: CronJob\nmetadata:\n  name: names\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      containers:\n        - command: [\"psql\", \"-c\", \"SELECT full_name FROM users\"]\n        - command: [\"psql\"]\n          args: [\"-c\", \"SELECT full_name FROM customers\"]\n",
        )],
        found: &[
            "scheduled-task names.yaml: read k8s/names.yaml:9 < scheduled-task names daily at 03:00 k8s/names.yaml:5",
        ],
    },
    Row {
        format: "argo",
        files: &[(
            "argo.yaml",
            "kind: CronWorkflow\nmetadata:\n  name: names\nspec:\n  schedule: \"0 3 * * *\"\n  workflowSpec:\n    templates:\n      - script:\n          source: |\n            psql -c \"SELECT full_name FROM users\"\n            psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["scheduled-task argo.yaml: read argo.yaml:10 < scheduled-task names daily at 03:00 argo.yaml:5"],
    },
    Row {
        format: "package-json",
        files: &[(
            "package.json",
            "{\n  \"scripts\": {\n    \"users\": \"psql -c 'SELECT full_name FROM users'\",\n    \"customers\": \"psql -c 'SELECT full_name FROM customers'\"\n  }\n}\n",
        )],
        found: &["application package.json: read package.json:3"],
    },
    Row {
        format: "procfile",
        files: &[(
            "Procfile",
            "users: psql -c \"SELECT full_name FROM users\"\ncustomers: psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application Procfile: read Procfile:1"],
    },
    Row {
        format: "systemd",
        files: &[
            (
                "names.service",
                "[Service]\nExecStart=psql -c \"SELECT full_name FROM users\"\nExecStartPost=psql -c \"SELECT full_name FROM customers\"\n",
            ),
            ("names.timer", "[Timer]\nOnCalendar=daily\n"),
        ],
        found: &[
            "scheduled-task names.service: read names.service:2 < scheduled-task names daily at 00:00 names.timer:2",
        ],
    },
    Row {
        format: "crontab",
        files: &[(
            "ops/crontab",
            "0 2 * * * psql -c \"SELECT full_name FROM users\"\n0 3 * * * psql -c \"SELECT full_name FROM customers\"\n",
        )],
        found: &["scheduled-task crontab: read ops/crontab:1 < scheduled-task psql daily at 02:00 ops/crontab:1"],
    },
    Row {
        format: "batch",
        files: &[(
            "names.bat",
            "sqlcmd -Q \"SELECT full_name FROM users\"\nsqlcmd -Q \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application names.bat: read names.bat:1"],
    },
    Row {
        format: "powershell",
        files: &[(
            "names.ps1",
            "Invoke-Sqlcmd -Query \"SELECT full_name FROM users\"\nInvoke-Sqlcmd -Query \"SELECT full_name FROM customers\"\n",
        )],
        found: &["application names.ps1: read names.ps1:1"],
    },
    Row {
        format: "windows-task",
        files: &[(
            "names.xml",
            "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n<Triggers><CalendarTrigger><StartBoundary>2024-01-01T02:00:00</StartBoundary><ScheduleByDay/></CalendarTrigger></Triggers>\n<Actions><Exec><Command>sqlcmd</Command>\n<Arguments>-Q &quot;SELECT full_name FROM users&quot;</Arguments></Exec>\n<Exec><Command>sqlcmd</Command>\n<Arguments>-Q &quot;SELECT full_name FROM customers&quot;</Arguments></Exec></Actions></Task>\n",
        )],
        found: &["scheduled-task names.xml: read names.xml:4 < scheduled-task names.xml daily at 02:00 names.xml:2"],
    },
    Row {
        format: "route",
        files: &[
            ("ops/crontab", "0 2 * * * curl -fsS https://shop.internal/internal/names\n"),
            (
                "src/internal.ts",
                "router.get('/names', (req, res) => db.query(`SELECT full_name FROM users`));\nrouter.get('/others', (req, res) => db.query(`SELECT full_name FROM customers`));\n",
            ),
        ],
        found: &[
            "scheduled-task internal.ts: read src/internal.ts:1 < scheduled-task curl daily at 02:00 ops/crontab:1",
        ],
    },
    Row {
        format: "image",
        files: &[
            (
                "k8s/names.yaml",
                "kind: CronJob\nmetadata:\n  name: names\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      containers:\n        - image: registry/shop/namer:1.2\n",
            ),
            ("namer/Dockerfile", "FROM python\nENTRYPOINT [\"python\", \"names.py\"]\n"),
            (
                "namer/names.py",
                "db.execute(\"SELECT full_name FROM users\")\ndb.execute(\"SELECT full_name FROM customers\")\n",
            ),
        ],
        found: &[
            "scheduled-task names.py: read namer/names.py:1 < scheduled-task names daily at 03:00 k8s/names.yaml:5 < script Dockerfile  namer/Dockerfile:2",
        ],
    },
    Row {
        format: "serverless",
        files: &[
            (
                "serverless.yml",
                "functions:\n  names:\n    handler: jobs/names.run\n    events:\n      - schedule: rate(1 day)\n",
            ),
            (
                "jobs/names.py",
                "def run(event, context):\n    db.execute(\"SELECT full_name FROM users\")\n    db.execute(\"SELECT full_name FROM customers\")\n",
            ),
        ],
        found: &["scheduled-task run: read jobs/names.py:2 < scheduled-task names every 1 day serverless.yml:5"],
    },
    Row {
        format: "terraform",
        files: &[
            (
                "main.tf",
                "resource \"aws_scheduler_schedule\" \"nightly\" {\n  schedule_expression = \"rate(1 day)\"\n  target {\n    arn = aws_lambda_function.names.arn\n  }\n}\nresource \"aws_lambda_function\" \"names\" {\n  handler = \"jobs/names.run\"\n}\n",
            ),
            (
                "jobs/names.py",
                "def run(event, context):\n    db.execute(\"SELECT full_name FROM users\")\n    db.execute(\"SELECT full_name FROM customers\")\n",
            ),
        ],
        found: &["scheduled-task run: read jobs/names.py:2 < scheduled-task nightly every 1 day main.tf:1"],
    },
    Row {
        format: "airflow",
        files: &[(
            "dags/names.py",
            "with DAG(\"names\", schedule=\"@daily\"):\n    BashOperator(bash_command=\"psql -c 'SELECT full_name FROM users'\")\n    PostgresOperator(sql=\"SELECT full_name FROM customers\")\n",
        )],
        found: &["scheduled-task names.py: read dags/names.py:2 < scheduled-task names daily at 00:00 dags/names.py:1"],
    },
    Row {
        format: "celery",
        files: &[
            (
                "app/tasks.py",
                "from celery import shared_task\n\n@shared_task\ndef users():\n    db.execute(\"SELECT full_name FROM users\")\n\n@shared_task\ndef customers():\n    db.execute(\"SELECT full_name FROM customers\")\n",
            ),
            (
                "app/celery.py",
                "app.conf.beat_schedule = {\n  'names': {'task': 'app.tasks.users', 'schedule': crontab(hour=2, minute=0)},\n}\n",
            ),
        ],
        found: &["scheduled-task users: read app/tasks.py:5 < scheduled-task names daily at 02:00 app/celery.py:2"],
    },
    Row {
        format: "bullmq",
        files: &[
            (
                "src/worker.ts",
                "new Worker('names', async () => db.query(`SELECT full_name FROM users`), {});\nnew Worker('others', async () => db.query(`SELECT full_name FROM customers`), {});\n",
            ),
            (
                "src/start.ts",
                "const names = new Queue('names');\nnames.upsertJobScheduler('nightly', { pattern: '0 2 * * *' });\n",
            ),
        ],
        found: &[
            "scheduled-task worker.ts: read src/worker.ts:1 < scheduled-task nightly daily at 02:00 src/start.ts:2",
        ],
    },
    Row {
        format: "sqlalchemy",
        files: &[
            (
                "app/models.py",
                "from sqlalchemy import Column, String\n\nclass User(Base):\n    __tablename__ = \"users\"\n    full_name = Column(String)\n\nclass Customer(Base):\n    __tablename__ = \"customers\"\n    full_name = Column(String)\n",
            ),
            (
                "app/names.py",
                "from app.models import Customer, User\n\ndef users(session):\n    return [user.full_name for user in session.query(User)]\n\ndef customers(session):\n    return [customer.full_name for customer in session.query(Customer)]\n",
            ),
        ],
        found: &["application User: both app/models.py:5", "application users: read app/names.py:4"],
    },
    Row {
        format: "django",
        files: &[
            (
                "people/models.py",
                "from django.db import models\n\nclass User(models.Model):\n    full_name = models.CharField(max_length=80)\n    class Meta:\n        db_table = \"users\"\n\nclass Customer(models.Model):\n    full_name = models.CharField(max_length=80)\n    class Meta:\n        db_table = \"customers\"\n",
            ),
            (
                "people/names.py",
                "from people.models import Customer, User\n\ndef users():\n    return User.objects.filter(full_name__icontains=\"x\")\n\ndef customers():\n    return Customer.objects.filter(full_name__icontains=\"x\")\n",
            ),
        ],
        found: &["application User: both people/models.py:4", "application users: read people/names.py:4"],
    },
    Row {
        format: "pandas",
        files: &[(
            "names.py",
            "import pandas as pd\n\ndef users(con):\n    df = pd.read_sql_query(\"SELECT id, full_name FROM users\", con)\n    return df[\"full_name\"]\n\ndef customers(con):\n    df = pd.read_sql_query(\"SELECT id, full_name FROM customers\", con)\n    return df[\"full_name\"]\n",
        )],
        found: &["application users: read names.py:4, read names.py:5"],
    },
    Row {
        format: "tables beside their columns",
        files: &[(
            "names.py",
            "DUMPS = [\n    Dump(table_name=\"users\", columns=(\n        \"id\",\n        \"full_name\",\n    )),\n    Dump(table_name=\"customers\", columns=(\n        \"id\",\n        \"full_name\",\n    )),\n]\n",
        )],
        found: &["application names.py: read names.py:4"],
    },
    Row {
        format: "jinja",
        files: &[
            (
                "app/views.py",
                "def page(con):\n    users = con.execute(\"SELECT full_name FROM users\")\n    customers = con.execute(\"SELECT full_name FROM customers\")\n    return render_template(\"page.html\", users=users, customers=customers)\n",
            ),
            (
                "app/templates/page.html",
                "{% for user in users %}\n{{ user.full_name }}\n{% endfor %}\n{% for customer in customers %}\n{{ customer.full_name }}\n{% endfor %}\n",
            ),
        ],
        found: &["application page.html: read? app/templates/page.html:2", "application page: read app/views.py:2"],
    },
];
