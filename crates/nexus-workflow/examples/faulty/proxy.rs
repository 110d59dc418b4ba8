//! A network between a client and a server that can fall silent: bytes are taken and never delivered.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A way to `target` that can be closed without anybody noticing.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    silent: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let silent = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&silent);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let closed = Arc::clone(&closed);
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(target).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::join!(pass(near_in, far_out, &closed), pass(far_in, near_out, &closed));
                });
            }
        });
        Self { port, silent }
    }

    /// From now on nothing comes through, and nothing says so. Connections of this time stay dead.
    pub(crate) fn fall_silent(&self, is_silent: bool) {
        self.silent.store(is_silent, Ordering::SeqCst);
    }
}

async fn pass(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, silent: &AtomicBool) {
    let mut buffer = [0; 16 * 1024];
    let mut is_dead = false;
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            return;
        }
        // What is lost once is never made up for: the rest of it would be nonsense.
        is_dead |= silent.load(Ordering::SeqCst);
        if is_dead {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
