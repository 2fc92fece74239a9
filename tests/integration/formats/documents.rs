//! Formats in which SQL or columns sit inside of data.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        format: "birt",
        files: &[("a/users.rptdesign", include_str!("../../../fixtures/documents/birt/users.rptdesign"))],
        found: &["report Users of the shop: read a/users.rptdesign:7, read a/users.rptdesign:9"],
    },
    Row {
        format: "dbt",
        files: &[
            ("a/models/stg_users.sql", include_str!("../../../fixtures/dbt/users/stg_users.sql")),
            ("a/models/stg_customers.sql", include_str!("../../../fixtures/dbt/users/stg_customers.sql")),
            ("a/models/people.sql", include_str!("../../../fixtures/dbt/users/people.sql")),
            ("a/models/sources.yml", include_str!("../../../fixtures/dbt/users/sources.yml")),
        ],
        found: &[
            "report Names of people: read? a/models/sources.yml:30",
            "pipeline people: read a/models/people.sql:1",
            "pipeline tests of people: read a/models/sources.yml:20",
            "pipeline tests of users: read a/models/sources.yml:9",
            "pipeline stg_users: read? a/models/stg_users.sql:4, read a/models/stg_users.sql:8, read a/models/stg_users.sql:9",
        ],
    },
    Row {
        format: "grafana",
        files: &[("a/users.json", include_str!("../../../fixtures/documents/grafana/users.json"))],
        found: &["report Growth of the shop: read a/users.json:2, read a/users.json:7, read a/users.json:18"],
    },
    Row {
        format: "grafana in a config map",
        files: &[(
            "a/dashboards.yaml",
            "kind: ConfigMap\ndata:\n  users.json: |-\n    {\n      \"panels\": [{ \"targets\": [\n        { \"rawSql\": \"SELECT full_name FROM users\" },\n        { \"rawSql\": \"SELECT full_name FROM customers\" } ] }],\n      \"title\": \"In a map\"\n    }\n",
        )],
        found: &["report In a map: read a/dashboards.yaml:6"],
    },
    Row {
        format: "graphql",
        files: &[
            ("a/users.graphql", include_str!("../../../fixtures/graphql/users/users.graphql")),
            (
                "a/names.ts",
                "export const NAMES = gql`\n  query Names($id: Int!) {\n    orders(where: { user_id: { _eq: $id } }) {\n      users {\n        full_name\n      }\n      customers {\n        full_name\n      }\n    }\n  }\n`;\n",
            ),
            (
                "a/other.ts",
                "export const OTHER = gql`\n  query Names {\n    users {\n      full_name\n    }\n  }\n`;\n",
            ),
        ],
        found: &[
            "application names.ts: read a/names.ts:5",
            "api users.graphql: read a/users.graphql:3, read a/users.graphql:5, write a/users.graphql:11",
        ],
    },
    Row {
        format: "hasura",
        files: &[("a/tables.yaml", include_str!("../../../fixtures/documents/hasura/tables.yaml"))],
        found: &[
            "api users: read a/tables.yaml:6, write a/tables.yaml:19, read a/tables.yaml:23, read a/tables.yaml:27",
        ],
    },
    Row {
        format: "jasper 6",
        files: &[("a/users.jrxml", include_str!("../../../fixtures/documents/jasper/users-v6.jrxml"))],
        found: &["report User list: read a/users.jrxml:12, read a/users.jrxml:17"],
    },
    Row {
        format: "jasper 7",
        files: &[("a/users.jrxml", include_str!("../../../fixtures/documents/jasper/users-v7.jrxml"))],
        found: &["report Users, new: read a/users.jrxml:2, read a/users.jrxml:4"],
    },
    Row {
        format: "kafka-connect",
        files: &[("a/users.json", include_str!("../../../fixtures/documents/kafka-connect/users.json"))],
        found: &["pipeline shop-users: read a/users.json:6"],
    },
    Row {
        format: "kafka-connect, whole tables",
        files: &[
            (
                "a/cdc.json",
                "{\"name\": \"cdc\", \"config\": {\n \"connector.class\": \"io.debezium.connector.mysql.MySqlConnector\",\n \"table.include.list\": \"shop.orders,shop.users\"}}\n",
            ),
            (
                "a/other.properties",
                "connector.class=io.debezium.connector.mysql.MySqlConnector\ntable.include.list=shop.customers\n",
            ),
        ],
        found: &["pipeline cdc: read? a/cdc.json:3"],
    },
    Row {
        format: "logstash",
        files: &[("a/users.conf", include_str!("../../../fixtures/documents/logstash/users.conf"))],
        found: &["pipeline users.conf: read a/users.conf:6 < scheduled-task users.conf hourly a/users.conf:5"],
    },
    Row {
        format: "lookml",
        files: &[
            ("a/users.view.lkml", include_str!("../../../fixtures/documents/lookml/users.view.lkml")),
            (
                "a/shop.model.lkml",
                "explore: orders {\n  join: users {\n    sql_on: ${users.full_name} = ${customers.full_name}\n      AND ${customers.full_name} <> '' ;;\n  }\n}\n",
            ),
        ],
        found: &[
            "report shop.model.lkml: read a/shop.model.lkml:3",
            "report users: read a/users.view.lkml:5, read a/users.view.lkml:8",
        ],
    },
    Row {
        format: "metabase, native",
        files: &[("a/names.json", include_str!("../../../fixtures/documents/metabase/api.json"))],
        found: &["report Names: read a/names.json:1"],
    },
    Row {
        format: "metabase, questions",
        files: &[
            ("a/question.yaml", include_str!("../../../fixtures/documents/metabase/questions.yaml")),
            (
                "a/c.yaml",
                "name: Customers\ndataset_query:\n  query:\n    source-table: [shop, public, customers]\n    fields:\n    - [field, [shop, public, customers, full_name], null]\n",
            ),
        ],
        found: &["report Customers and users: read a/question.yaml:14"],
    },
    Row {
        format: "metabase, segments of older exports",
        files: &[
            (
                "a/segment.yaml",
                "name: Named\ntable_id: [shop, public, users]\ndefinition:\n  source-table: [shop, public, users]\n  filter: [not-null, [field, [shop, public, users, full_name], null]]\n  other: [field, [shop, public, customers, id], null]\n",
            ),
            (
                "a/other.yaml",
                "name: Others\ntable_id: [shop, public, customers]\ndefinition:\n  source-table: [shop, public, customers]\n  filter: [not-null, [field, [shop, public, customers, full_name], null]]\n",
            ),
        ],
        found: &["report Named: read a/segment.yaml:5"],
    },
    Row {
        format: "notebook",
        files: &[("a/users.ipynb", include_str!("../../../fixtures/notebook/users/users.ipynb"))],
        found: &["report users.ipynb: read a/users.ipynb:16, read a/users.ipynb:31"],
    },
    Row {
        format: "redash",
        files: &[
            ("a/letter.json", include_str!("../../../fixtures/documents/redash/query.json")),
            ("a/b.json", "{\"name\": \"b\", \"data_source_id\": 1, \"query\": \"SELECT full_name FROM customers\"}"),
        ],
        found: &["report Users for the monthly letter: read a/letter.json:1"],
    },
    Row {
        format: "ssrs",
        files: &[("a/users.rdl", include_str!("../../../fixtures/documents/ssrs/users.rdl"))],
        found: &["report users.rdl: read a/users.rdl:6, read a/users.rdl:10"],
    },
    Row {
        format: "superset",
        files: &[
            ("a/users.yaml", include_str!("../../../fixtures/documents/superset/dataset.yaml")),
            ("a/customers.yaml", include_str!("../../../fixtures/documents/superset/virtual.yaml")),
            (
                "a/loud.yaml",
                "table_name: loud users\nsql: SELECT upper(u.full_name) AS shout FROM users u\nuuid: 7d8d2b21-6f1a-4e3a-9e10-0f1c5a2b3c4d\ncolumns:\n- column_name: shout\ndatabase_uuid: a2dc77af-e654-49bb-b321-40f6b559a1ee\n",
            ),
            (
                "a/louder.yaml",
                "slice_name: Shouts\nparams: '{\"groupby\": [\"shout\"]}'\ndataset_uuid: 7d8d2b21-6f1a-4e3a-9e10-0f1c5a2b3c4d\n",
            ),
            (
                "a/chart.yaml",
                "slice_name: Names of customers and others\nviz_type: table\nparams:\n  groupby:\n  - full_name\ndataset_uuid: 6d8d2b21-6f1a-4e3a-9e10-0f1c5a2b3c4d\n",
            ),
        ],
        found: &[
            "report Names of customers and others: read? a/chart.yaml:5",
            "report loud users: read a/loud.yaml:2",
            "report Shouts: read a/louder.yaml:2",
            "report users: read a/users.yaml:8, read a/users.yaml:10, read a/users.yaml:13",
        ],
    },
    Row {
        format: "rows of DBUnit",
        files: &[("a/rows.xml", include_str!("../../../fixtures/xml/user-rows/rows.xml"))],
        found: &["application rows.xml: write a/rows.xml:4"],
    },
    Row {
        format: "sql in any document",
        files: &[
            (
                "a/settings.toml",
                "[names]\nusers = \"\"\"\nSELECT full_name\nFROM users\n\"\"\"\ncustomers = 'SELECT full_name FROM customers'\nabout = \"Select the full_name from the users\"\n",
            ),
            (
                "a/q.properties",
                "# customers\nnames=SELECT full_name FROM users WHERE id = ?\nother=select full_name from customers\n",
            ),
            (
                "a/q.yml",
                "names:\n  # of customers\n  - sql: >\n      UPDATE users\n      SET full_name = :name\n  - UPDATE customers SET full_name = 'x' WHERE id = 1\n",
            ),
            (
                "a/job.xml",
                "<job><!-- customers --><step sql=\"SELECT full_name FROM customers\"/>\n<sql>SELECT full_name\nFROM users WHERE id &lt; 5</sql></job>\n",
            ),
            ("a/q.json", "{ // customers\n  \"q\": \"SELECT email,\\n full_name FROM users\", }\n"),
        ],
        found: &[
            "application job.xml: read a/job.xml:2",
            "application q.json: read a/q.json:2",
            "application q.properties: read a/q.properties:2",
            "application q.yml: write a/q.yml:5",
            "application settings.toml: read a/settings.toml:3",
        ],
    },
];
