//! Names become addresses, once per hop.

use std::{io, net::IpAddr};

use async_trait::async_trait;

/// Asks for the addresses of a host name; tests hold their own.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Every address of `host`, in order of preference.
    ///
    /// # Errors
    /// When there is none, or nobody to ask.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        // The port is put in later; it takes no part in the question.
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}
