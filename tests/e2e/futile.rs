//! A cloud that takes a change and does not keep it must not be asked for ever.

use cloudfn_bed::{Action, Fault};
use hyper::body::Bytes;
use serde_json::json;

use crate::support::{LFN, Scene, lfn, python};

#[tokio::test]
async fn a_change_that_the_cloud_does_not_keep_is_given_up_until_the_next_edit() {
    let scene = Scene::start("futile").await;
    // The cloud shows another description than it was sent, always.
    let shows =
        scene.tenant.inject(
            Fault::on("GetFunction")
                .function("f")
                .always()
                .then(Action::rewrite(|reply| {
                    let (mut parts, body) = reply.into_parts();
                    let changed =
                        String::from_utf8_lossy(&body).replace("\"as sent\"", "\"as kept\"");
                    parts.headers.remove("content-length");
                    http::Response::from_parts(parts, Bytes::from(changed))
                })),
        );
    scene
        .apply(lfn("f", &python("one"), json!({"description": "as sent"})))
        .await;
    let object = scene.reason(LFN, "f", "InternalError").await;
    let message =
        cloudfn_bed::condition(&object, "Stalled").expect("it is stalled")["message"].to_string();
    assert!(
        message.contains("description"),
        "the message names the field: {message}"
    );
    assert_eq!(
        scene.writes(),
        [
            "CreateFunction",
            "UpdateFunctionConfiguration",
            "UpdateFunctionConfiguration",
            "UpdateFunctionConfiguration"
        ]
    );

    shows.remove();
    scene
        .apply(lfn(
            "f",
            &python("one"),
            json!({"description": "something else"}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    scene.end().await;
}
