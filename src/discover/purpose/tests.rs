//! Purposes of made-up paths.

use super::*;

/// Path, context, kind.
const TABLE: &[(&str, Context, Kind)] = &[
    // Live code that only looks like something else.
    ("src/users.ts", Context::Live, Kind::Application),
    ("src/latest/contest.ts", Context::Live, Kind::Application),
    ("src/main/java/com/lab/test/LabTest.java", Context::Live, Kind::Application),
    ("src/main/java/com/lab/test/TestController.java", Context::Live, Kind::Application),
    ("src/main/java/com/acme/doc/DocService.java", Context::Live, Kind::Application),
    ("src/main/java/com/acme/migration/UserMigrationService.java", Context::Live, Kind::Application),
    ("src/main/java/com/acme/support/Strings.java", Context::Live, Kind::Application),
    ("src/main/resources/mapper/UserMapper.xml", Context::Live, Kind::Application),
    ("src/docs/DocsRepository.ts", Context::Live, Kind::Application),
    ("src/attestation.py", Context::Live, Kind::Application),
    ("src/unit.ts", Context::Live, Kind::Application),
    ("src/Audit.java", Context::Live, Kind::Application),
    ("src/Permit.kt", Context::Live, Kind::Application),
    ("src/database/users.py", Context::Live, Kind::Application),
    ("src/schema/users.ts", Context::Live, Kind::Application),
    ("prisma/schema.prisma", Context::Live, Kind::Application),
    ("src/db/schema.ts", Context::Live, Kind::Application),
    ("test-results-api/src/results.ts", Context::Live, Kind::Application),
    ("src/exports.ts", Context::Live, Kind::Application),
    ("src/export.ts", Context::Live, Kind::Application),
    ("src/migrate-users.ts", Context::Live, Kind::Application),
    ("sql/queries/0001_totals.sql", Context::Live, Kind::Application),
    ("sql/12_totals.sql", Context::Live, Kind::Application),
    ("sql/cleanup_old_data.sql", Context::Live, Kind::Application),
    (".github/workflows/ci.yml", Context::Live, Kind::Application),
    ("examples/basic/app.ts", Context::Live, Kind::Application),
    ("index.js", Context::Live, Kind::Application),
    ("dumpling/orders.sql", Context::Live, Kind::Application),
    // Migrations.
    ("sql/000012.sql", Context::Migration, Kind::Migration),
    ("store/sql/0001_init.sql", Context::Migration, Kind::Migration),
    ("db/20240131093000_users.sql", Context::Migration, Kind::Migration),
    ("db/migrate/20240101120000_add_name.rb", Context::Migration, Kind::Migration),
    ("db/migration/V1__init.sql", Context::Migration, Kind::Migration),
    ("orders/src/main/resources/db/migration/V2__more.sql", Context::Migration, Kind::Migration),
    ("orders/src/main/resources/db/migration_mysql/V2.1__more.sql", Context::Migration, Kind::Migration),
    ("orders/src/main/resources/db/migration_postgres/R__views.sql", Context::Migration, Kind::Migration),
    ("src/main/java/db/migration/V3__Backfill.java", Context::Migration, Kind::Migration),
    ("anywhere/U7__undo.sql", Context::Migration, Kind::Migration),
    ("server/migrations/20200730203154_expire_in.js", Context::Migration, Kind::Migration),
    ("migrations/0001_initial.py", Context::Migration, Kind::Migration),
    ("shop/migrations/index.ts", Context::Migration, Kind::Migration),
    ("migrations/000001_users.up.sql", Context::Migration, Kind::Migration),
    ("store/000001_users.down.sql", Context::Migration, Kind::Migration),
    ("prisma/migrations/20240101000000_init/migration.sql", Context::Migration, Kind::Migration),
    ("packages/db/migration/20240101000000_init/migration.ts", Context::Migration, Kind::Migration),
    ("packages/schemas/alterations/1.10.1-1698820410-add-links.ts", Context::Migration, Kind::Migration),
    ("drizzle/0003_wild_fox.sql", Context::Migration, Kind::Migration),
    ("drizzle/meta/_journal.json", Context::Migration, Kind::Migration),
    ("alembic/versions/ab12_add_name.py", Context::Migration, Kind::Migration),
    ("src/main/resources/db/changelog/db.changelog-master.yaml", Context::Migration, Kind::Migration),
    ("src/main/resources/liquibase/2024/users.xml", Context::Migration, Kind::Migration),
    ("config/changelog-1.0.xml", Context::Migration, Kind::Migration),
    ("src/1700000000000-add-name.migration.ts", Context::Migration, Kind::Migration),
    ("src/migration/1700000000000-AddName.ts", Context::Migration, Kind::Migration),
    ("db-migrations/users.sql", Context::Migration, Kind::Migration),
    ("db/schema.sql", Context::Migration, Kind::Migration),
    ("db/structure.sql", Context::Migration, Kind::Migration),
    ("db/schema.rb", Context::Migration, Kind::Migration),
    ("src/main/resources/schema-postgresql.sql", Context::Migration, Kind::Migration),
    ("sql/shop_schema.sql", Context::Migration, Kind::Migration),
    ("sql/tables_mysql.sql", Context::Migration, Kind::Migration),
    ("docker/docker-entrypoint-initdb.d/10-users.sql", Context::Migration, Kind::Migration),
    ("docker/init.sql", Context::Migration, Kind::Migration),
    ("sql/upgrade/2.0-to-2.1.sql", Context::Migration, Kind::Migration),
    ("backup/dump.sql", Context::Migration, Kind::Migration),
    // Seeds.
    ("prisma/seed.ts", Context::Seed, Kind::Seed),
    ("db/seeds.rb", Context::Seed, Kind::Seed),
    ("db/seeds/users.sql", Context::Seed, Kind::Seed),
    ("migrations/seeds/001_users.sql", Context::Seed, Kind::Seed),
    ("src/database/seeders/UserSeeder.ts", Context::Seed, Kind::Seed),
    ("src/main/resources/data.sql", Context::Seed, Kind::Seed),
    ("src/main/resources/data-h2.sql", Context::Seed, Kind::Seed),
    ("src/main/resources/import.sql", Context::Seed, Kind::Seed),
    ("sql/initial_data.sql", Context::Seed, Kind::Seed),
    ("shop/fixtures/users.json", Context::Seed, Kind::Seed),
    ("demo_data/users.sql", Context::Seed, Kind::Seed),
    ("packages/database/src/seed.ts", Context::Seed, Kind::Seed),
    // Tests.
    ("src/users.test.ts", Context::Test, Kind::Test),
    ("src/users.spec.tsx", Context::Test, Kind::Test),
    ("src/__tests__/users.ts", Context::Test, Kind::Test),
    ("src/__mocks__/pg.ts", Context::Test, Kind::Test),
    ("test/users.js", Context::Test, Kind::Test),
    ("src/test/java/com/acme/Helper.java", Context::Test, Kind::Test),
    ("src/test/resources/db/migration/V1__x.sql", Context::Test, Kind::Test),
    ("src/integrationTest/java/com/acme/Flow.java", Context::Test, Kind::Test),
    ("orders/UserDaoTest.java", Context::Test, Kind::Test),
    ("orders/UserDaoIT.java", Context::Test, Kind::Test),
    ("orders/UserSpec.groovy", Context::Test, Kind::Test),
    ("app/test_users.py", Context::Test, Kind::Test),
    ("app/users_test.py", Context::Test, Kind::Test),
    ("conftest.py", Context::Test, Kind::Test),
    ("pkg/users_test.go", Context::Test, Kind::Test),
    ("spec/models/user.rb", Context::Test, Kind::Test),
    ("e2e/login.ts", Context::Test, Kind::Test),
    ("cypress/integration/login.js", Context::Test, Kind::Test),
    ("integration-tests/src/main/java/com/acme/Flow.java", Context::Test, Kind::Test),
    ("test-harness/src/main/java/com/acme/Flow.java", Context::Test, Kind::Test),
    ("pkg/testdata/users.sql", Context::Test, Kind::Test),
    ("tests/fixtures/seed.sql", Context::Test, Kind::Test),
    ("src/main/webapp/app/user.component.spec.ts", Context::Test, Kind::Test),
    // Documentation.
    ("README.md", Context::Docs, Kind::Application),
    ("docs/queries.sql", Context::Docs, Kind::Application),
    ("docs/examples/users.ts", Context::Docs, Kind::Application),
    ("src/users/NOTES.md", Context::Docs, Kind::Application),
    ("LICENSE", Context::Docs, Kind::Application),
    // Kinds of live code.
    ("reports/monthly.sql", Context::Live, Kind::Report),
    ("sql/customers.report.sql", Context::Live, Kind::Report),
    ("src/main/resources/invoice.jrxml", Context::Live, Kind::Report),
    ("analytics/active_users.sql", Context::Live, Kind::Report),
    ("src/InvoiceReport.java", Context::Live, Kind::Report),
    ("ops/export-users.sh", Context::Live, Kind::Export),
    ("src/userExport.ts", Context::Live, Kind::Export),
    ("src/exports/users.ts", Context::Live, Kind::Export),
    ("src/UserExporter.java", Context::Live, Kind::Export),
    ("ops/crontab", Context::Live, Kind::ScheduledTask),
    ("etc/cron.d/shop", Context::Live, Kind::ScheduledTask),
    ("server/cron.js", Context::Live, Kind::ScheduledTask),
    ("src/InvoiceScheduler.java", Context::Live, Kind::ScheduledTask),
    ("ops/nightly_cleanup.sql", Context::Live, Kind::ScheduledTask),
    ("src/jobs/mail.ts", Context::Live, Kind::BackgroundJob),
    ("server/queues/visit.js", Context::Live, Kind::BackgroundJob),
    ("src/ReindexJob.java", Context::Live, Kind::BackgroundJob),
    ("src/mail-worker.ts", Context::Live, Kind::BackgroundJob),
    ("shop/tasks.py", Context::Live, Kind::BackgroundJob),
    ("support/find-user.sql", Context::Live, Kind::SupportTool),
    ("scripts/support/find-user.sql", Context::Live, Kind::SupportTool),
    ("ops/queries/find-user.sql", Context::Live, Kind::SupportTool),
    ("adhoc/fix.sql", Context::Live, Kind::SupportTool),
    ("etl/load.py", Context::Live, Kind::Pipeline),
    ("airflow/dags/users.py", Context::Live, Kind::Pipeline),
    ("dbt/models/users.sql", Context::Live, Kind::Pipeline),
    ("api/schema.graphql", Context::Live, Kind::Api),
    ("api/openapi.yaml", Context::Live, Kind::Api),
];

