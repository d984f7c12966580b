//! Every schema inside a schema.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};

/// Calls `change` for a schema and for each one in it, from the outside in.
pub(super) fn every_schema(
    schema: &mut JSONSchemaProps,
    change: &mut impl FnMut(&mut JSONSchemaProps),
) {
    change(schema);
    for member in schema
        .properties
        .iter_mut()
        .flat_map(|all| all.values_mut())
    {
        every_schema(member, change);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(value)) = &mut schema.additional_properties {
        every_schema(value, change);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(item)) = &mut schema.items {
        every_schema(item, change);
    }
}
