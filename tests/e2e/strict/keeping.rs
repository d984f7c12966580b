//! How a package is kept, over the SDK: its key, and an archive that Lambda reads where it lies in S3.

use serde_json::{Value, json};
use strict_cloud::lambda::UpdateFunctionCode;
use strict_cloud::lambda::{Code, S3Object};
use strict_cloud::operation::lambda as op;
use strict_cloud::zip;

use super::Strict;
use super::parts::NAME;

/// Key, and the version of the object that is read where it lies.
type Kept = (Option<String>, Option<String>);

impl Strict {
    fn kept(&self) -> Kept {
        let function = self.function().expect("it is there");
        let version = |object: S3Object| object.version;
        (function.source_kms_key_arn, function.object.map(version))
    }
}

#[tokio::test]
async fn a_key_and_an_object_that_is_read_where_it_lies_are_set_repaired_and_dropped() {
    let stage = Strict::start("keeping", &[]).await;
    let (account, region) = (stage.tenant.account(), stage.tenant.region());
    let archive = zip::store(&[("index.py", b"def handler(event, context):\n    return 1\n")]);
    stage.cloud(|cloud| cloud.put_object(region, "builds", "f.zip", "v1", &archive));
    let key = |number: u8| {
        format!("arn:aws:kms:{region}:{account}:key/00000000-0000-4000-8000-00000000000{number}")
    };
    let of = |members: Value| {
        let mut code = json!({"s3Bucket": "builds", "s3Key": "f.zip"});
        for (name, value) in members.as_object().expect("an object") {
            code[name] = value.clone();
        }
        json!({ "code": code })
    };
    let named = |number: u8| {
        of(json!({"sourceKmsKeyArn": key(number), "s3ObjectStorageMode": "REFERENCE"}))
    };
    let referred = |number: u8| (Some(key(number)), Some("v1".to_owned()));
    let writes = [op::CREATE_FUNCTION, op::UPDATE_FUNCTION_CODE];

    stage.worker(named(1)).await;
    assert_eq!((stage.kept(), stage.counts(writes)), (referred(1), [1, 0]));
    stage.worker(named(2)).await;
    assert_eq!((stage.kept(), stage.counts(writes)), (referred(2), [1, 1]));
    stage.looked("with nothing changed").await;
    assert_eq!(stage.counts(writes), [1, 1]);

    let somebody = stage.somebody();
    let careless = UpdateFunctionCode {
        function_name: NAME.to_owned(),
        code: Some(Code::S3 {
            bucket: "builds".to_owned(),
            key: "f.zip".to_owned(),
            version: None,
        }),
        ..UpdateFunctionCode::default()
    };
    stage.cloud(|cloud| {
        cloud
            .lambda_update_function_code(&somebody, &careless)
            .expect("a right request");
    });
    assert_eq!(stage.kept(), (None, None));
    stage.looked("after an edit").await;
    // The edit itself is in the log, too.
    assert_eq!((stage.kept(), stage.counts(writes)), (referred(2), [1, 3]));

    stage.worker(of(json!({}))).await;
    assert_eq!((stage.kept(), stage.counts(writes)), ((None, None), [1, 4]));
    stage.looked("once it is nobody's").await;
    assert_eq!(stage.counts(writes), [1, 4]);
    stage.goes().await;
    stage.end().await;
}
