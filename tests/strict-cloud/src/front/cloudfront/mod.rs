//! CloudFront Functions over HTTP, and the list of what uses them: REST-XML, API version 2020-05-31.
//!
//! Source of paths, members and headers: the service model, whose ETag header is `ETtag` in the
//! reply of UpdateFunction and `ETag` everywhere else.

mod distributions;
mod read;
mod write;

use super::refusal::{refuse, unknown};
use super::request::Request;
use super::{Handled, empty, response, set};
use crate::cloudfront::{
    Code, CreateFunction, Described, ListFunctions, Stage, TestFunction, UpdateFunction,
};
use crate::model::{Answer, Caller, Cloud};

pub(super) const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

pub(super) fn answer(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>) -> Handled {
    let path = request.path();
    let ["2020-05-31", rest @ ..] = path.as_slice() else {
        return Err(unknown(cloud, request));
    };
    let (operation, resource) = (
        request.parameter("Operation"),
        request.parameter("Resource").unwrap_or_default(),
    );
    match (request.method(), rest) {
        ("POST", ["function"]) => create(cloud, caller, request),
        ("GET", ["function"]) => list(cloud, caller, request),
        ("GET", ["function", name]) => {
            let stage = stage(cloud, request)?;
            cloud
                .cloudfront_get_function(caller, name, stage)
                .map(|found| code(&found))
        }
        ("GET", ["function", name, "describe"]) => {
            let stage = stage(cloud, request)?;
            cloud
                .cloudfront_describe_function(caller, name, stage)
                .map(|described| with_etag(200, "etag", &described))
        }
        ("PUT", ["function", name]) => update(cloud, caller, request, name),
        ("POST", ["function", name, "publish"]) => {
            let summary =
                cloud.cloudfront_publish_function(caller, name, request.header("if-match"))?;
            Ok(response(200, "text/xml", write::summary(&summary)))
        }
        ("POST", ["function", name, "test"]) => test(cloud, caller, request, name),
        ("DELETE", ["function", name]) => cloud
            .cloudfront_delete_function(caller, name, request.header("if-match"))
            .map(|()| empty(204)),
        ("GET", ["distribution"]) => {
            let list = cloud.cloudfront_list_distributions(
                caller,
                request.parameter("Marker"),
                request.parameter("MaxItems"),
            )?;
            Ok(response(200, "text/xml", distributions::list(&list)))
        }
        ("GET", ["tagging"]) => {
            let tags = cloud.cloudfront_list_tags_for_resource(caller, resource)?;
            Ok(response(200, "text/xml", write::tags(&tags)))
        }
        ("POST", ["tagging"]) if operation == Some("Tag") => {
            let tags = read::tags(request.body()).ok_or_else(|| malformed(cloud, request))?;
            cloud
                .cloudfront_tag_resource(caller, resource, &tags)
                .map(|()| empty(204))
        }
        ("POST", ["tagging"]) if operation == Some("Untag") => {
            let keys = read::tag_keys(request.body()).ok_or_else(|| malformed(cloud, request))?;
            cloud
                .cloudfront_untag_resource(caller, resource, &keys)
                .map(|()| empty(204))
        }
        _ => Err(unknown(cloud, request)),
    }
}

fn create(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>) -> Handled {
    let body = read::function(request.body()).ok_or_else(|| malformed(cloud, request))?;
    consistent(cloud, request, &body)?;
    let create = CreateFunction {
        name: body.name,
        config: body.config,
        code: body.code,
        tags: body.tags,
    };
    cloud
        .cloudfront_create_function(caller, &create)
        .map(|described| with_etag(201, "etag", &described))
}

fn update(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>, name: &str) -> Handled {
    let body = read::function(request.body()).ok_or_else(|| malformed(cloud, request))?;
    consistent(cloud, request, &body)?;
    let if_match = request.header("if-match").map(str::to_owned);
    let update = UpdateFunction {
        name: name.to_owned(),
        if_match,
        config: body.config,
        code: body.code,
    };
    cloud
        .cloudfront_update_function(caller, &update)
        .map(|described| with_etag(200, "ettag", &described))
}

fn test(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>, name: &str) -> Handled {
    let body = read::test(request.body()).ok_or_else(|| malformed(cloud, request))?;
    let stage = named(cloud, request, body.stage.as_deref())?;
    let if_match = request.header("if-match").map(str::to_owned);
    let test = TestFunction {
        name: name.to_owned(),
        if_match,
        stage,
        event: body.event,
    };
    cloud
        .cloudfront_test_function(caller, &test)
        .map(|result| response(200, "text/xml", write::test_result(&result)))
}

fn list(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>) -> Handled {
    let text = |name| request.parameter(name).map(str::to_owned);
    let list = ListFunctions {
        marker: text("Marker"),
        max_items: text("MaxItems"),
        stage: stage(cloud, request)?,
    };
    cloud
        .cloudfront_list_functions(caller, &list)
        .map(|list| response(200, "text/xml", write::list(&list)))
}

fn code(code: &Code) -> http::Response<Vec<u8>> {
    let mut response = response(200, code.content_type, code.bytes.to_vec());
    set(&mut response, "etag", &code.etag);
    response
}

fn with_etag(status: u16, header: &'static str, described: &Described) -> http::Response<Vec<u8>> {
    let mut response = response(status, "text/xml", write::summary(&described.summary));
    set(&mut response, header, &described.etag);
    if let Some(location) = &described.location {
        set(&mut response, "location", location);
    }
    response
}

/// The Stage parameter.
fn stage(cloud: &Cloud, request: &Request<'_>) -> Answer<Option<Stage>> {
    named(cloud, request, request.parameter("Stage"))
}

/// A stage; what is neither word is assumed:bad-stage.
fn named(cloud: &Cloud, request: &Request<'_>, stage: Option<&str>) -> Answer<Option<Stage>> {
    match stage {
        None => Ok(None),
        Some("DEVELOPMENT") => Ok(Some(Stage::Development)),
        Some("LIVE") => Ok(Some(Stage::Live)),
        Some(_) => Err(refuse(
            cloud,
            request,
            400,
            "InvalidArgument",
            "The parameter Stage is invalid.",
        )),
    }
}

/// assumed:cloudfront-xml.
fn malformed(cloud: &Cloud, request: &Request<'_>) -> crate::model::Outcome {
    refuse(
        cloud,
        request,
        400,
        "MalformedXML",
        "The XML document is malformed.",
    )
}

/// assumed:cloudfront-xml: as for distributions.
fn consistent(cloud: &Cloud, request: &Request<'_>, body: &read::Function) -> Answer<()> {
    let said = "The value of Quantity and the size of Items don't match.";
    if body.consistent {
        Ok(())
    } else {
        Err(refuse(cloud, request, 400, "InconsistentQuantities", said))
    }
}
