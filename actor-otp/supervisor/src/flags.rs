//! What a supervisor is told about all of its children at once. OTP's supervisor flags.

use crate::backoff::Backoff;
use std::time::Duration;
use thiserror::Error;

/// Which children are restarted when one of them is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// That one. For children that do without each other.
    #[default]
    OneForOne,
    /// All of them. For children that cannot go on without each other.
    OneForAll,
    /// That one and those after it. For children that lean on the ones before them.
    RestForOne,
}

/// Whether a supervisor ends when its significant children have ended of their own accord.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AutoShutdown {
    /// It does not.
    #[default]
    Never,
    /// It does when the first of them has.
    AnySignificant,
    /// It does when the last of them has.
    AllSignificant,
}

/// A supervisor's flags.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flags {
    pub(crate) strategy: Strategy,
    /// So many restarts within `period` are put up with.
    pub(crate) intensity: u32,
    pub(crate) period: Duration,
    pub(crate) auto_shutdown: AutoShutdown,
    /// `None`: restarts do not wait.
    pub(crate) backoff: Option<Backoff>,
}

impl Default for Flags {
    /// Elixir's defaults: three restarts in five seconds.
    fn default() -> Self {
        Self {
            strategy: Strategy::OneForOne,
            intensity: 3,
            period: Duration::from_secs(5),
            auto_shutdown: AutoShutdown::Never,
            backoff: None,
        }
    }
}

impl Flags {
    /// Refuses what cannot be meant.
    pub(crate) fn validate(&self) -> Result<(), FlagsError> {
        if self.period.is_zero() {
            return Err(FlagsError::ZeroPeriod);
        }
        match &self.backoff {
            Some(backoff) if backoff.is_valid() => Ok(()),
            Some(_) => Err(FlagsError::Backoff),
            None => Ok(()),
        }
    }
}

/// A supervisor's flags were refused. Nothing was started. OTP's `supervisor_data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FlagsError {
    /// Restarts were to be counted over no time at all.
    #[error(
        "cannot start the supervisor: the `period` of its `intensity` is zero; give it the time over which restarts are counted"
    )]
    ZeroPeriod,
    /// The delays of a backoff make no sense.
    #[error(
        "cannot start the supervisor: its `backoff` needs a first delay above zero, no shorter longest one, and a jitter from 0 to 1"
    )]
    Backoff,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_three_restarts_in_five_seconds_one_for_one() {
        let flags = Flags::default();
        assert_eq!((flags.strategy, flags.intensity), (Strategy::OneForOne, 3));
        assert_eq!((flags.period, flags.auto_shutdown), (Duration::from_secs(5), AutoShutdown::Never));
        assert_eq!(flags.backoff, None);
        assert_eq!(flags.validate(), Ok(()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let second = Duration::from_secs(1);
        let with = |period, backoff| Flags { period, backoff, ..Flags::default() }.validate();
        assert_eq!(with(Duration::ZERO, None), Err(FlagsError::ZeroPeriod));
        assert!(FlagsError::ZeroPeriod.to_string().contains("`period`"));
        assert_eq!(with(Duration::from_nanos(1), None), Ok(()));
        assert_eq!(with(second, Some(Backoff::new(second, second))), Ok(()));
        for bad in [
            Backoff::new(Duration::ZERO, second),
            Backoff::new(second * 2, second),
            Backoff::new(second, second).jitter(1.5),
            Backoff::new(second, second).jitter(-0.1),
            Backoff::new(second, second).jitter(f64::NAN),
        ] {
            assert_eq!(with(second, Some(bad)), Err(FlagsError::Backoff), "{bad:?}");
        }
    }

    #[test]
    fn an_intensity_of_zero_is_a_choice() {
        assert_eq!(Flags { intensity: 0, ..Flags::default() }.validate(), Ok(()));
    }
}
