//! ListDistributions, and distributions as far as functions know them.

use serde_json::json;

use super::{Distribution, DistributionList, Placed, rules};
use crate::ids::Ids;
use crate::model::{Answer, Caller, Cloud, Problem, Refusal, Request};
use crate::operation::cloudfront as op;

impl Cloud {
    /// Makes a distribution, or has it use other functions: each named one for viewer requests, in the default cache behavior.
    /// A function in use cannot be deleted, and shows DEPLOYED.
    ///
    /// # Errors
    /// A function is not LIVE, or not there: 400, InvalidFunctionAssociation (API reference, errors of CreateDistribution;
    /// CloudFront Developer Guide, "Associate functions with distributions": it is LIVE that is associated). Nothing changes.
    pub fn put_distribution(
        &mut self,
        account: &str,
        id: &str,
        functions: &[&str],
    ) -> Result<(), Refusal> {
        let there = self.world.cloudfront.get(account);
        let is_live = |name: &&&str| {
            there
                .and_then(|there| there.now.get(**name))
                .is_some_and(|function| function.live.is_some())
        };
        if let Some(name) = functions.iter().find(|name| !is_live(name)) {
            let message = format!(
                "The function {name} cannot be associated: nothing of it is in the LIVE stage."
            );
            let request_id = self.request_id_of(id);
            return Err(Refusal {
                status: 400,
                code: "InvalidFunctionAssociation",
                message,
                retry_after: None,
                request_id,
            });
        }
        let placed = Placed {
            functions: functions.iter().map(|name| (*name).to_owned()).collect(),
            modified: self.now,
        };
        self.world
            .distributions
            .entry(account.to_owned())
            .or_default()
            .insert(id.to_owned(), placed);
        self.derive_use(account);
        Ok(())
    }

    /// Removes a distribution.
    pub fn remove_distribution(&mut self, account: &str, id: &str) {
        if let Some(distributions) = self.world.distributions.get_mut(account) {
            distributions.remove(id);
        }
        self.derive_use(account);
    }

    /// Puts a distribution there that uses a function and nothing else, or removes it. Without anything in LIVE, nothing happens:
    /// such a function cannot be in use.
    pub fn cloudfront_set_in_use(&mut self, account: &str, name: &str, in_use: bool) {
        let id = self
            .world
            .ids
            .etag(&format!("distribution/{account}/{name}"), 0);
        if in_use {
            let _ = self.put_distribution(account, &id, &[name]);
        } else {
            self.remove_distribution(account, &id);
        }
    }

    /// ListDistributions: 200.
    pub fn cloudfront_list_distributions(
        &mut self,
        caller: &Caller,
        marker: Option<&str>,
        max_items: Option<&str>,
    ) -> Answer<DistributionList> {
        let arguments = json!({"marker": marker, "maxItems": max_items});
        let call = Request {
            operation: op::LIST_DISTRIBUTIONS,
            function: None,
            resource: "*".into(),
            arguments,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let max_items = rules::max_items(max_items)?;
            let account = &context.caller.account;
            let (after, ids) = (marker.unwrap_or_default(), world.ids);
            // assumed:cloudfront-marker.
            let rest = world
                .distributions
                .get(account)
                .into_iter()
                .flatten()
                .filter(|(id, _)| id.as_str() > after);
            let all: Vec<Distribution> = rest
                .map(|(id, placed)| shown(ids, account, id, placed))
                .collect();
            let size = max_items.min(context.page).min(all.len());
            let is_truncated = all.len() > size;
            let items: Vec<Distribution> = all.into_iter().take(size).collect();
            let next_marker = items
                .last()
                .filter(|_| is_truncated)
                .map(|last| last.id.clone());
            Ok::<_, Problem>(DistributionList {
                marker: after.to_owned(),
                max_items,
                next_marker,
                is_truncated,
                items,
            })
        })
    }

    fn derive_use(&mut self, account: &str) {
        let used: Vec<&String> = self
            .world
            .distributions
            .get(account)
            .into_iter()
            .flatten()
            .flat_map(|(_, placed)| &placed.functions)
            .collect();
        for (name, function) in self
            .world
            .cloudfront
            .get_mut(account)
            .into_iter()
            .flat_map(|shelf| &mut shelf.now)
        {
            function.in_use = used.contains(&name);
        }
    }
}

fn shown(ids: Ids, account: &str, id: &str, placed: &Placed) -> Distribution {
    Distribution {
        id: id.to_owned(),
        arn: format!("arn:aws:cloudfront::{account}:distribution/{id}"),
        // CloudFront Developer Guide: `d111111abcdef8.cloudfront.net`.
        domain_name: format!(
            "d{}.cloudfront.net",
            ids.etag(&format!("domain/{account}/{id}"), 0)
                .to_lowercase()
                .trim_start_matches('e')
        ),
        functions: placed
            .functions
            .iter()
            .map(|name| rules::arn(account, name))
            .collect(),
        last_modified: placed.modified,
    }
}
