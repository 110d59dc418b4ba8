//! Systems without Landlock and seccomp have no jail, so children start there only when it is switched off.

use std::{convert::Infallible, path::Path};

use super::{Allowance, JailError, Reach};

/// A jail that cannot exist.
pub(crate) struct Jail(Infallible);

impl Jail {
    /// Always an error.
    pub(crate) fn around(_program: &Path, _reach: &Reach<'_>, _allowance: Allowance) -> Result<Self, JailError> {
        Err(unsupported())
    }

    /// Never called.
    pub(crate) fn close_over(self, _command: &mut tokio::process::Command) {
        match self.0 {}
    }
}

/// Always an error.
pub(super) fn status() -> Result<String, JailError> {
    Err(unsupported())
}

fn unsupported() -> JailError {
    JailError::Unsupported("Landlock and seccomp exist on Linux only".into())
}
