//! Expressions for dates and times, which the crates spell in almost the same way.

/// The month and the day: `03-12`.
macro_rules! month_day {
    () => {
        "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    };
}

/// The hour and the minute: `14:30`.
macro_rules! hour_minute {
    () => {
        "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    };
}

/// A fraction of a second: `.5`.
macro_rules! fraction {
    () => {
        "\\.[0-9]{1,9}"
    };
}

pub(super) use {fraction, hour_minute, month_day};
