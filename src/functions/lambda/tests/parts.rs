//! What the answer to a part's read means.

use crate::cloud::{Class, CloudError};
use crate::functions::lambda::parts::known::{Known, answer_of};

fn error(class: Class) -> Result<String, CloudError> {
    Err(CloudError {
        class,
        operation: "GetFunctionRecursionConfig",
        code: "Code".to_owned(),
        message: "what the cloud says".to_owned(),
        request_id: None,
    })
}

#[test]
fn a_refusal_concerns_the_part_alone() {
    let denied = Known::Denied("Code: what the cloud says".to_owned());
    assert_eq!(answer_of(error(Class::Denied)), Ok(denied));
    assert_eq!(answer_of(Ok(1)), Ok(Known::Read(1)));
}

#[test]
fn a_part_that_is_not_found_is_no_sign_that_the_function_is_gone() {
    let class = |error: Result<String, CloudError>| answer_of(error).map_err(|error| error.class);
    assert_eq!(class(error(Class::NotFound)), Err(Class::Unavailable));
    for other in [Class::Unavailable, Class::Unauthenticated, Class::Bug] {
        assert_eq!(class(error(other)), Err(other));
    }
}
