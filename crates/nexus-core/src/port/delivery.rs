//! Owners are asked, networks and maps are told.

use async_trait::async_trait;

use super::{Adapter, StepContext};
use crate::{
    PortResult,
    business::Business,
    delivery::{Notice, Notified, PlaceUpdate, Post, Receipt},
    journal::StepKey,
};

/// The mobile approval interface: tells the owner.
#[async_trait]
pub trait Notifier: Adapter + Send + Sync {
    /// Opens the approval and tells the owner, once per approval id.
    async fn notify(&self, notice: &Notice, context: &StepContext) -> PortResult<Notified>;
}

/// Ayrshare: posts to networks.
#[async_trait]
pub trait Publisher: Adapter + Send + Sync {
    /// Posts once per key.
    async fn publish(&self, business: &Business, post: &Post, context: &StepContext) -> PortResult<Receipt>;

    /// What an earlier call with this key made, for reconciliation after a crash.
    async fn find(&self, key: &StepKey) -> PortResult<Option<Receipt>>;
}

/// Google Business Profile: updates the place.
#[async_trait]
pub trait PlaceProfile: Adapter + Send + Sync {
    /// Adds the video and the post, once per key.
    async fn update(&self, business: &Business, update: &PlaceUpdate, context: &StepContext) -> PortResult<Receipt>;

    /// What an earlier call with this key made.
    async fn find(&self, key: &StepKey) -> PortResult<Option<Receipt>>;
}
