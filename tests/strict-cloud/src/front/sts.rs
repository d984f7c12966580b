//! STS, as much of it as tells a caller whose credentials it has: GetCallerIdentity.
//!
//! Source: STS API reference, version 2011-06-15.

use super::refusal::refuse;
use super::request::Request;
use super::xml::Xml;
use super::{Handled, response};
use crate::model::{Caller, Cloud};

pub(super) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub(super) fn answer(cloud: &Cloud, caller: &Caller, request: &Request<'_>) -> Handled {
    let (action, version) = (
        request.form("Action").unwrap_or_default(),
        request.form("Version").unwrap_or_default(),
    );
    if (action.as_str(), version.as_str()) != ("GetCallerIdentity", "2011-06-15") {
        // "Common Errors": InvalidAction, 400; the sentence is assumed:no-route.
        let said = format!("Could not find operation {action} for version {version}");
        return Err(refuse(cloud, request, 400, "InvalidAction", said));
    }
    let mut xml = Xml::begin();
    xml.root("GetCallerIdentityResponse", NAMESPACE, |xml| {
        xml.within("GetCallerIdentityResult", |xml| {
            xml.leaf(
                "Arn",
                &format!("arn:aws:iam::{}:user/{}", caller.account, caller.principal),
            );
            xml.leaf("UserId", &caller.principal);
            xml.leaf("Account", &caller.account);
        });
        xml.within("ResponseMetadata", |xml| {
            xml.leaf("RequestId", &cloud.request_id());
        });
    });
    Ok(response(200, "text/xml", xml.text()))
}
