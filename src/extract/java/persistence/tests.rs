//! Fixtures: what mapped classes and repositories say, drawn as text.

use crate::extract::drawn::drawn;
use crate::extract::java::Java;
use crate::extract::{Format, Input};
use crate::model::facts::{Constant, OuterName};

#[test]
fn fixtures_map_classes() {
    insta::glob!("../../../../fixtures/java", "*/*.java", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let mut facts = Java.extract(Input::new("src/Case.java", &text));
        facts.put_in_order();
        insta::assert_snapshot!(drawn(&facts, &text));
    });
}

/// The mappings and built statements of a class, drawn; `known` are constants of other files.
fn read(text: &str, known: &[(&str, &str, &str)]) -> String {
    let known: Vec<Constant> = known
        .iter()
        .map(|(holder, name, value)| Constant {
            name: OuterName {
                holder: (!holder.is_empty()).then(|| (*holder).to_owned()),
                name: (*name).to_owned(),
                call: false,
            },
            value: (*value).to_owned(),
        })
        .collect();
    let mut facts = Java.extract_with(Input::new("src/Case.java", text), &known);
    facts.put_in_order();
    drawn(&facts, text)
}

#[test]
fn names_may_be_constants_of_other_classes() {
    let text = "import static shop.Names.USERS;\nimport javax.persistence.*;\n\
        @Entity @Table(name = USERS) class User {\n\
        private static final String TEAM = \"team_\";\n\
        @Id Long id;\n\
        @Column(name = shop.Names.FULL) String fullName;\n\
        @Column(name = User.TEAM + Names.CODE) String team;\n\
        @Column(name = Elsewhere.UNKNOWN) String other;\n}";
    let facts = Java.extract(Input::new("src/Case.java", text));
    let wanted: Vec<String> =
        facts.wanted.iter().map(|name| format!("{}.{}", name.holder.as_deref().unwrap_or("?"), name.name)).collect();
    assert_eq!(wanted, ["Elsewhere.UNKNOWN", "Names.CODE", "Names.FULL", "Names.USERS"]);
    let known = [("Names", "USERS", "app_users"), ("Names", "FULL", "full_name"), ("Names", "CODE", "code")];
    insta::assert_snapshot!(read(text, &known));
}

#[test]
fn annotations_hold_pieces_of_sql() {
    let text = "import javax.persistence.*;\nimport org.hibernate.annotations.*;\n\
        @Entity @Where(clause = \"deleted = false\") @SQLRestriction(\"users.archived = false\")\n\
        @DiscriminatorColumn(name = \"kind\") @IdClass(shop.UserKey.class)\n\
        class User {\n\
        @Id Long id;\n\
        @Formula(\"(select count(*) from orders o where o.buyer = user_id)\") int orders;\n\
        @ColumnTransformer(read = \"decrypt(secret)\", write = \"encrypt(?)\") String secret;\n\
        @OneToMany @OrderBy(\"placedAt DESC, team.name\") @Where(clause = \"cancelled = false\") List<Order> all;\n\
        @OneToMany @OrderBy(clause = \"placed_at\") List<Order> recent;\n}";
    insta::assert_snapshot!(read(text, &[]));
}

#[test]
fn columns_of_other_tables_are_not_the_class_s_own() {
    let text = "import javax.persistence.*;\n\
        @Entity @Table(name = \"users\") @SecondaryTable(name = \"user_details\") class User {\n\
        @Id Long id;\n\
        @Column(name = \"full_name\", table = \"users\") String fullName;\n\
        @Column(name = \"bio_text\", table = \"user_details\") String bio;\n\
        @Column(table = \"user_details\") String photo;\n\
        @MapsId @OneToOne @JoinColumn(name = \"team_id\") Team team;\n\
        @ElementCollection @CollectionTable(name = \"user_tags\", joinColumns = @JoinColumn(name = \"user_id\"))\n\
        @Column(name = \"tag\") Set<String> tags;\n\
        @ManyToMany @JoinTable(name = \"user_roles\", joinColumns = @JoinColumn(name = \"user_id\"),\n\
        inverseJoinColumns = @JoinColumn(name = \"role_id\")) Set<Role> roles;\n\
        @Embedded @AttributeOverride(name = \"street\", column = @Column(name = \"home_street\")) Address home;\n}";
    insta::assert_snapshot!(read(text, &[]));
}

#[test]
fn results_of_annotated_mappers_are_rows() {
    let text = "package shop;\nimport org.apache.ibatis.annotations.*;\n\
        @Mapper interface UserMapper {\n\
        @Select(\"select id, full_name, mail from users\")\n\
        @Results(id = \"user\", value = {@Result(property = \"fullName\", column = \"full_name\"),\n\
        @Result(property = \"contact\", column = \"mail\")})\n\
        List<User> all();\n\
        @Select(\"select id, full_name from users where id = #{id}\") @ResultMap(\"user\")\n\
        User one(long id);\n\
        @Select(\"select t.id, t.team_title from teams t\") Team team();\n\
        @Select(\"select count(*) from users\") int count();\n\
        @Update(\"update users set full_name = #{name}\") int rename(String name);\n}";
    insta::assert_snapshot!(read(text, &[]));
}
