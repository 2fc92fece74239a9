//! The story of `fixtures/shop`: who still reads or writes `users.full_name`, in the middle of its replacement.

use crate::common::columnist;

/// Context, kind, name, access and lines of each consumer of `target`.
fn consumers(target: &str) -> Vec<String> {
    let answer = columnist(&["who", target, "fixtures/shop", "--format", "json"]).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    let one = |consumer: &serde_json::Value| {
        let references = consumer["references"].as_array().expect("references");
        let lines: Vec<String> = references.iter().map(|one| one["line"].to_string()).collect();
        let words = ["context", "kind", "name", "access", "certainty"].map(|key| text(&consumer[key]));
        format!("{} {}:{}", words.join(" "), text(&consumer["path"]), lines.join(","))
    };
    answer["consumers"].as_array().expect("consumers").iter().map(one).collect()
}

#[test]
fn who_still_needs_the_old_column() {
    let expected = [
        "live application UserRepository.create write certain accounts-service/src/users.ts:16",
        "live application UserRepository.rename write certain accounts-service/src/users.ts:26",
        "live application UserRepository.search read certain accounts-service/src/users.ts:44,45",
        "live application InvoiceRepository.debtors read certain billing-service/src/main/java/shop/billing/InvoiceRepository.java:24",
        "live application InvoiceRepository.lines read certain billing-service/src/main/java/shop/billing/InvoiceRepository.java:15",
        "live scheduled-task export-users.sh read certain ops/export-users.sh:6",
        "live report monthly_revenue.sql read certain reports/monthly_revenue.sql:3,9",
        "live support-tool find_customer.sql read certain support/find_customer.sql:2,4",
        "migration migration 0001_create_users.sql both certain accounts-service/migrations/0001_create_users.sql:4",
        "migration migration 0002_split_name.sql read certain accounts-service/migrations/0002_split_name.sql:6,7,7",
        "test test users.test.ts read certain accounts-service/test/users.test.ts:6,7",
        "test test InvoiceRepositoryTest.aCustomer write certain billing-service/src/test/java/shop/billing/InvoiceRepositoryTest.java:11",
    ];
    assert_eq!(consumers("users.full_name"), expected);
}

#[test]
fn the_namesake_of_another_table_is_kept_apart() {
    let expected = [
        "live application listSuppliers read certain accounts-service/src/suppliers.ts:5",
        "live report suppliers.sql read certain reports/suppliers.sql:2,5",
        "migration migration 0001_create_users.sql both certain accounts-service/migrations/0001_create_users.sql:18",
    ];
    assert_eq!(consumers("suppliers.full_name"), expected);
}
