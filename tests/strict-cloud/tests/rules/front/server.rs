//! The server: a socket around the pure part.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use strict_cloud::front::server::Server;
use strict_cloud::operation::lambda;
use strict_cloud::{Cloud, Fault, FaultKind, Settings, Time};

use super::lambda_body;
use crate::support::{ACCOUNT, cloud};

fn start(cloud: Cloud) -> Server {
    Server::start(Arc::new(Mutex::new(cloud)), 0).unwrap()
}

/// Everything that is on the wire for an answer.
fn exchange(server: &Server, line: &str, body: &str) -> String {
    exchange_at(&server.url(), line, body)
}

fn exchange_at(url: &str, line: &str, body: &str) -> String {
    let mut stream = send_to(url, line, body);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Sends a request, whose answer can then be read.
fn send_to(url: &str, line: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let credential = format!("{ACCOUNT}/20260101/eu-west-1/lambda/aws4_request");
    let head = format!(
        "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: AWS4-HMAC-SHA256 Credential={credential}\r\n"
    );
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream
}

#[test]
fn a_cloud_is_served_until_the_server_is_dropped() {
    let server = start(cloud());
    let made = exchange(&server, "POST /2015-03-31/functions", &lambda_body("f"));
    assert!(
        made.starts_with("HTTP/1.1 201 Created\r\n") && made.contains("\"State\":\"Pending\""),
        "{made}"
    );
    assert_eq!(server.cloud().lock().unwrap().functions(ACCOUNT).len(), 1);
    let held = Arc::downgrade(server.cloud());
    drop(server);
    // Another server may have its port by now, so what tells is whether anybody still holds the cloud.
    assert!(held.upgrade().is_none());
}

#[test]
fn a_dropped_request_finds_its_connection_closed_with_nothing_written() {
    let server = start(cloud());
    server
        .cloud()
        .lock()
        .unwrap()
        .inject(Fault::next(lambda::CREATE_FUNCTION, FaultKind::DropAfter));
    assert_eq!(
        exchange(&server, "POST /2015-03-31/functions", &lambda_body("f")),
        ""
    );
    assert!(
        exchange(&server, "GET /2015-03-31/functions/f", "").starts_with("HTTP/1.1 200 OK\r\n"),
        "it had its effect"
    );
}

#[test]
fn an_answer_that_is_to_come_late_does_and_holds_up_nobody() {
    let server = start(cloud());
    server.cloud().lock().unwrap().inject(Fault::next(
        lambda::LIST_FUNCTIONS,
        FaultKind::Delay(Duration::from_millis(300)),
    ));
    std::thread::scope(|scope| {
        let late = scope.spawn(|| exchange(&server, "GET /2015-03-31/functions", ""));
        while server.cloud().lock().unwrap().log().is_empty() {
            std::thread::yield_now();
        }
        let before = server.cloud().lock().unwrap().now();
        assert!(exchange(&server, "GET /2015-03-31/functions/g", "").starts_with("HTTP/1.1 404"));
        assert!(late.join().unwrap().starts_with("HTTP/1.1 200"));
        exchange(&server, "GET /_strict-cloud/health", "");
        let waited = server.cloud().lock().unwrap().now().since(before);
        assert!(
            waited >= Duration::from_millis(300),
            "the model's time is real: {waited:?}"
        );
    });
}

#[test]
fn calls_at_the_same_time_are_on_their_way_together_and_none_locks_the_cloud() {
    // Longer than any test: an answer that waited for another would never come.
    let server = start(Cloud::new(
        1,
        Settings {
            latency: Duration::from_hours(24),
            ..Settings::default()
        },
    ));
    let names: Vec<String> = (0..40).map(|n| format!("f-{n}")).collect();
    let under_way: Vec<TcpStream> = names
        .iter()
        .map(|name| {
            send_to(
                &server.url(),
                &format!("GET /2015-03-31/functions/{name}"),
                "",
            )
        })
        .collect();
    let come = || -> BTreeSet<String> {
        server
            .cloud()
            .lock()
            .unwrap()
            .log()
            .iter()
            .filter_map(|call| call.function.clone())
            .collect()
    };
    while come() != names.iter().cloned().collect() {
        std::thread::yield_now();
    }
    for stream in &under_way {
        stream.set_nonblocking(true).unwrap();
        let nothing = stream.peek(&mut [0]).unwrap_err();
        assert_eq!(
            nothing.kind(),
            ErrorKind::WouldBlock,
            "all are under way: {nothing}"
        );
    }
    // What concerns the model itself is no call.
    assert!(exchange(&server, "GET /_strict-cloud/health", "").contains("\"calls\":40"));
}

#[test]
fn an_answer_takes_the_latency_that_was_set_last() {
    let latency = Duration::from_millis(30);
    let server = start(cloud());
    server.cloud().lock().unwrap().settings_mut().latency = latency;
    for line in [
        "GET /2015-03-31/functions",
        "GET /2015-03-31/functions/none",
        "POST /no/path",
    ] {
        let sent = Instant::now();
        assert!(
            exchange(&server, line, "").starts_with("HTTP/1.1 "),
            "{line}"
        );
        assert!(sent.elapsed() >= latency, "{line}");
    }
}

#[test]
fn what_is_under_way_settles_in_real_time() {
    let mut cloud = Cloud::new(
        1,
        Settings {
            lambda_quotas: false,
            ..Settings::default().fast()
        },
    );
    cloud.advance_to(Time(Duration::from_mins(1)));
    let server = start(cloud);
    exchange(&server, "POST /2015-03-31/functions", &lambda_body("f"));
    while !exchange(&server, "GET /2015-03-31/functions/f", "").contains("\"State\":\"Active\"") {
        std::thread::yield_now();
    }
    let now = server.cloud().lock().unwrap().now();
    assert!(
        now > Time(Duration::from_mins(1)),
        "it goes on from where the cloud was: {now}"
    );
}

#[test]
fn the_process_says_where_it_is_and_ends_with_its_input() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strict-cloud"));
    let mut process = command
        .args(["--fast", "--no-quotas", "--seed=3", "--latency=2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut url = String::new();
    output.read_line(&mut url).unwrap();
    for _ in 0..50 {
        assert!(
            exchange_at(url.trim(), "GET /2015-03-31/functions", "").starts_with("HTTP/1.1 200"),
            "it keeps no quota"
        );
    }
    let log = exchange_at(url.trim(), "GET /_strict-cloud/log", "");
    assert_eq!(
        log.matches("\"delayMillis\":2").count(),
        50,
        "each answer is late: {log}"
    );
    drop(process.stdin.take());
    assert!(process.wait().unwrap().success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}
