//! Response bodies of CloudFront.

use super::super::xml::Xml;
use super::NAMESPACE;
use crate::cloudfront::{FunctionList, Summary, TestResult};
use crate::tags::Tags;

/// FunctionSummary.
pub(super) fn summary(summary: &Summary) -> String {
    let mut xml = Xml::begin();
    xml.root("FunctionSummary", NAMESPACE, |xml| members(xml, summary));
    xml.text()
}

/// FunctionList; NextMarker is absent on the last page.
pub(super) fn list(list: &FunctionList) -> String {
    let mut xml = Xml::begin();
    xml.root("FunctionList", NAMESPACE, |xml| {
        if let Some(marker) = &list.next_marker {
            xml.leaf("NextMarker", marker);
        }
        xml.leaf("MaxItems", &list.max_items.to_string());
        xml.leaf("Quantity", &list.items.len().to_string());
        xml.within("Items", |xml| {
            for item in &list.items {
                xml.within("FunctionSummary", |xml| members(xml, item));
            }
        });
    });
    xml.text()
}

/// TestResult.
pub(super) fn test_result(result: &TestResult) -> String {
    let mut xml = Xml::begin();
    xml.root("TestResult", NAMESPACE, |xml| {
        xml.within("FunctionSummary", |xml| members(xml, &result.summary));
        if let Some(utilization) = &result.compute_utilization {
            xml.leaf("ComputeUtilization", utilization);
        }
        xml.within("FunctionExecutionLogs", |xml| {
            for line in &result.logs {
                xml.leaf("member", line);
            }
        });
        if let Some(error) = &result.error_message {
            xml.leaf("FunctionErrorMessage", error);
        }
        if let Some(output) = &result.output {
            xml.leaf("FunctionOutput", output);
        }
    });
    xml.text()
}

/// Tags.
pub(super) fn tags(tags: &Tags) -> String {
    let mut xml = Xml::begin();
    xml.root("Tags", NAMESPACE, |xml| {
        xml.within("Items", |xml| {
            for (key, value) in tags {
                xml.within("Tag", |xml| {
                    xml.leaf("Key", key);
                    xml.leaf("Value", value);
                });
            }
        });
    });
    xml.text()
}

fn members(xml: &mut Xml, summary: &Summary) {
    xml.leaf("Name", &summary.name);
    xml.leaf("Status", summary.status);
    xml.within("FunctionConfig", |xml| {
        xml.leaf("Comment", &summary.config.comment);
        xml.leaf("Runtime", &summary.config.runtime);
        // Also where there is none: assumed:cloudfront-no-stores.
        xml.within("KeyValueStoreAssociations", |xml| {
            let stores = &summary.config.key_value_stores;
            xml.leaf("Quantity", &stores.len().to_string());
            if !stores.is_empty() {
                xml.within("Items", |xml| {
                    for arn in stores {
                        xml.within("KeyValueStoreAssociation", |xml| {
                            xml.leaf("KeyValueStoreARN", arn);
                        });
                    }
                });
            }
        });
    });
    xml.within("FunctionMetadata", |xml| {
        xml.leaf("FunctionARN", &summary.arn);
        xml.leaf("Stage", summary.stage.as_str());
        xml.leaf("CreatedTime", &summary.created.rfc3339());
        xml.leaf("LastModifiedTime", &summary.last_modified.rfc3339());
    });
}
