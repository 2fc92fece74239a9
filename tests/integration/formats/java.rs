//! Java and what goes with it: rows of libraries that ask in words of their own, and of what runs code.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        format: "StringTemplate",
        files: &[(
            "app/UserDao.sql.stg",
            r#"group UserDao;

fields(prefix) ::= <<
  <prefix>id, <prefix>full_name
>>
other(prefix) ::= <<
  <prefix>full_name
>>

byId() ::= <<
  SELECT <fields("u.")> FROM users u
  <if(active)> WHERE u.email IS NOT NULL <endif>
>>

others() ::= "SELECT <other()> FROM customers"
"#,
        )],
        found: &["application fields: read app/UserDao.sql.stg:4"],
    },
    Row {
        format: "Panache",
        files: &[
            (
                "app/User.java",
                r#"package app;
import jakarta.persistence.*;
@Entity @Table(name = "users")
public class User extends io.quarkus.hibernate.orm.panache.PanacheEntity {
    static User named(String name) {
        return find("fullName = ?1 order by id", name).firstResult();
    }
    public String email;
    public String fullName;
}
"#,
            ),
            (
                "app/Customer.java",
                r#"package app;
import jakarta.persistence.*;
@Entity @Table(name = "customers")
public class Customer {
    @Id public Long id;
    public String email;
    public String fullName;
}
"#,
            ),
            (
                "app/CustomerRepository.java",
                r#"package app;
public class CustomerRepository implements io.quarkus.hibernate.orm.panache.PanacheRepository<Customer> {
    void rename(String name) {
        update("fullName = ?1 where id = 2", name);
    }
}
"#,
            ),
            (
                "app/Resource.java",
                r#"package app;
class Resource {
    CustomerRepository customers;
    void ask(String name) {
        User.find("fullName", name).list();
        customers.find("fullName", name).list();
    }
}
"#,
            ),
        ],
        found: &[
            "application Resource.ask: read app/Resource.java:5",
            "application User: both app/User.java:9",
            "application User.named: read app/User.java:6",
        ],
    },
    Row {
        format: "projections",
        files: &[
            (
                "app/User.java",
                r#"package app;
import jakarta.persistence.*;
@Entity @Table(name = "users")
public class User {
    @Id public Long id;
    public String email;
    public String fullName;
}
"#,
            ),
            (
                "app/Customer.java",
                r#"package app;
import jakarta.persistence.*;
@Entity @Table(name = "customers")
public class Customer {
    @Id public Long id;
    public String email;
    public String fullName;
}
"#,
            ),
            (
                "app/Named.java",
                r"package app;
public interface Named {
    String getFullName();
}
",
            ),
            (
                "app/Called.java",
                r"package app;
public interface Called {
    String getFullName();
}
",
            ),
            (
                "app/UserRepository.java",
                r"package app;
import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
public interface UserRepository extends JpaRepository<User, Long> {
    List<Named> findByEmail(String email);
}
",
            ),
            (
                "app/CustomerRepository.java",
                r"package app;
import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
public interface CustomerRepository extends JpaRepository<Customer, Long> {
    List<Called> findByEmail(String email);
}
",
            ),
            (
                "app/Report.java",
                r#"package app;
class Report {
    UserRepository users;
    CustomerRepository customers;
    void show() {
        users.findByEmail("x").forEach(it -> System.out.println(it.getFullName()));
        customers.findByEmail("x").forEach(it -> System.out.println(it.getFullName()));
    }
}
"#,
            ),
        ],
        found: &[
            "application Named.getFullName: read app/Named.java:3",
            "application Report.show: read app/Report.java:6",
            "application User: both app/User.java:7",
        ],
    },
    Row {
        format: "Quartz in code",
        files: &[
            (
                "app/Export.java",
                r#"package app;
import org.quartz.Job;
public class Export implements Job {
    public void execute(JobExecutionContext context) {
        jdbc.query("select full_name from users");
        jdbc.query("select full_name from customers");
    }
}
"#,
            ),
            (
                "app/Config.java",
                r#"package app;
import org.quartz.*;
class Config {
    JobDetail detail() {
        return JobBuilder.newJob(Export.class).withIdentity("export").build();
    }
    Trigger trigger() {
        return TriggerBuilder.newTrigger().withSchedule(CronScheduleBuilder.cronSchedule("0 0 2 * * ?")).build();
    }
}
"#,
            ),
        ],
        found: &[
            "scheduled-task Export.execute: read app/Export.java:5 < scheduled-task Export daily at 02:00 app/Config.java:5",
        ],
    },
    Row {
        format: "Spring Batch",
        files: &[
            (
                "app/Config.java",
                r#"package app;
import org.springframework.batch.core.Step;
class Config {
    @Bean
    public JdbcCursorItemReader<String> names(DataSource source) {
        return new JdbcCursorItemReaderBuilder<String>().sql("select full_name from users").build();
    }
    @Bean
    Step clean() {
        return step("update customers set full_name = null");
    }
}
"#,
            ),
            (
                "app/Clean.java",
                r#"package app;
import org.springframework.batch.core.step.tasklet.Tasklet;
public class Clean implements Tasklet {
    public RepeatStatus execute(StepContribution step, ChunkContext context) {
        jdbc.update("update users set full_name = null");
        return null;
    }
}
"#,
            ),
        ],
        found: &[
            "background-job Clean.execute: write app/Clean.java:5 < background-job Clean  app/Clean.java:3",
            "background-job Config.names: read app/Config.java:6 < background-job names  app/Config.java:4",
        ],
    },
    Row {
        format: "JobRunr and db-scheduler",
        files: &[
            (
                "app/Handler.java",
                r#"package app;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
public class Handler implements JobRequestHandler<Request> {
    public void run(Request request) {
        jdbc.query("select full_name from users");
        jdbc.query("select full_name from customers");
    }
}
"#,
            ),
            (
                "app/Purge.java",
                r#"package app;
import com.github.kagkarlsson.scheduler.dbscheduler.Tasks;
class Purge {
    RecurringTask<Void> purge = Tasks.recurring("purge", FixedDelay.ofHours(1)).execute((task, context) -> {
        jdbc.update("update users set full_name = ''");
    });
}
"#,
            ),
        ],
        found: &[
            "background-job Handler.run: read app/Handler.java:5 < background-job Handler  app/Handler.java:3",
            "scheduled-task Purge: write app/Purge.java:5 < scheduled-task purge every 1 hours app/Purge.java:4",
        ],
    },
];
