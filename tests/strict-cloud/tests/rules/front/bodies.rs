//! What goes in and comes out of bodies and headers, member by member.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use strict_cloud::lambda::sha256;

use super::{
    create_edge, create_lambda, edge, edge_body, header, json as body, lambda, lambda_body, text,
};
use crate::support::{ROLE, archive, cloud, settle};

#[test]
fn a_cloudfront_function_is_shown_as_the_api_writes_it() {
    let mut cloud = cloud();
    let arn =
        "arn:aws:cloudfront::111111111111:key-value-store/11111111-2222-3333-4444-555555555555";
    let stores = format!(
        "<KeyValueStoreAssociations><Quantity>1</Quantity><Items><KeyValueStoreAssociation><KeyValueStoreARN>{arn}</KeyValueStoreARN></KeyValueStoreAssociation></Items></KeyValueStoreAssociations></FunctionConfig>"
    );
    let sent = edge_body("CreateFunctionRequest", "f", "").replace("</FunctionConfig>", &stores);
    let made = edge(&mut cloud, "POST /2020-05-31/function", None, &sent);
    let location = "https://cloudfront.amazonaws.com/2020-05-31/function/arn:aws:cloudfront::111111111111:function/f";
    assert_eq!(
        (made.status().as_u16(), header(&made, "location")),
        (201, Some(location))
    );
    assert!(
        header(&made, "etag").is_some_and(|etag| etag.starts_with('E'))
            && header(&made, "ettag").is_none()
    );
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FunctionSummary xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Name>f</Name><Status>UNPUBLISHED</Status><FunctionConfig><Comment>a &amp; b</Comment><Runtime>cloudfront-js-2.0</Runtime>{stores}<FunctionMetadata><FunctionARN>arn:aws:cloudfront::111111111111:function/f</FunctionARN><Stage>DEVELOPMENT</Stage><CreatedTime>2026-01-01T00:00:00.000Z</CreatedTime><LastModifiedTime>2026-01-01T00:00:00.000Z</LastModifiedTime></FunctionMetadata></FunctionSummary>"
    );
    assert_eq!(text(&made), expected);
}

#[test]
fn the_etag_of_an_update_is_in_a_header_of_another_name() {
    let mut cloud = cloud();
    let etag = create_edge(&mut cloud, "f");
    let sent = edge_body("UpdateFunctionRequest", "", "").replace("Y29kZQ==", "bmV3");
    let updated = edge(&mut cloud, "PUT /2020-05-31/function/f", Some(&etag), &sent);
    let new = header(&updated, "ettag").unwrap().to_owned();
    assert_eq!(
        (
            updated.status().as_u16(),
            header(&updated, "etag"),
            new == etag
        ),
        (200, None, false)
    );
    let published = edge(
        &mut cloud,
        "POST /2020-05-31/function/f/publish",
        Some(&new),
        "",
    );
    assert_eq!(
        (
            published.status().as_u16(),
            header(&published, "etag"),
            header(&published, "ettag")
        ),
        (200, None, None)
    );
    assert!(text(&published).contains("<Stage>LIVE</Stage>"));
    let described = edge(
        &mut cloud,
        "GET /2020-05-31/function/f/describe?Stage=DEVELOPMENT",
        None,
        "",
    );
    assert_eq!(header(&described, "etag"), Some(new.as_str()));
    let live = edge(
        &mut cloud,
        "GET /2020-05-31/function/f?Stage=LIVE",
        None,
        "",
    );
    assert_eq!(
        (live.body().as_slice(), header(&live, "content-type")),
        (b"new".as_slice(), Some("application/octet-stream"))
    );
    assert!(header(&live, "etag").is_some_and(|etag| etag != new));
}

