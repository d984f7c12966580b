//! The server on real sockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::*;

/// Longer than any limit of the server: only what would never end takes so long.
const NEVER: Duration = Duration::from_mins(5);

async fn server() -> (SocketAddr, Arc<Health>, CancellationToken, JoinHandle<()>) {
    let (health, stop) = (Arc::new(Health::default()), CancellationToken::new());
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let task = serve(address, health.clone(), Metrics::new(), stop.clone()).await;
    (address, health, stop, task.unwrap())
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A connection whose request never becomes whole.
async fn half(address: SocketAddr) -> TcpStream {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection
        .write_all(b"GET /livez HTTP/1.1\r\nhost: ")
        .await
        .unwrap();
    connection
}

async fn is_closed(mut connection: TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(NEVER, connection.read_to_end(&mut rest))
        .await
        .is_ok()
}

#[tokio::test]
async fn probes_say_what_is_missing_and_what_is_dead() {
    let (address, health, ..) = server().await;
    let starting = get(address, "/readyz").await;
    assert!(
        starting.starts_with("HTTP/1.1 503") && starting.contains("is starting"),
        "{starting}"
    );
    assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200"));
    health.started();
    assert!(get(address, "/readyz").await.starts_with("HTTP/1.1 200"));
    health.lacks(
        "watch",
        "the watch of lambdafunctions does not run: no right",
    );
    let missing = get(address, "/readyz").await;
    assert!(
        missing.starts_with("HTTP/1.1 503") && missing.contains("no right"),
        "{missing}"
    );
    health.died("controller of LambdaFunctions");
    let dead = get(address, "/livez").await;
    assert!(
        dead.starts_with("HTTP/1.1 503") && dead.contains("controller of LambdaFunctions"),
        "{dead}"
    );
    assert!(get(address, "/metrics").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn half_a_request_does_not_hold_the_end() {
    let (address, _, stop, task) = server().await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(half(address).await);
    }
    assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200"));
    stop.cancel();
    timeout(NEVER, task)
        .await
        .expect("the server ends")
        .unwrap();
    for connection in held {
        assert!(is_closed(connection).await);
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_request_and_an_idle_connection_are_closed() {
    let (address, _, _stop, _task) = server().await;
    let idle = TcpStream::connect(address).await.unwrap();
    assert!(is_closed(half(address).await).await);
    assert!(is_closed(idle).await);
}

#[tokio::test]
async fn where_many_connections_are_held_open_the_oldest_gives_way_and_probes_are_answered() {
    let (address, _, _stop, _task) = server().await;
    let mut held = Vec::new();
    for _ in 0..4 * MOST_CONNECTIONS {
        held.push(half(address).await);
    }
    assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200"));
    let first = held.remove(0);
    assert!(is_closed(first).await);
}
