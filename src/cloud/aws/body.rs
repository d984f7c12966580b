//! What the body of an answer must be: not without end, and there.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::Limited;

/// Bytes of an answer at most. The largest that is asked for is a page of a hundred distributions with
/// all their cache behaviours (CloudFront quotas: 75 of each): a few megabytes.
const MOST: usize = 16 << 20;

/// Ends an answer that is longer, so that whatever answers in the cloud's place does not take our memory;
/// the SDK then says that it cannot be read.
#[derive(Debug)]
pub(super) struct BoundedAnswer;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for BoundedAnswer {
    fn name(&self) -> &'static str {
        "BoundedAnswer"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, MOST));
        Ok(())
    }
}

/// Refuses an answer without a body where the SDK would make an empty list of it.
#[derive(Debug)]
pub(super) struct PresentAnswer;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for PresentAnswer {
    fn name(&self) -> &'static str {
        "PresentAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response().body().bytes() {
            Some([]) => Err("the answer has no body".into()),
            _ => Ok(()),
        }
    }
}