#[test]
fn tags_go_in_and_come_out_whatever_is_in_them() {
    let mut cloud = cloud();
    let tags = "<Tags><Items><Tag><Key>team</Key><Value>shop</Value></Tag><Tag><Key>empty</Key></Tag></Items></Tags>";
    let made = edge(
        &mut cloud,
        "POST /2020-05-31/function",
        None,
        &edge_body("CreateFunctionRequest", "f", tags),
    );
    assert_eq!(made.status(), 201);
    let arn = "arn%3Aaws%3Acloudfront%3A%3A111111111111%3Afunction%2Ff";
    let more = "<Tags xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Items><Tag><Key>o/w=n</Key><Value>a:b @c+d</Value></Tag></Items></Tags>";
    assert_eq!(
        edge(
            &mut cloud,
            &format!("POST /2020-05-31/tagging?Operation=Tag&Resource={arn}"),
            None,
            more
        )
        .status(),
        204
    );
    let keys = "<TagKeys><Items><Key>empty</Key><Key>none</Key></Items></TagKeys>";
    assert_eq!(
        edge(
            &mut cloud,
            &format!("POST /2020-05-31/tagging?Operation=Untag&Resource={arn}"),
            None,
            keys
        )
        .status(),
        204
    );
    let listed = edge(
        &mut cloud,
        &format!("GET /2020-05-31/tagging?Resource={arn}"),
        None,
        "",
    );
    let expected = "<Items><Tag><Key>o/w=n</Key><Value>a:b @c+d</Value></Tag><Tag><Key>team</Key><Value>shop</Value></Tag></Items>";
    assert!(text(&listed).contains(expected), "{}", text(&listed));

    create_lambda(&mut cloud, "f");
    let place = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A111111111111%3Afunction%3Af";
    assert_eq!(
        lambda(
            &mut cloud,
            &format!("POST {place}"),
            r#"{"Tags":{"a b":"1","c+d":"2","e":""}}"#
        )
        .status(),
        204
    );
    assert_eq!(
        lambda(
            &mut cloud,
            &format!("DELETE {place}?tagKeys=a%20b&tagKeys=c%2Bd"),
            ""
        )
        .status(),
        204
    );
    assert_eq!(
        body(&lambda(&mut cloud, &format!("GET {place}"), "")),
        json!({"Tags": {"e": ""}})
    );
}

#[test]
fn every_member_of_a_create_reaches_the_function() {
    let mut cloud = cloud();
    let mut sent: Value = serde_json::from_str(&lambda_body("f")).unwrap();
    let members = json!({
        "Description": "d", "Timeout": 9, "MemorySize": 256, "PackageType": "Zip", "Architectures": ["arm64"],
        "Environment": {"Variables": {"KEY": "value"}}, "EphemeralStorage": {"Size": 1024}, "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogFormat": "JSON"}, "Publish": true, "KMSKeyArn": null,
    });
    for (name, value) in members.as_object().unwrap() {
        sent[name] = value.clone();
    }
    sent["Tags"] = json!({"team": "shop"});
    let made = lambda(&mut cloud, "POST /2015-03-31/functions", &sent.to_string());
    assert_eq!(
        (made.status().as_u16(), header(&made, "content-type")),
        (201, Some("application/json")),
        "{}",
        text(&made)
    );
    let shown = body(&made);
    for name in [
        "Description",
        "Timeout",
        "MemorySize",
        "PackageType",
        "Architectures",
        "Environment",
        "EphemeralStorage",
        "TracingConfig",
    ] {
        assert_eq!(shown[name], members[name], "{name}");
    }
    assert_eq!(
        (&shown["State"], &shown["Version"], &shown["Role"]),
        (&json!("Pending"), &json!("1"), &json!(ROLE))
    );
    assert_eq!(shown["CodeSha256"], sha256(&archive("1")));
    let got = body(&lambda(&mut cloud, "GET /2015-03-31/functions/f", ""));
    assert_eq!(
        (
            &got["Tags"],
            &got["Code"]["RepositoryType"],
            &got["Configuration"]["State"]
        ),
        (&json!({"team": "shop"}), &json!("S3"), &json!("Pending"))
    );
}

#[test]
fn code_may_come_from_a_bucket_or_a_registry() {
    let mut cloud = cloud();
    cloud.put_object("eu-west-1", "bucket", "key.zip", "v1", &archive("2"));
    let mut sent: Value = serde_json::from_str(&lambda_body("f")).unwrap();
    sent["Code"] = json!({"S3Bucket": "bucket", "S3Key": "key.zip", "S3ObjectVersion": "v1"});
    let made = lambda(&mut cloud, "POST /2015-03-31/functions", &sent.to_string());
    assert_eq!(
        body(&made)["CodeSha256"],
        sha256(&archive("2")),
        "{}",
        text(&made)
    );
    let (key, reference) = ("arn:aws:kms:eu-west-1:1:key/k", "S3ObjectStorageMode");
    let mut kept = sent["Code"].clone();
    kept["SourceKMSKeyArn"] = json!(key);
    kept[reference] = json!("REFERENCE");
    settle(&mut cloud);
    let update = "PUT /2015-03-31/functions/f/code";
    assert_eq!(lambda(&mut cloud, update, &kept.to_string()).status(), 200);
    let got = body(&lambda(&mut cloud, "GET /2015-03-31/functions/f", ""));
    let object = json!({"S3Bucket": "bucket", "S3Key": "key.zip", "S3ObjectVersion": "v1"});
    let shown = json!({"RepositoryType": "S3", "ResolvedS3Object": object, "SourceKMSKeyArn": key});
    assert_eq!(got["Code"], shown);
    let image = json!({"FunctionName": "i", "PackageType": "Image", "Role": ROLE, "Code": {"ImageUri": "1.dkr.ecr.eu-west-1.amazonaws.com/a:1"}});
    assert_eq!(
        lambda(&mut cloud, "POST /2015-03-31/functions", &image.to_string()).status(),
        201
    );
    let got = body(&lambda(&mut cloud, "GET /2015-03-31/functions/i", ""));
    let code = &got["Code"];
    assert_eq!(
        (&code["RepositoryType"], &code["ImageUri"], got.get("Tags")),
        (&json!("ECR"), &image["Code"]["ImageUri"], None)
    );
    assert!(
        code["ResolvedImageUri"]
            .as_str()
            .unwrap()
            .contains("/a@sha256:"),
        "{code}"
    );
}

