//! `observe`: answers that the port allows for and the strict cloud never gives.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::super::observe::observe;
use super::*;
use crate::cloud::Class;
use crate::cloud::cloudfront::{
    Code as ReadCode, Described, Stage as CopyStage, Summary, TestRun, Written,
};

/// One answer of the port.
enum Reply {
    /// To `DescribeFunction`: the `ETag`.
    Described(&'static str),
    /// To `GetFunction`: the `ETag`, if the answer has one.
    Code(Option<&'static str>),
    /// To `ListTagsForResource`.
    Tags,
    /// The function, or what it has in this stage, is not found.
    NotFound,
}

/// Answers in their order, and the reads that they answered.
struct Script {
    replies: Mutex<VecDeque<Reply>>,
    reads: Mutex<Vec<String>>,
}

impl Script {
    fn next(&self, read: String) -> Result<Reply, CloudError> {
        let reply = self.replies.lock().unwrap().pop_front();
        let reply = reply.unwrap_or_else(|| panic!("no answer to {read}"));
        self.reads.lock().unwrap().push(read);
        match reply {
            Reply::NotFound => Err(CloudError {
                class: Class::NotFound,
                operation: "any",
                code: "NotFound".to_owned(),
                message: String::new(),
                request_id: None,
            }),
            reply => Ok(reply),
        }
    }
}

#[async_trait]
impl CloudFrontApi for Script {
    async fn describe(
        &self,
        _: &str,
        stage: CopyStage,
        _: BudgetMode,
    ) -> Result<Described, CloudError> {
        let Reply::Described(etag) = self.next(format!("DescribeFunction {}", stage.as_str()))?
        else {
            panic!("another answer is next")
        };
        let summary = Summary {
            arn: ARN.to_owned(),
            status: None,
            config: config(""),
            created_time: None,
            last_modified_time: None,
        };
        Ok(Described {
            summary,
            etag: etag.to_owned(),
        })
    }

    async fn code(&self, _: &str, stage: CopyStage, _: BudgetMode) -> Result<ReadCode, CloudError> {
        let Reply::Code(etag) = self.next(format!("GetFunction {}", stage.as_str()))? else {
            panic!("another answer is next")
        };
        Ok(ReadCode {
            bytes: CODE_A.into(),
            etag: etag.map(ToOwned::to_owned),
        })
    }

    async fn tags(&self, _: &str, _: BudgetMode) -> Result<Tags, CloudError> {
        let Reply::Tags = self.next("ListTagsForResource".to_owned())? else {
            panic!("another answer is next")
        };
        Ok(claim())
    }

    async fn distributions(&self, _: &str) -> Result<Vec<String>, CloudError> {
        unreachable!("an observation makes no such call")
    }

    async fn create(
        &self,
        _: &str,
        _: &FunctionConfig,
        _: &[u8],
        _: &Tags,
    ) -> Result<Written, CloudError> {
        unreachable!("an observation writes nothing")
    }

    async fn update(
        &self,
        _: &str,
        _: &str,
        _: &FunctionConfig,
        _: &[u8],
    ) -> Result<Written, CloudError> {
        unreachable!("an observation writes nothing")
    }

    async fn test(&self, _: &str, _: &str, _: &[u8]) -> Result<TestRun, CloudError> {
        unreachable!("an observation writes nothing")
    }

    async fn publish(&self, _: &str, _: &str) -> Result<Summary, CloudError> {
        unreachable!("an observation writes nothing")
    }

    async fn delete(&self, _: &str, _: &str) -> Result<(), CloudError> {
        unreachable!("an observation writes nothing")
    }

    async fn tag(&self, _: &str, _: &Tags) -> Result<(), CloudError> {
        unreachable!("an observation writes nothing")
    }

    async fn untag(&self, _: &str, _: &[String]) -> Result<(), CloudError> {
        unreachable!("an observation writes nothing")
    }
}

/// What an observation finds where the status remembers nothing; it must use every answer.
async fn observed(
    goal: Goal<'_, CloudFrontDesired>,
    replies: impl IntoIterator<Item = Reply>,
) -> (Result<Option<CloudFrontObserved>, Class>, Vec<String>) {
    let script = Script {
        replies: Mutex::new(replies.into_iter().collect()),
        reads: Mutex::default(),
    };
    let found = observe(&script, NAME, &Status::default(), goal, BudgetMode::Wait).await;
    assert!(script.replies.lock().unwrap().is_empty());
    (
        found.map_err(|error| error.class),
        script.reads.into_inner().unwrap(),
    )
}

#[tokio::test]
async fn code_without_an_etag_is_believed_between_two_equal_descriptions() {
    let desired = wanted(&spec(CODE_A));
    let (found, reads) = observed(
        Goal::Present(&desired),
        [
            Reply::Described("E1"),
            Reply::Code(None),
            Reply::Described("E1"),
            Reply::Tags,
            Reply::Described("L1"),
            Reply::Code(None),
            Reply::Described("L1"),
        ],
    )
    .await;
    assert_eq!(
        reads,
        [
            "DescribeFunction DEVELOPMENT",
            "GetFunction DEVELOPMENT",
            "DescribeFunction DEVELOPMENT",
            "ListTagsForResource",
            "DescribeFunction LIVE",
            "GetFunction LIVE",
            "DescribeFunction LIVE",
        ]
    );
    let found = found.unwrap().unwrap();
    assert_eq!(found.development.code.unwrap().sha256, desired.code.sha256);
    let (found, _) = observed(
        Goal::Present(&desired),
        [
            Reply::Described("E1"),
            Reply::Code(None),
            Reply::Described("E2"),
        ],
    )
    .await;
    assert_eq!(
        found,
        Err(Class::Conflict),
        "between two others it may be of either"
    );
}

#[tokio::test]
async fn tags_that_are_not_found_do_not_make_a_function_gone() {
    let tags_lag = [
        Reply::Described("E1"),
        Reply::NotFound,
        Reply::Described("E1"),
    ];
    let (found, _) = observed(Goal::Absent, tags_lag).await;
    assert_eq!(
        found,
        Err(Class::Busy),
        "a function that is there is not forgotten"
    );
}
