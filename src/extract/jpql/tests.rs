//! Queries and what they say, in a shape of one line.

use super::reader::read;
use crate::extract::sql::text::SqlText;
use crate::model::mapping::EntityPath;
use crate::model::statement::{Access, OutputValue};

/// Sources as `alias=Entity` or `alias=outer.property`, then references (`!` is written) and whole rows (`*`).
fn shown(text: &str) -> String {
    let Some(built) = read(&SqlText::verbatim(text, 0)) else { return "nothing".to_owned() };
    let alias = |scope: u32, source: u32| {
        let source = &built.statement.scopes[scope as usize].sources[source as usize];
        source.alias.as_ref().map_or_else(|| "_".to_owned(), ToString::to_string)
    };
    let mut parts: Vec<String> = built
        .entities
        .iter()
        .map(|entity| {
            let own = alias(entity.scope.0, entity.source);
            match &entity.entity {
                EntityPath::Named(name) => format!("{own}={name}"),
                EntityPath::Related { scope, source, property } => {
                    format!("{own}={}.{property}", alias(scope.0, *source))
                }
            }
        })
        .collect();
    parts.push("|".to_owned());
    for scope in &built.statement.scopes {
        for reference in &scope.references {
            assert_eq!(reference.span.of(text), &*reference.name.text, "{text}");
            let path: Vec<&str> = reference.qualifier.iter().chain([&reference.name]).map(|part| &*part.text).collect();
            let written = if reference.access == Access::Write { "!" } else { "" };
            parts.push(format!("{}{written}", path.join(".")));
        }
        for output in &scope.outputs {
            if let OutputValue::Wildcard { qualifier, .. } = &output.value {
                parts.push(format!("{}.*", qualifier.first().map_or("", |first| &*first.text)));
            }
        }
    }
    parts.extend(built.statement.holes.iter().map(|hole| format!("{:?}", hole.role)));
    parts.join(" ")
}

#[test]
fn paths_start_at_sources() {
    for (text, expected) in [
        (
            "select u from User u join fetch u.team t where u.fullName = :n and t.name in (:names)",
            "u=User t=u.team | u.team u.fullName t.name u.* t.*",
        ),
        ("SELECT new com.x.Dto(u.id, u.name) FROM User AS u", "u=User | u.id u.name"),
        ("from User where name = ?1 order by age desc", "_=User | name age .*"),
        ("select count(distinct u) from User u where u.team.name like %?1%", "u=User | u.team.name"),
        (
            "select u.name n from Order u where :r member of u.roles and u.bag is not empty",
            "u=Order | u.name u.roles u.bag",
        ),
        ("select type(e) from Employee e where treat(e as Manager).level > 1", "e=Employee | e.level"),
        ("update User u set u.name = :n, u.team.code = u.x where u.id = 1", "u=User | name! team.code! u.x u.id"),
        ("update versioned User set name = :n, age = age + 1 where id = 1", "_=User | name! age! age id"),
        ("delete User u where u.name = 'a.b'", "u=User | u.name"),
        ("delete from User where name = 'x'", "_=User | name"),
        ("insert into User (name, age) select o.n, o.a from Old o", "_=User o=Old | name! age! o.n o.a"),
        (
            "select u from User u where exists (select 1 from Role r where r.user = u and r.x = u.y) and u.z = 1",
            "u=User r=Role | u.z u.* r.user r.x u.y",
        ),
        ("select u from User u where u.status = com.x.Status.ACTIVE", "u=User | u.status u.*"),
        (
            "select o from User u, in(u.orders) o left join o.lines l with l.n > 1",
            "u=User o=u.orders l=o.lines | u.orders o.lines l.n o.*",
        ),
        ("select p from A a join a.b.c p", "a=A a.b=a.b p=a.b.c | a.b.c p.*"),
        ("select e from #{#entityName} e where e.name = :#{#x.name}", "e=#entityName | e.name e.*"),
        (
            "select case when u.a = 1 then u.b else u.c end, cast(u.d as string) from User u group by u.e having max(u.f) > 1",
            "u=User | u.a u.b u.c u.d u.e u.f",
        ),
        (
            "select value(m).name, u.roles[0].code from User u join u.map m",
            "u=User m=u.map | m.name u.roles.code u.map",
        ),
        ("select extract(year from u.born) from User u", "u=User | u.born"),
        ("select u from User u order by u.columnist_hole_0 columnist_hole_1", "u=User | u.* Fragment Columns"),
        ("create table x (a int)", "nothing"),
        ("select 1", "nothing"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn deep_nesting_is_no_trouble() {
    let text = format!("select u from User u where {} 1", "(select ".repeat(5_000));
    assert!(read(&SqlText::verbatim(&text, 0)).is_some());
}
