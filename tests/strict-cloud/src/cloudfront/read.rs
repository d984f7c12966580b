//! DescribeFunction, GetFunction, ListFunctions.

use serde_json::json;

use super::{Code, Described, Function, FunctionList, ListFunctions, Stage, Summary, rules};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request};
use crate::operation::{Operation, cloudfront as op};
use crate::world::World;

impl Function {
    pub(crate) const fn copy(&self, stage: Stage) -> Option<&super::Copied> {
        match stage {
            Stage::Development => Some(&self.development),
            Stage::Live => self.live.as_ref(),
        }
    }

    /// The words of Status are assumed:cloudfront-status.
    pub(crate) fn summary(&self, name: &str, stage: Stage) -> Option<Summary> {
        let copy = self.copy(stage)?;
        let status = match stage {
            Stage::Development if !self.published => "UNPUBLISHED",
            _ if self.in_use => "DEPLOYED",
            _ => "UNASSOCIATED",
        };
        Some(Summary {
            name: name.to_owned(),
            status,
            config: copy.config.clone(),
            arn: self.arn.clone(),
            stage,
            created: self.created,
            last_modified: copy.modified,
        })
    }
}

impl Cloud {
    /// DescribeFunction: 200. LIVE of a function that was never published: 404 NoSuchFunctionExists.
    pub fn cloudfront_describe_function(
        &mut self,
        caller: &Caller,
        name: &str,
        stage: Option<Stage>,
    ) -> Answer<Described> {
        self.read_stage(
            caller,
            op::DESCRIBE_FUNCTION,
            name,
            stage,
            |function, stage| {
                let etag = function.copy(stage)?.etag.clone();
                Some(Described {
                    summary: function.summary(name, stage)?,
                    etag,
                    location: None,
                })
            },
        )
    }

    /// GetFunction: 200, the code.
    pub fn cloudfront_get_function(
        &mut self,
        caller: &Caller,
        name: &str,
        stage: Option<Stage>,
    ) -> Answer<Code> {
        self.read_stage(caller, op::GET_FUNCTION, name, stage, |function, stage| {
            let copy = function.copy(stage)?;
            Some(Code {
                bytes: copy.code.clone(),
                etag: copy.etag.clone(),
                content_type: "application/octet-stream",
            })
        })
    }

    fn read_stage<T>(
        &mut self,
        caller: &Caller,
        operation: Operation,
        name: &str,
        stage: Option<Stage>,
        read: impl FnOnce(&Function, Stage) -> Option<T>,
    ) -> Answer<T> {
        let resource = rules::arn(&caller.account, name);
        let call = Request {
            operation,
            function: Some(name),
            resource,
            arguments: json!({"stage": stage.map(Stage::as_str)}),
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let functions = world
                .cloudfront
                .entry(context.caller.account.clone())
                .or_default();
            // assumed:no-stage: DEVELOPMENT where none is named.
            functions
                .get(name, context.stale)
                .and_then(|function| read(function, stage.unwrap_or(Stage::Development)))
                .ok_or_else(rules::no_such_function)
        })
    }

    /// ListFunctions: 200. Without a stage, a published function is in the list twice (API reference: "all functions").
    pub fn cloudfront_list_functions(
        &mut self,
        caller: &Caller,
        request: &ListFunctions,
    ) -> Answer<FunctionList> {
        let arguments = json!({"marker": request.marker, "maxItems": request.max_items, "stage": request.stage.map(Stage::as_str)});
        let call = Request {
            operation: op::LIST_FUNCTIONS,
            function: None,
            resource: "*".into(),
            arguments,
            success: 200,
        };
        self.call(caller, call, |world, context| list(world, context, request))
    }
}

fn list(
    world: &mut World,
    context: &Context<'_>,
    request: &ListFunctions,
) -> Result<FunctionList, Problem> {
    let max_items = rules::max_items(request.max_items.as_deref())?;
    let shelf = world
        .cloudfront
        .entry(context.caller.account.clone())
        .or_default();
    let mut all: Vec<((String, Stage), Summary)> = Vec::new();
    for name in shelf.names(context.stale) {
        for stage in [Stage::Development, Stage::Live] {
            let wanted = request.stage.is_none_or(|only| only == stage);
            if let Some(summary) = shelf
                .get(&name, context.stale)
                .filter(|_| wanted)
                .and_then(|function| function.summary(&name, stage))
            {
                all.push(((name.clone(), stage), summary));
            }
        }
    }
    // assumed:cloudfront-marker: opaque to callers, and stable while functions come and go.
    let after = request
        .marker
        .as_deref()
        .map(|marker| match marker.strip_suffix("/LIVE") {
            Some(name) => (name.to_owned(), Stage::Live),
            None => (
                marker
                    .strip_suffix("/DEVELOPMENT")
                    .unwrap_or(marker)
                    .to_owned(),
                Stage::Development,
            ),
        });
    let from = after.map_or(0, |after| all.partition_point(|(place, _)| *place <= after));
    let rest = all.get(from..).unwrap_or_default();
    let size = max_items.min(context.page);
    let page = rest.get(..size.min(rest.len())).unwrap_or_default();
    let next_marker = if rest.len() > size {
        page.last()
            .map(|((name, stage), _)| format!("{name}/{}", stage.as_str()))
    } else {
        None
    };
    Ok(FunctionList {
        next_marker,
        max_items,
        items: page.iter().map(|(_, summary)| summary.clone()).collect(),
    })
}
