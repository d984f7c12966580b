//! What a fault does to a request.
//!
//! Invariant: an action says by itself whether the request happened: `Reply`,
//! `CutBefore` and `KillBefore` never forward it, all others do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use hyper::body::Bytes;
use strum::IntoStaticStr;

type Rewrite = Arc<dyn Fn(Response<Bytes>) -> Response<Bytes> + Send + Sync>;

/// What a fault does to a request.
#[derive(Clone, IntoStaticStr)]
pub enum Action {
    /// Answers in the server's place; nothing is forwarded.
    Reply(Reply),
    /// Closes the connection; nothing is forwarded.
    CutBefore,
    /// Forwards, then closes the connection: it happened, the reply is lost.
    CutAfter,
    /// Waits for `Injected::release`, then forwards.
    Hold,
    /// Forwards, then waits for `Injected::release` before it answers.
    HoldReply,
    /// Kills the client process, then closes the connection; nothing is forwarded.
    KillBefore,
    /// Forwards, then kills the client process: it happened, nobody heard of it.
    KillAfter,
    /// Waits, then forwards.
    Delay(Duration),
    /// Forwards and changes the answer.
    RewriteReply(Rewrite),
}

impl Action {
    /// `RewriteReply` from a closure.
    pub fn rewrite(
        change: impl Fn(Response<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        Self::RewriteReply(Arc::new(change))
    }

    /// Its name, as the log shows it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Whether it needs the whole answer in hand.
    pub(crate) fn acts_on_the_answer(&self) -> bool {
        matches!(
            self,
            Self::CutAfter | Self::HoldReply | Self::KillAfter | Self::RewriteReply(_)
        )
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A made-up answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut builder = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder.body(self.body.clone()).unwrap_or_else(|error| {
            panic!("the injected reply {self:?} is no HTTP answer: {error}")
        })
    }
}

/// Errors in the shapes that AWS gives them.
impl Action {
    /// An error in the service's own shape: XML for CloudFront and STS, JSON for Lambda.
    #[must_use]
    pub fn error(service: &str, status: u16, code: &str, message: &str) -> Self {
        let id = "00000000-0000-0000-0000-00000000bed0".to_owned();
        let (headers, body) = if service == "lambda" {
            let body = serde_json::json!({"Type": if status < 500 { "User" } else { "Service" }, "message": message});
            let headers = vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("x-amzn-errortype".to_owned(), code.to_owned()),
                ("x-amzn-requestid".to_owned(), id),
            ];
            (headers, body.to_string())
        } else {
            let namespace = match service {
                "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
                _ => "http://cloudfront.amazonaws.com/doc/2020-05-31/",
            };
            let kind = if status < 500 { "Sender" } else { "Receiver" };
            let text = message.replace('&', "&amp;").replace('<', "&lt;");
            let body = format!(
                "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type>\
                 <Code>{code}</Code><Message>{text}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
            );
            (
                vec![
                    ("content-type".to_owned(), "text/xml".to_owned()),
                    ("x-amzn-requestid".to_owned(), id),
                ],
                body,
            )
        };
        Self::Reply(Reply {
            status,
            headers,
            body: Bytes::from(body),
        })
    }

    /// Lambda's throttling: 429 TooManyRequestsException, with `Retry-After` in seconds if given.
    #[must_use]
    pub fn lambda_throttle(retry_after: Option<u32>) -> Self {
        let mut action = Self::error("lambda", 429, "TooManyRequestsException", "Rate exceeded");
        if let (Self::Reply(reply), Some(seconds)) = (&mut action, retry_after) {
            reply
                .headers
                .push(("retry-after".to_owned(), seconds.to_string()));
        }
        action
    }

    /// CloudFront's throttling: 400 Throttling.
    #[must_use]
    pub fn cloudfront_throttle() -> Self {
        Self::error("cloudfront", 400, "Throttling", "Rate exceeded")
    }
}
