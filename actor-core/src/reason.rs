//! Why a process ended.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What a process, a handler or an `init` returns when it may end the process: `Ok`, or the reason to exit with.
///
/// Any error converts with `?`, which is how one lets it crash.
pub type Crash<T = ()> = Result<T, ExitReason>;

/// The reason a process ended, as its links and monitors are told. Erlang's exit reason.
///
/// `Normal`, `Shutdown` and `ShutdownWith` are clean ends: a transient child is not restarted after them and nobody
/// logs them as a crash. This type does not implement [`Error`], as every error converts *into* it.
#[derive(Clone)]
#[non_exhaustive]
pub enum ExitReason {
    /// The process has done its work.
    Normal,
    /// It was asked to stop, by its supervisor as a rule.
    Shutdown,
    /// As `Shutdown`, with something to say: Erlang's `{shutdown, Term}`.
    ShutdownWith(Term),
    /// As a signal sent with [`exit`](crate::exit) it ends the receiver without appeal; as the reason of a process that
    /// ended itself it is an ordinary one.
    Kill,
    /// The process was ended by `Kill`.
    Killed,
    /// There was no such process when the link or monitor was made.
    NoProc,
    /// The node the process belonged to is gone or out of reach.
    NoConnection,
    /// The process panicked.
    Panic(Arc<PanicReport>),
    /// The process ended with an error, by `?` as a rule.
    Error(Arc<dyn Error + Send + Sync>),
    /// The process ended with a value of its own, made by [`ExitReason::term`].
    Term(Term),
}

impl ExitReason {
    /// A reason that carries a value of the program's own, such as an enum of its ways to fail.
    pub fn term<T>(value: T) -> Self
    where
        T: fmt::Debug + PartialEq + Send + Sync + 'static,
    {
        Self::Term(Term::new(value))
    }

    /// `{shutdown, value}`: a clean end that says why.
    pub fn shutdown_with<T>(value: T) -> Self
    where
        T: fmt::Debug + PartialEq + Send + Sync + 'static,
    {
        Self::ShutdownWith(Term::new(value))
    }

    /// Whether this is `Normal`, `Shutdown` or `ShutdownWith`: the ends that are no failure.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown | Self::ShutdownWith(_))
    }

    /// The program's own value in this reason, if it holds one of type `T` (also inside `ShutdownWith`).
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Term(term) | Self::ShutdownWith(term) => term.downcast_ref(),
            _ => None,
        }
    }

    /// The error in this reason, if it is [`ExitReason::Error`].
    #[must_use]
    pub fn as_error(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        match self {
            Self::Error(error) => Some(&**error),
            _ => None,
        }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for ExitReason {
    fn from(error: E) -> Self {
        Self::Error(Arc::new(error))
    }
}

/// Errors are equal if they are the same value or read the same; panics if their messages are.
impl PartialEq for ExitReason {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ShutdownWith(a), Self::ShutdownWith(b)) | (Self::Term(a), Self::Term(b)) => a == b,
            (Self::Panic(a), Self::Panic(b)) => a.message == b.message,
            (Self::Error(a), Self::Error(b)) => Arc::ptr_eq(a, b) || a.to_string() == b.to_string(),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => f.write_str("normal"),
            Self::Shutdown => f.write_str("shutdown"),
            Self::ShutdownWith(term) => write!(f, "shutdown: {term:?}"),
            Self::Kill => f.write_str("kill"),
            Self::Killed => f.write_str("killed"),
            Self::NoProc => f.write_str("no such process"),
            Self::NoConnection => f.write_str("no connection to the node"),
            Self::Panic(report) => write!(f, "panicked: {}", report.message),
            Self::Error(error) => write!(f, "error: {error}"),
            Self::Term(term) => write!(f, "{term:?}"),
        }
    }
}

impl fmt::Debug for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => f.debug_tuple("Error").field(error).finish(),
            Self::Panic(report) => f.debug_tuple("Panic").field(&report.message).finish(),
            Self::ShutdownWith(term) => f.debug_tuple("ShutdownWith").field(term).finish(),
            Self::Term(term) => f.debug_tuple("Term").field(term).finish(),
            Self::Normal => f.write_str("Normal"),
            Self::Shutdown => f.write_str("Shutdown"),
            Self::Kill => f.write_str("Kill"),
            Self::Killed => f.write_str("Killed"),
            Self::NoProc => f.write_str("NoProc"),
            Self::NoConnection => f.write_str("NoConnection"),
        }
    }
}

/// What is known of a panic that ended a process.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PanicReport {
    /// The panic's message, cut to 4 KiB; a fixed text where the payload was no string.
    pub message: String,
    /// File and line, if [`record_panic_locations`](crate::record_panic_locations) was called before.
    pub location: Option<String>,
}

/// A value of the program's own inside an exit reason: cheap to clone, comparable, printable.
#[derive(Clone)]
pub struct Term(Arc<dyn TermValue>);

impl Term {
    /// Wraps a value.
    pub fn new<T>(value: T) -> Self
    where
        T: fmt::Debug + PartialEq + Send + Sync + 'static,
    {
        Self(Arc::new(value))
    }

    /// The value, if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

trait TermValue: fmt::Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn TermValue) -> bool;
}

impl<T: fmt::Debug + PartialEq + Send + Sync + 'static> TermValue for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn TermValue) -> bool {
        other.as_any().downcast_ref::<T>() == Some(self)
    }
}
