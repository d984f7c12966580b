//! A server on the loopback interface that answers what a test wrote down.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone)]
pub(super) enum Reply {
    Answer(String),
    HangUp,
    Silence,
}

pub(super) fn answer(status: &str, headers: &str, body: &str) -> Reply {
    Reply::Answer(format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    ))
}

/// Answers the n-th request with the n-th reply, and all that follow with the last. STS says, uncounted,
/// that the account is the access key, without `AKIA` before it.
pub(super) async fn server(replies: Vec<Reply>) -> (String, Arc<Mutex<Vec<String>>>) {
    serve(replies, true).await
}

/// The same where the replies are those of STS, too.
pub(super) async fn sts(replies: Vec<Reply>) -> (String, Arc<Mutex<Vec<String>>>) {
    serve(replies, false).await
}

/// What STS says of an account.
pub(super) fn identity(account: &str, partition: &str) -> Reply {
    let body = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:{partition}:iam::{account}:user/u</Arn>\
         <UserId>U</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    answer("200 OK", "", &body)
}

async fn serve(replies: Vec<Reply>, identifies: bool) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read(&mut stream).await;
            let key = request
                .split_once("Credential=")
                .and_then(|(_, rest)| rest.split_once('/'))
                .map_or("", |(key, _)| key);
            let reply = if identifies && request.contains("Action=GetCallerIdentity") {
                identity(key.trim_start_matches("AKIA"), "aws")
            } else {
                let mut seen = seen.lock().unwrap();
                seen.push(request);
                replies[(seen.len() - 1).min(replies.len() - 1)].clone()
            };
            match reply {
                Reply::Answer(text) => stream.write_all(text.as_bytes()).await.unwrap(),
                Reply::HangUp => drop(stream),
                Reply::Silence => {
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_mins(10)).await;
                        drop(stream);
                    });
                }
            }
        }
    });
    (url, requests)
}

async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")
                    .map(|n| n.parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let n = stream.read(&mut buffer).await.unwrap();
        if n == 0 {
            return text;
        }
        bytes.extend_from_slice(&buffer[..n]);
    }
}