#[test]
fn updates_and_versions_take_guard_flags_and_description() {
    let mut cloud = cloud();
    create_lambda(&mut cloud, "f");
    settle(&mut cloud);
    let zip = serde_json::from_str::<Value>(&lambda_body("f")).unwrap()["Code"]["ZipFile"].clone();
    let place = "/2015-03-31/functions/f";
    let dry = lambda(
        &mut cloud,
        &format!("PUT {place}/code"),
        &json!({"ZipFile": zip, "DryRun": true, "Architectures": ["arm64"]}).to_string(),
    );
    assert_eq!(
        (dry.status().as_u16(), &body(&dry)["LastUpdateStatus"]),
        (200, &json!("Successful"))
    );
    let now = body(&lambda(
        &mut cloud,
        &format!("GET {place}/configuration"),
        "",
    ));
    assert_eq!(now["Architectures"], json!(["x86_64"]));
    let change = json!({"Description": "new", "RevisionId": now["RevisionId"]});
    let changed = lambda(
        &mut cloud,
        &format!("PUT {place}/configuration"),
        &change.to_string(),
    );
    assert_eq!(
        (
            changed.status().as_u16(),
            &body(&changed)["LastUpdateStatus"]
        ),
        (200, &json!("InProgress"))
    );
    let busy = lambda(
        &mut cloud,
        &format!("PUT {place}/code"),
        &json!({"ZipFile": zip}).to_string(),
    );
    assert_eq!(
        (busy.status().as_u16(), header(&busy, "x-amzn-errortype")),
        (409, Some("ResourceConflictException"))
    );
    settle(&mut cloud);
    let published = lambda(
        &mut cloud,
        &format!("PUT {place}/code"),
        &json!({"ZipFile": zip, "Publish": true}).to_string(),
    );
    assert_eq!(body(&published)["Version"], "1");
    settle(&mut cloud);
    let change = json!({"Description": "newer"});
    assert_eq!(
        lambda(
            &mut cloud,
            &format!("PUT {place}/configuration"),
            &change.to_string()
        )
        .status(),
        200
    );
    settle(&mut cloud);
    let wrong = lambda(
        &mut cloud,
        &format!("POST {place}/versions"),
        r#"{"CodeSha256":"x"}"#,
    );
    assert_eq!(
        (wrong.status().as_u16(), header(&wrong, "x-amzn-errortype")),
        (400, Some("InvalidParameterValueException"))
    );
    let version = lambda(
        &mut cloud,
        &format!("POST {place}/versions"),
        r#"{"Description":"two"}"#,
    );
    assert_eq!(
        (
            version.status().as_u16(),
            &body(&version)["Version"],
            &body(&version)["Description"]
        ),
        (201, &json!("2"), &json!("two"))
    );
    let deleted = lambda(&mut cloud, &format!("DELETE {place}"), "");
    assert_eq!(
        (deleted.status().as_u16(), deleted.body().len()),
        (202, 0),
        "it takes a while"
    );
}

#[test]
fn all_of_a_body_counts_towards_the_size_of_a_request() {
    let mut cloud = cloud();
    // As large as an archive may be: with it alone the request is not too large.
    let archive = STANDARD.encode(vec![0; 52_428_800]);
    let mut create = |variable: usize| {
        let sent = json!({
            "FunctionName": "f", "Code": {"ZipFile": archive}, "Environment": {"Variables": {"AB": "x".repeat(variable)}},
        });
        let answer = lambda(&mut cloud, "POST /2015-03-31/functions", &sent.to_string());
        (
            answer.status().as_u16(),
            body(&answer)["message"].as_str().map(ToOwned::to_owned),
        )
    };
    let said = "Request must be smaller than 70167211 bytes for the CreateFunction operation";
    assert_eq!(create(300_000), (413, Some(said.to_owned())));
    assert_eq!(create(1).0, 400, "it has neither role nor handler");
}
