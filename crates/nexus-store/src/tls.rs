//! Who does the cryptography of HTTPS clients.

/// Chooses ring for every client of this process that is made after it; needed once before the first.
pub fn use_ring() {
    // An error means that somebody chose already.
    drop(rustls::crypto::ring::default_provider().install_default());
}
