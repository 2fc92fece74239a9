//! Java and what belongs to it, as a user has it: Liquibase's changelogs, jobs, and files that are broken or strange.

use std::fmt::Write as _;

use crate::common::Tree;

const USERS: (&str, &str) =
    ("db/schema.sql", "CREATE TABLE users (id int, full_name text);\nCREATE TABLE teams (id int, full_name text);\n");

/// `kind access path:line` of each reference that the answer for a column has, wildcards aside.
fn references(asked: &str, files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::of(files);
    let answer = tree.run(&["who", asked, "--format", "json"]).json();
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    let mut found: Vec<String> = consumers
        .flat_map(|consumer| {
            consumer["references"].as_array().expect("references").iter().map(move |one| (consumer, one))
        })
        .filter(|(_, one)| one["construct"] != "wildcard" && one["construct"] != "implicit")
        .map(|(consumer, one)| {
            let text = |of: &serde_json::Value, key: &str| of[key].as_str().expect("text").to_owned();
            format!("{} {} {}:{}", text(consumer, "kind"), text(one, "access"), text(one, "path"), one["line"])
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// What the answer says of the column itself: `exists`, `dropped`, …
fn state(asked: &str, files: &[(&str, &str)]) -> String {
    let tree = Tree::of(files);
    let answer = tree.run(&["who", asked, "--format", "json"]).json();
    answer["target"]["state"].as_str().unwrap_or("unknown").to_owned()
}

fn changelog(inner: &str) -> String {
    format!(
        "<databaseChangeLog xmlns=\"http://www.liquibase.org/xml/ns/dbchangelog\">\n{inner}\n</databaseChangeLog>\n"
    )
}

#[test]
fn changelogs_are_read_in_the_order_of_their_includes() {
    // By their names the files would come in the other order.
    let main = changelog(
        "<include file=\"b-make.xml\" relativeToChangelogFile=\"true\"/>\n<include file=\"a-rename.yaml\" relativeToChangelogFile=\"true\"/>\n<includeAll path=\"more/\" relativeToChangelogFile=\"true\"/>",
    );
    let make = changelog(
        "<changeSet id=\"1\" author=\"a\"><createTable tableName=\"users\"><column name=\"id\" type=\"int\"/><column name=\"name\" type=\"text\"/><column name=\"first\" type=\"text\"/><column name=\"last\" type=\"text\"/></createTable></changeSet>",
    );
    let rename = "databaseChangeLog:\n  - changeSet:\n      id: 2\n      author: a\n      changes:\n        - renameColumn:\n            tableName: users\n            oldColumnName: name\n            newColumnName: full_name\n";
    let json = "{\"databaseChangeLog\": [{\"changeSet\": {\"id\": \"3\", \"author\": \"a\", \"changes\": [{\"addColumn\": {\"tableName\": \"users\", \"columns\": [{\"column\": {\"name\": \"mail\", \"type\": \"text\"}}]}}]}}]}";
    let sql = "--liquibase formatted sql\n--changeset a:4\nALTER TABLE users ADD COLUMN phone text;\n--rollback ALTER TABLE users DROP COLUMN phone;\n";
    let merge = changelog(
        "<changeSet id=\"5\" author=\"a\"><mergeColumns tableName=\"users\" column1Name=\"first\" column2Name=\"last\" joinString=\" \" finalColumnName=\"both\" finalColumnType=\"text\"/>\n<modifySql dbms=\"mysql\"><append value=\" ENGINE=x\"/></modifySql></changeSet>",
    );
    let files: &[(&str, &str)] = &[
        ("db/changelog/main.xml", &main),
        ("db/changelog/b-make.xml", &make),
        ("db/changelog/a-rename.yaml", rename),
        ("db/changelog/more/c-mail.json", json),
        ("db/changelog/more/d-phone.sql", sql),
        ("db/changelog/more/e-merge.xml", &merge),
        ("Report.java", "class Report { String q = \"SELECT full_name, mail, phone, both FROM users\"; }\n"),
    ];
    for (column, expected) in [
        ("full_name", "exists"),
        ("mail", "exists"),
        ("phone", "exists"),
        ("both", "exists"),
        ("first", "dropped"),
        ("last", "dropped"),
    ] {
        assert_eq!(state(&format!("users.{column}"), files), expected, "{column}");
    }
    let found = references("users.full_name", files);
    assert!(found.contains(&"application read Report.java:1".to_owned()), "{found:?}");
    assert!(found.iter().any(|one| one.contains("a-rename.yaml")), "{found:?}");
}

#[test]
fn queries_that_rows_hold_are_reports() {
    let log = changelog(
        "<changeSet id=\"1\" author=\"a\">\n<insert tableName=\"reports\">\n<column name=\"id\" valueNumeric=\"1\"/>\n\
         <column name=\"query\" value=\"select u.full_name from users u where u.id &lt; 3\"/>\n</insert>\n\
         <update tableName=\"reports\">\n<column name=\"query\">\n<![CDATA[ select count(*) from users where full_name is null ]]>\n</column>\n\
         <where>id = 2</where>\n</update>\n\
         <sql>insert into reports (id, query) values (3, 'select full_name from users where id &gt; 1')</sql>\n</changeSet>",
    );
    let seeds = "INSERT INTO reports (id, query) VALUES (4, 'SELECT full_name FROM users WHERE id = 4');\n";
    let schema =
        ("db/schema.sql", "CREATE TABLE users (id int, full_name text);\nCREATE TABLE reports (id int, query text);\n");
    let found = references("users.full_name", &[schema, ("db/changelog.xml", &log), ("db/seeds.sql", seeds)]);
    for place in ["db/changelog.xml:5", "db/changelog.xml:9", "db/changelog.xml:13", "db/seeds.sql:1"] {
        let is_there = |one: &&String| one.ends_with(place);
        let line = found.iter().find(is_there).unwrap_or_else(|| panic!("{place} is not in {found:?}"));
        assert!(line.starts_with("report read"), "{line}");
    }
}

#[test]
fn jobs_of_frameworks() {
    let dao = "package a;\nclass Dao {\n  void all() { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n";
    let quartz = "package a;\nimport org.quartz.*;\nclass Nightly implements Job {\n  private Dao dao;\n  public void execute(JobExecutionContext c) { dao.all(); }\n}\n";
    let batch = "package a;\nimport org.springframework.batch.core.step.tasklet.Tasklet;\nclass Export implements Tasklet {\n  public RepeatStatus execute(StepContribution s, ChunkContext c) { jdbc.query(\"SELECT full_name FROM users\"); return null; }\n}\n";
    let runner = "package a;\nclass Start implements CommandLineRunner {\n  public void run(String... args) { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n";
    let kind = |files: &[(&str, &str)]| {
        let found = references("users.full_name", &[&[USERS], files].concat());
        found
            .into_iter()
            .filter(|one| one.contains(".java"))
            .map(|one| one.split(' ').next().expect("a kind").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kind(&[("src/main/java/a/Dao.java", dao), ("src/main/java/a/Nightly.java", quartz)]),
        ["scheduled-task"]
    );
    assert_eq!(kind(&[("src/main/java/a/Export.java", batch)]), ["background-job"]);
    assert_eq!(kind(&[("src/main/java/a/Start.java", runner)]), ["application"]);
    // A table of jobs names the method.
    let task = "package a;\n@Component(\"nightly\")\nclass Nightly {\n  public void export() { jdbc.query(\"SELECT full_name FROM users\"); }\n}\n";
    let rows = "CREATE TABLE sys_job (id int, invoke_target text, cron_expression text);\nINSERT INTO sys_job VALUES (1, 'nightly.export(''x'')', '0 0 2 * * ?');\n";
    assert_eq!(kind(&[("src/main/java/a/Nightly.java", task), ("db/jobs.sql", rows)]), ["scheduled-task"]);
    let xml = "<beans>\n<bean id=\"job\" class=\"org.springframework.scheduling.quartz.MethodInvokingJobDetailFactoryBean\">\n<property name=\"targetObject\" ref=\"nightly\"/>\n<property name=\"targetMethod\" value=\"export\"/>\n</bean>\n<bean class=\"org.springframework.scheduling.quartz.CronTriggerFactoryBean\">\n<property name=\"jobDetail\" ref=\"job\"/>\n<property name=\"cronExpression\" value=\"0 0 2 * * ?\"/>\n</bean>\n<bean id=\"nightly\" class=\"a.Nightly\"/>\n</beans>\n";
    assert_eq!(
        kind(&[("src/main/java/a/Nightly.java", task), ("src/main/resources/jobs.xml", xml)]),
        ["scheduled-task"]
    );
}

#[test]
fn files_that_are_half_written_or_newer_than_the_grammar() {
    let read = |text: &str| references("users.full_name", &[USERS, ("src/A.java", text)]);
    for text in [
        // A method without its end, and one after it.
        "class A {\n  void a() {\n    jdbc.query(\"SELECT full_name FROM users\");\n  void b( {\n",
        "class A {\n  void a() { if (x ->\n  String q = \"SELECT full_name FROM users\";\n",
        // Syntax of later versions.
        "void main() {\n  var x = switch (o) { case Point(var _, int y) when y > 0 -> 1; default -> 2; };\n  jdbc.query(\"SELECT full_name FROM users\");\n}\n",
        "value class A {\n  String s = STR.\"a \\{b}\";\n  String q = \"SELECT full_name FROM users\";\n}\n",
    ] {
        let found = read(text);
        assert!(found.contains(&"application read src/A.java:3".to_owned()), "{text}: {found:?}");
    }
}

#[test]
fn a_generated_class_of_forty_thousand_lines() {
    let mut text = "package a;\nclass Big {\n".to_owned();
    for at in 0..20_000 {
        let _ = writeln!(text, "  public String get{at}() {{ return \"x{at}\" + F{at}; }}");
        let _ = writeln!(text, "  static final String F{at} = \"a\";");
    }
    text.push_str("  String q = \"SELECT full_name FROM users\";\n}\n");
    let found = references("users.full_name", &[USERS, ("src/Big.java", &text)]);
    assert!(found.contains(&"application read src/Big.java:40003".to_owned()), "{found:?}");
}

#[test]
fn documents_with_entities_and_broken_mappers() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE mapper [\n<!ENTITY a \"full_name\">\n<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\n\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\n<!ENTITY file SYSTEM \"file:///etc/passwd\">\n]>\n\
                <mapper namespace=\"a.UserMapper\">\n<select id=\"x\">SELECT full_name FROM users WHERE id IN (&c;&file;)</select>\n</mapper>\n";
    let found = references("users.full_name", &[USERS, ("src/UserMapper.xml", bomb)]);
    assert!(found.contains(&"application read src/UserMapper.xml:9".to_owned()), "{found:?}");
    let broken = "<mapper namespace=\"a.UserMapper\">\n<sql id=\"fields\">id, full_name</sql>\n<sql id=\"round\"><include refid=\"round\"/></sql>\n\
                  <select id=\"one\">SELECT <include refid=\"fields\"/> FROM users</select>\n\
                  <select id=\"two\">SELECT <include refid=\"nowhere\"/> FROM users WHERE full_name = #{name}</select>\n\
                  <select id=\"three\">SELECT full_name, <include refid=\"round\"/> FROM users</select>\n<select id=\"four\">SELECT full_name FROM";
    let found = references("users.full_name", &[USERS, ("src/UserMapper.xml", broken)]);
    for line in [2, 5, 6] {
        assert!(found.contains(&format!("application read src/UserMapper.xml:{line}")), "{line}: {found:?}");
    }
}
