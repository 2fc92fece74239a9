//! When something runs, in words: cron expressions of all their dialects, systemd's calendar, intervals.
//!
//! What is not understood is shown as it is written.

/// An expression in words: `daily at 02:00`.
pub(super) fn in_words(written: &str) -> String {
    let text = written.trim().trim_matches(['"', '\'']).trim();
    if text.contains("{{") || text.contains("${") || text.contains("#{") {
        return "on a schedule that is set elsewhere".to_owned();
    }
    if let Some(rest) = text.strip_prefix("@every ").or_else(|| text.strip_prefix("every ")) {
        return format!("every {}", rest.trim());
    }
    if let Some(inside) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        return format!("every {}", inside.trim());
    }
    let aws = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')).map(str::trim);
    // There a year comes last.
    let without_year = aws.filter(|aws| aws.split_whitespace().count() == 6).and_then(|aws| aws.rsplit_once(' '));
    let text = without_year.map_or(aws.unwrap_or(text), |(fields, _)| fields);
    if let Some(named) = named(text) {
        return named.to_owned();
    }
    cron(text).or_else(|| calendar(text)).unwrap_or_else(|| format!("on the schedule `{text}`"))
}

/// Whether the text is a cron expression, a name for one, or an interval.
pub(super) fn is_schedule(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    text.starts_with("rate(")
        || text.starts_with("cron(")
        || text.starts_with("@every ")
        || (text.starts_with('@') && named(text).is_some())
        || is_cron(text)
}

fn is_cron(text: &str) -> bool {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let is_field = |field: &&str| {
        field.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-?#()~".contains(c))
            && (field.starts_with(['*', '?', 'H']) || field.chars().any(|c| c.is_ascii_digit()) || is_name(field))
    };
    (5..=7).contains(&fields.len()) && fields.iter().all(is_field)
}

fn is_name(field: &str) -> bool {
    field.split([',', '-']).all(|word| {
        word.get(..3)
            .is_some_and(|word| DAYS.iter().chain(MONTHS.iter()).any(|name| name[..3].eq_ignore_ascii_case(word)))
    })
}

fn named(text: &str) -> Option<&'static str> {
    Some(match text.trim_start_matches('@') {
        "hourly" => "hourly",
        "daily" | "midnight" => "daily at 00:00",
        "weekly" => "weekly on Sunday at 00:00",
        "monthly" => "monthly on day 1 at 00:00",
        "yearly" | "annually" => "yearly on 1 January at 00:00",
        "quarterly" => "quarterly",
        "reboot" if text.starts_with('@') => "at boot",
        _ => return None,
    })
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn cron(text: &str) -> Option<String> {
    if !is_cron(text) {
        return None;
    }
    let mut fields: Vec<&str> = text.split_whitespace().map(|field| if field == "?" { "*" } else { field }).collect();
    // Spring, Quartz and NestJS have seconds first, AWS and Quartz a year last.
    let mut quartz = false;
    if fields.len() == 6 && fields[5].len() == 4 && fields[5].parse::<u32>().is_ok() {
        fields.pop();
    } else if fields.len() >= 6 {
        quartz = text.contains('?');
        fields.remove(0);
        fields.truncate(5);
    }
    let [minute, hour, day, month, weekday] = fields[..] else { return None };
    let weekday = weekdays(weekday, quartz)?;
    let days = match (day, month, weekday.as_str()) {
        ("*", "*", "") => "daily".to_owned(),
        ("*", "*", on) => on.to_owned(),
        (day, "*", "") if day.parse::<u32>().is_ok() => format!("monthly on day {day}"),
        (day, month, "") if day.parse::<u32>().is_ok() => {
            let month = month.parse::<usize>().ok().and_then(|month| MONTHS.get(month.checked_sub(1)?))?;
            format!("yearly on {day} {month}")
        }
        _ => return None,
    };
    let time = times(minute, hour)?;
    Some(match (days.as_str(), time) {
        ("daily", Time::Every(every)) => every,
        (days, Time::Every(every)) => format!("{every} {days}"),
        (days, Time::At(at)) => format!("{days} at {at}"),
    })
}

enum Time {
    Every(String),
    At(String),
}

fn times(minute: &str, hour: &str) -> Option<Time> {
    let step = |field: &str| field.strip_prefix("*/").or_else(|| field.strip_prefix("0/")).map(str::to_owned);
    let minutes = |minute: &str| minute.parse::<u32>().ok().filter(|minute| *minute < 60);
    if minute.starts_with('H') {
        return match (hour, hour.parse::<u32>()) {
            (_, Ok(hour)) => Some(Time::At(format!("some minute of {hour:02}:00"))),
            ("*", _) => Some(Time::Every("hourly".to_owned())),
            _ => None,
        };
    }
    match (minute, hour) {
        ("*" | "*/1", "*") => return Some(Time::Every("every minute".to_owned())),
        (every, "*") if let Some(step) = step(every) => return Some(Time::Every(format!("every {step} minutes"))),
        ("0", "*") => return Some(Time::Every("hourly".to_owned())),
        (at, "*") if let Some(at) = minutes(at) => return Some(Time::Every(format!("hourly at minute {at}"))),
        ("0", every) if let Some(step) = step(every) => return Some(Time::Every(format!("every {step} hours"))),
        (list, "*") if let Some(every) = several_minutes(list) => return Some(Time::Every(every)),
        _ => {}
    }
    let minute = minutes(minute)?;
    let hours: Option<Vec<u32>> = hour.split(',').map(|hour| hour.parse().ok()).collect();
    let at: Vec<String> = hours?.into_iter().map(|hour| format!("{hour:02}:{minute:02}")).collect();
    Some(Time::At(at.join(", ")))
}

