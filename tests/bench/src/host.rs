//! Facts about the machine and this process, read from `/proc`.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

/// Resident memory of this process now, in bytes.
pub(crate) fn resident() -> f64 {
    kibibytes("/proc/self/status", "VmRSS:") * 1024.0
}

/// The most that was ever resident, in bytes.
pub(crate) fn peak_resident() -> f64 {
    kibibytes("/proc/self/status", "VmHWM:") * 1024.0
}

/// Memory that the machine can still give, in bytes.
pub(crate) fn available() -> f64 {
    kibibytes("/proc/meminfo", "MemAvailable:") * 1024.0
}

/// The processor's name.
pub(crate) fn cpu_model() -> String {
    field("/proc/cpuinfo", "model name")
        .map_or_else(|| "unknown processor".to_owned(), |value| value.trim_start_matches([':', ' ', '\t']).to_owned())
}

/// The load averages over 1, 5 and 15 minutes.
pub(crate) fn load() -> String {
    let line = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    line.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Now, as `2026-01-31 12:00 UTC`.
pub(crate) fn date() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// The Gregorian date of a day counted from 1970-01-01.
fn civil(mut days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

fn kibibytes(file: &str, name: &str) -> f64 {
    field(file, name)
        .and_then(|value| value.split_whitespace().next()?.parse().ok())
        .expect("this benchmark reads memory from Linux's /proc")
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line[name.len()..].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_become_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(59), (1970, 3, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_513), (2026, 3, 1));
    }
}
