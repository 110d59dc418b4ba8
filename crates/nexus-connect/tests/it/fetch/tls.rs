//! Encryption: the certificate must be for the name that was asked, whatever address it has.

use std::sync::Arc;

use nexus_core::{ErrorKind, port::Fetcher as _};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use super::stage::{Bench, Script, business, ok, read_request};

/// A TLS server for `files.example`; its port and its certificate.
async fn server() -> (u16, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["files.example".to_owned()]).expect("a certificate");
    let certificate = cert.der().clone();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("a certificate with its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            if read_request(&mut stream).await.is_some() {
                drop(stream.write_all(&ok("video/mp4", b"moving pictures").concat()).await);
                drop(stream.shutdown().await);
            }
        }
    });
    (port, certificate)
}

#[tokio::test]
async fn only_the_right_certificate_will_do() {
    let (port, certificate) = server().await;
    let url = |host: &str| format!("https://{host}:{port}/clip.mp4");
    // Names without a script are this machine, so both lead to the server.
    for (name, host, trusted, good) in [
        ("trusted", "files.example", true, true),
        ("another name", "other.example", true, false),
        ("an address", "127.0.0.1", true, false),
        ("unknown authority", "files.example", false, false),
    ] {
        let origin = format!("https://{host}:{port}");
        let bench = Bench::new(Script::new([]), &[&origin], |config| {
            config.extra_roots.extend(trusted.then(|| certificate.clone()));
        });
        match bench.fetch.fetch(business(), &url(host)).await {
            Ok(fetched) => assert!(good && fetched.blob.size_bytes == 15, "{name}"),
            Err(error) => assert!(!good && error.kind == ErrorKind::Refused, "{name}: {}", error.chain()),
        }
    }
}
