//! The one thread that forks. The kernel ties "die with your parent" to the thread that forked, not to its process,
//! and threads of a pool come and go; this one stays as long as the process.

use std::{
    io,
    sync::{
        OnceLock,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
};

use tokio::{
    process::{Child, Command},
    runtime::Handle,
};

/// A command to start, for a task of `runtime`.
struct Order {
    command: Command,
    runtime: Handle,
    answer: SyncSender<io::Result<Child>>,
}

/// Starts `command` as a child that outlives the calling thread, but not this process when it asked to die with it.
/// Blocks for the time of a fork, about a millisecond.
///
/// # Errors
/// Those of the fork, of what runs before exec, and of exec.
pub(crate) fn start(command: Command) -> io::Result<Child> {
    static ORDERS: OnceLock<Option<Sender<Order>>> = OnceLock::new();
    let gone = || io::Error::other("the thread that starts programs could not be started");
    let orders = ORDERS.get_or_init(open_for_orders).as_ref().ok_or_else(gone)?;
    let (answer, started) = sync_channel(1);
    orders.send(Order { command, runtime: Handle::current(), answer }).map_err(|_| gone())?;
    started.recv().map_err(|_| gone())?
}

fn open_for_orders() -> Option<Sender<Order>> {
    let (orders, taken) = channel();
    let thread = std::thread::Builder::new().name("starts programs".into());
    thread.spawn(move || serve(&taken)).ok().map(|_| orders)
}

fn serve(orders: &Receiver<Order>) {
    while let Ok(Order { mut command, runtime, answer }) = orders.recv() {
        // The child's pipes belong to the runtime of whoever asked.
        let _entered = runtime.enter();
        // Whoever asked may have gone; the child then ends with the answer that nobody takes.
        let _taken = answer.send(command.spawn());
    }
}
