//! Whose rows a statement may see. In PostgreSQL the database itself holds to it by row-level security, whatever a
//! statement forgets to ask for.

use nexus_core::BusinessId;
use sqlx::{Any, AnyConnection, pool::PoolConnection};

use super::Engine;
use crate::StoreError;

/// Whose rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everybody's: the engine that works for all, and the operator's view.
    All,
    /// One tenant's.
    Of(BusinessId),
}

impl From<BusinessId> for Scope {
    fn from(business: BusinessId) -> Self {
        Self::Of(business)
    }
}

impl From<Option<BusinessId>> for Scope {
    fn from(business: Option<BusinessId>) -> Self {
        business.map_or(Self::All, Self::Of)
    }
}

impl Scope {
    fn setting(self) -> String {
        match self {
            Self::All => "*".into(),
            Self::Of(business) => business.to_string(),
        }
    }
}

/// A connection that reads within a scope.
pub(crate) type Reader = PoolConnection<Any>;

/// Narrows `connection` to `scope`: until the transaction ends when `in_transaction`, else until the next call. Every
/// reader is narrowed when it is taken from the pool, so that nothing leaks from the one before.
pub(crate) async fn set_scope(
    engine: Engine,
    connection: &mut AnyConnection,
    scope: Scope,
    in_transaction: bool,
) -> Result<(), StoreError> {
    let statement = match (engine, in_transaction) {
        (Engine::Sqlite, _) => return Ok(()),
        (Engine::Postgres, true) => "select set_config('app.tenant', $1, true)",
        (Engine::Postgres, false) => "select set_config('app.tenant', $1, false)",
    };
    let set = sqlx::query(statement).bind(scope.setting()).execute(connection).await;
    set.map(drop).map_err(StoreError::database("narrow a connection to its tenant"))
}
