//! The `ETag` of an update, which the SDK reads only under the name that AWS misspells.

use aws_sdk_cloudfront::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_cloudfront::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudfront::error::BoxError;

/// Copies the header `ETag` of `UpdateFunction`'s reply to `ETtag`, unless that is there. The
/// service model spells it `ETtag`, so the SDK reads no other; AWS sends it, other implementations
/// of the API send `ETag` alone. Without it every update would cost a describe.
#[derive(Debug)]
pub(super) struct PlainEtag;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for PlainEtag {
    fn name(&self) -> &'static str {
        "PlainEtag"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response_mut().headers_mut();
        if !headers.contains_key("ettag")
            && let Some(etag) = headers.get("etag").map(str::to_owned)
        {
            headers.try_insert("ettag", etag)?;
        }
        Ok(())
    }
}
