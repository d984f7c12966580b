//! Lists of distributions. A distribution here is what uses functions; all else that a summary must have is the same for each.

use super::super::xml::Xml;
use super::NAMESPACE;
use crate::cloudfront::{Distribution, DistributionList};

/// The only origin.
const ORIGIN: &str = "origin";

/// DistributionList.
pub(super) fn list(list: &DistributionList) -> String {
    let mut xml = Xml::begin();
    xml.root("DistributionList", NAMESPACE, |xml| {
        xml.leaf("Marker", &list.marker);
        if let Some(marker) = &list.next_marker {
            xml.leaf("NextMarker", marker);
        }
        xml.leaf("MaxItems", &list.max_items.to_string());
        xml.leaf(
            "IsTruncated",
            if list.is_truncated { "true" } else { "false" },
        );
        xml.leaf("Quantity", &list.items.len().to_string());
        if !list.items.is_empty() {
            xml.within("Items", |xml| {
                for item in &list.items {
                    xml.within("DistributionSummary", |xml| summary(xml, item));
                }
            });
        }
    });
    xml.text()
}

/// DistributionSummary: every required member of the service model, in its order.
fn summary(xml: &mut Xml, distribution: &Distribution) {
    xml.leaf("Id", &distribution.id);
    xml.leaf("ARN", &distribution.arn);
    xml.leaf("Status", "Deployed");
    xml.leaf("LastModifiedTime", &distribution.last_modified.rfc3339());
    xml.leaf("DomainName", &distribution.domain_name);
    xml.within("Aliases", none);
    xml.within("Origins", |xml| {
        xml.leaf("Quantity", "1");
        xml.within("Items", |xml| xml.within("Origin", origin));
    });
    xml.within("DefaultCacheBehavior", |xml| behavior(xml, distribution));
    xml.within("CacheBehaviors", none);
    xml.within("CustomErrorResponses", none);
    xml.leaf("Comment", "");
    xml.leaf("PriceClass", "PriceClass_All");
    xml.leaf("Enabled", "true");
    xml.within("ViewerCertificate", |xml| {
        xml.leaf("CloudFrontDefaultCertificate", "true");
    });
    xml.within("Restrictions", |xml| {
        xml.within("GeoRestriction", |xml| {
            xml.leaf("RestrictionType", "none");
            xml.leaf("Quantity", "0");
        });
    });
    xml.leaf("WebACLId", "");
    xml.leaf("HttpVersion", "http2");
    xml.leaf("IsIPV6Enabled", "true");
    xml.leaf("Staging", "false");
}

fn origin(xml: &mut Xml) {
    xml.leaf("Id", ORIGIN);
    xml.leaf("DomainName", "example.org");
    xml.leaf("OriginPath", "");
    xml.within("CustomHeaders", none);
}

fn behavior(xml: &mut Xml, distribution: &Distribution) {
    xml.leaf("TargetOriginId", ORIGIN);
    xml.leaf("ViewerProtocolPolicy", "redirect-to-https");
    xml.within("FunctionAssociations", |xml| {
        xml.leaf("Quantity", &distribution.functions.len().to_string());
        if !distribution.functions.is_empty() {
            xml.within("Items", |xml| {
                for arn in &distribution.functions {
                    xml.within("FunctionAssociation", |xml| {
                        xml.leaf("FunctionARN", arn);
                        xml.leaf("EventType", "viewer-request");
                    });
                }
            });
        }
    });
}

fn none(xml: &mut Xml) {
    xml.leaf("Quantity", "0");
}