#[test]
fn purposes_by_path() {
    assert!(TABLE.len() > 80);
    let wrong: Vec<String> = TABLE
        .iter()
        .filter_map(|&(path, context, kind)| {
            let got = purpose_of(path, None);
            (got != Purpose { context, kind }).then(|| format!("{path}: {got:?}, not {context:?} {kind:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_repository_adds_a_kind_and_hides_nothing() {
    let table = [
        ("billing-reports", "monthly.sql", Context::Live, Kind::Report),
        ("support", "find-user.sql", Context::Live, Kind::SupportTool),
        ("reports", "export-users.sh", Context::Live, Kind::Export),
        ("test", "users.sql", Context::Live, Kind::Application),
        ("docs", "users.sql", Context::Live, Kind::Application),
    ];
    for (repository, path, context, kind) in table {
        assert_eq!(purpose_of(path, Some(repository)), Purpose { context, kind }, "{repository}/{path}");
    }
}

#[test]
fn names_have_words() {
    let table: &[(&str, &[&str])] = &[
        ("UserCSVExport-v2", &["user", "csv", "export", "v2"]),
        ("export_users", &["export", "users"]),
        ("V1__init", &["v1", "init"]),
        ("", &[]),
        ("--", &[]),
        ("ÄrgerListe", &["ärger", "liste"]),
    ];
    for (name, words) in table {
        assert_eq!(words_of(name), *words, "{name}");
    }
}