/// `0,15,30,45`: as often as an hour holds them, or the minutes themselves.
fn several_minutes(list: &str) -> Option<String> {
    let minutes: Option<Vec<u32>> = list.split(',').map(|minute| minute.trim().parse().ok()).collect();
    let minutes = minutes.filter(|minutes| minutes.len() > 1 && minutes.iter().all(|minute| *minute < 60))?;
    let step = minutes[1].checked_sub(minutes[0]).filter(|step| *step > 0)?;
    let is_even = minutes.windows(2).all(|two| two[1].checked_sub(two[0]) == Some(step));
    if is_even && minutes[0] < step && step as usize * minutes.len() == 60 {
        return Some(format!("every {step} minutes"));
    }
    let shown: Vec<String> = minutes.iter().map(ToString::to_string).collect();
    Some(format!("hourly at minutes {}", shown.join(", ")))
}

/// `on weekdays`; empty for every day; `None` when it is not understood.
fn weekdays(field: &str, quartz: bool) -> Option<String> {
    let day = |word: &str| -> Option<&'static str> {
        if let Ok(number) = word.parse::<usize>() {
            return DAYS.get(if quartz { number.checked_sub(1)? } else { number % 7 }).copied();
        }
        let word = word.get(..3)?;
        DAYS.iter().find(|day| day[..3].eq_ignore_ascii_case(word)).copied()
    };
    if field == "*" {
        return Some(String::new());
    }
    if let Some((first, last)) = field.split_once('-') {
        return match (day(first)?, day(last)?) {
            ("Monday", "Friday") => Some("on weekdays".to_owned()),
            (first, last) => Some(format!("on {first} to {last}")),
        };
    }
    let days: Option<Vec<&str>> = field.split(',').map(day).collect();
    let days = days?;
    Some(match days[..] {
        [one] => format!("weekly on {one}"),
        _ => format!("on {}", days.join(", ")),
    })
}

/// systemd's `*-*-* 02:00:00` and `Mon..Fri 03:30`.
/// <https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html>
fn calendar(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().peekable();
    let day = words.next_if(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    if let Some(date) = words.next_if(|word| word.contains('-'))
        && date != "*-*-*"
    {
        return None;
    }
    let time = words.next().filter(|_| words.next().is_none())?;
    let mut parts = time.split(':');
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let days = match day {
        None => "daily".to_owned(),
        Some(day) => weekdays(&day.replace("..", "-"), false)?,
    };
    Some(format!("{days} at {hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_in_words() {
        for (written, expected) in [
            ("0 2 * * *", "daily at 02:00"),
            ("'30 3 * * *'", "daily at 03:30"),
            ("*/5 * * * *", "every 5 minutes"),
            ("* * * * *", "every minute"),
            ("0 * * * *", "hourly"),
            ("15 * * * *", "hourly at minute 15"),
            ("0 */6 * * *", "every 6 hours"),
            ("0,15,30,45 * * * *", "every 15 minutes"),
            ("5,35 * * * *", "every 30 minutes"),
            ("5,15 * * * *", "hourly at minutes 5, 15"),
            ("0 8,20 * * *", "daily at 08:00, 20:00"),
            ("0 9 * * 1-5", "on weekdays at 09:00"),
            ("0 9 * * MON-FRI", "on weekdays at 09:00"),
            ("0 9 * * 0", "weekly on Sunday at 09:00"),
            ("0 9 * * 1,4", "on Monday, Thursday at 09:00"),
            ("0 4 1 * *", "monthly on day 1 at 04:00"),
            ("0 4 31 12 *", "yearly on 31 December at 04:00"),
            ("0 0 2 * * ?", "daily at 02:00"),
            ("0 0 2 ? * 2", "weekly on Monday at 02:00"),
            ("0 0/10 * * * ?", "every 10 minutes"),
            ("H 2 * * *", "daily at some minute of 02:00"),
            ("@daily", "daily at 00:00"),
            ("@every 1h30m", "every 1h30m"),
            ("rate(5 minutes)", "every 5 minutes"),
            ("cron(0 10 * * ? 2027)", "daily at 10:00"),
            ("cron(0 2 * * ? *)", "daily at 02:00"),
            ("*-*-* 02:00:00", "daily at 02:00"),
            ("Mon..Fri 03:30", "on weekdays at 03:30"),
            ("weekly", "weekly on Sunday at 00:00"),
            ("{{ .Values.schedule }}", "on a schedule that is set elsewhere"),
            ("${report.cron}", "on a schedule that is set elsewhere"),
            ("1-5/2 3 L * *", "on the schedule `1-5/2 3 L * *`"),
            ("", "on the schedule ``"),
            ("99 99 99 99 99", "on the schedule `99 99 99 99 99`"),
        ] {
            assert_eq!(in_words(written), expected, "{written}");
        }
    }

    #[test]
    fn what_is_a_schedule() {
        for text in ["0 2 * * *", "@daily", "rate(1 hour)", "0 0 2 * * MON"] {
            assert!(is_schedule(text), "{text}");
        }
        for text in ["daily", "a b c d e", "", "public", "1 2 3", "the five small words here"] {
            assert!(!is_schedule(text), "{text}");
        }
    }
}
