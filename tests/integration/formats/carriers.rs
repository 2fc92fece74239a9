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
