//! GetFunction, GetFunctionConfiguration, ListFunctions.

use serde_json::{Map, Value, json};

use super::update::current;
use super::validate::Breaches;
use super::{
    Function, FunctionConfiguration, FunctionVersion, GotFunction, Listed, Page, create, name,
};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request};
use crate::operation::{Operation, lambda as op};
use crate::tags::Tags;
use crate::world::World;

/// MaxItems of most lists, at most (Lambda API reference, ListFunctions).
pub(super) const MOST_ITEMS: i64 = 10_000;

impl Cloud {
    /// GetFunction: 200. Tags come only to who may call ListTags (Lambda API reference, GetFunction, Tags and TagsError).
    pub fn lambda_get_function(
        &mut self,
        caller: &Caller,
        function_name: &str,
        qualifier: Option<&str>,
    ) -> Answer<GotFunction> {
        let may_see_tags = self.allowed(caller, op::LIST_TAGS);
        self.get(
            caller,
            op::GET_FUNCTION,
            function_name,
            qualifier,
            move |function, configuration| {
                let code = match configuration
                    .version
                    .parse::<u64>()
                    .ok()
                    .and_then(|number| function.versions.get(&number))
                {
                    Some(version) => &version.content.code,
                    None => &function.content.code,
                };
                let tags = match (may_see_tags, configuration.version.as_str()) {
                    // assumed:tags-error.
                    (false, _) => Err((
                        "AccessDeniedException".to_owned(),
                        "User is not authorized to perform: lambda:ListTags".to_owned(),
                    )),
                    (true, "$LATEST") => Ok(function.tags.clone()),
                    (true, _) => Ok(Tags::new()),
                };
                // assumed:concurrency: an ARN is qualified where a qualifier was asked for.
                let reserved_concurrency = function
                    .reserved_concurrency
                    .filter(|_| configuration.function_arn == function.arn);
                GotFunction {
                    reserved_concurrency,
                    code: function.location(code),
                    tags,
                    configuration,
                }
            },
        )
    }

    /// GetFunctionConfiguration: 200.
    pub fn lambda_get_function_configuration(
        &mut self,
        caller: &Caller,
        function_name: &str,
        qualifier: Option<&str>,
    ) -> Answer<FunctionConfiguration> {
        self.get(
            caller,
            op::GET_FUNCTION_CONFIGURATION,
            function_name,
            qualifier,
            |_, configuration| configuration,
        )
    }

    fn get<T>(
        &mut self,
        caller: &Caller,
        operation: Operation,
        function_name: &str,
        qualifier: Option<&str>,
        make: impl FnOnce(&Function, FunctionConfiguration) -> T,
    ) -> Answer<T> {
        let bare = name::bare(function_name);
        let call = Request {
            operation,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: json!({"Qualifier": qualifier}),
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let named = name::elsewhere(context.caller, function_name, qualifier)?;
            // Recorded answers: test_ops_on_nonexisting_fn, test_ops_on_nonexisting_version: the ARN as it was asked for.
            let arn = name::arn(context.caller, &named.name);
            let missing = || {
                name::not_found(
                    &named
                        .qualifier
                        .as_ref()
                        .map_or_else(|| arn.clone(), |qualifier| format!("{arn}:{qualifier}")),
                )
            };
            let function = seen(world, context, &named.name).map_err(|_| missing())?;
            let configuration = match named.qualifier.as_deref() {
                None => Some(function.latest(world.ids, false)),
                // Recorded answer: test_publish_with_update, get_function_latest_result: the ARN is qualified.
                Some("$LATEST") => Some(function.latest(world.ids, true)),
                Some(qualifier) => match qualifier.parse() {
                    Ok(number) => function.version(world.ids, number),
                    Err(_) => function.aliased(world.ids, qualifier),
                },
            };
            Ok(make(&function, configuration.ok_or_else(missing)?))
        })
    }

    /// ListFunctions: 200. A page has 50 at most, whatever MaxItems says, and no item has a state field (Lambda API
    /// reference, ListFunctions). FunctionVersion may be given as whether it is ALL (recorded answers: test_list_functions).
    pub fn lambda_list_functions(
        &mut self,
        caller: &Caller,
        page: &Page,
        function_version: impl Into<FunctionVersion>,
    ) -> Answer<Listed> {
        let asked = function_version.into();
        let all_versions = asked == FunctionVersion::All;
        let arguments = json!({"Marker": page.marker, "MaxItems": page.max_items, "FunctionVersion": asked.word()});
        let call = Request {
            operation: op::LIST_FUNCTIONS,
            function: None,
            resource: "*".into(),
            arguments,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let mut breaches = Breaches::default();
            if let FunctionVersion::Other(word) = &asked {
                breaches.add(
                    &format!("Value '{word}'"),
                    "functionVersion",
                    "Member must satisfy enum value set: [ALL]",
                );
            }
            breaches.judge()?;
            let mut all = Vec::new();
            for name in create::shelf(world, context.caller).names(context.stale) {
                // Without versions the names are in the list's own order: only the page, and one to know whether more follow, is made.
                if !all_versions && page.marker.as_ref().is_some_and(|marker| name <= *marker) {
                    continue;
                }
                if !all_versions && all.len() > 50 {
                    break;
                }
                let Ok(function) = seen(world, context, &name) else {
                    continue;
                };
                all.push((
                    name.clone(),
                    listed(function.latest(world.ids, all_versions)),
                ));
                if all_versions {
                    for number in function.versions.keys() {
                        all.extend(
                            function
                                .version(world.ids, *number)
                                .map(|version| (format!("{name}:{number:020}"), listed(version))),
                        );
                    }
                }
            }
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            paged(all, page, context)
        })
    }
}

/// A function as this read sees it: as it is, or as it was before its last write.
pub(super) fn seen(
    world: &mut World,
    context: &Context<'_>,
    name: &str,
) -> Result<Function, Problem> {
    let shelf = create::shelf(world, context.caller);
    if !shelf.hides(name, context.stale) {
        return current(world, context, name);
    }
    let found = shelf.get(name, context.stale).cloned();
    found.ok_or_else(|| name::not_found(&name::arn(context.caller, name)))
}

/// An item of a list: without the seven state fields (Lambda API reference, ListFunctions: "doesn't return ..."; recorded
/// answer: test_version_lifecycle for versions).
pub(super) fn listed(mut item: FunctionConfiguration) -> FunctionConfiguration {
    (
        item.state,
        item.last_update_status,
        item.runtime_version_arn,
    ) = (None, None, None);
    item
}

/// A page of functions or versions.
pub(super) fn paged(
    all: Vec<(String, FunctionConfiguration)>,
    page: &Page,
    context: &Context<'_>,
) -> Result<Listed, Problem> {
    let (items, next_marker) = self::page(all, (page, MOST_ITEMS), context)?;
    Ok(Listed { next_marker, items })
}

/// A list of other things, as the API's JSON: their name, and NextMarker where more follow.
pub(super) fn shown(name: &str, items: Vec<Value>, next_marker: Option<String>) -> Value {
    let mut fields = Map::from_iter([(name.to_owned(), Value::Array(items))]);
    fields.extend(next_marker.map(|marker| ("NextMarker".to_owned(), json!(marker))));
    Value::Object(fields)
}

/// The items of a page, and its marker where more follow. It is the key of the last item, so a list that changes between pages
/// neither repeats nor skips (assumed:lambda-marker).
pub(super) fn page<T>(
    all: Vec<(String, T)>,
    (page, most_items): (&Page, i64),
    context: &Context<'_>,
) -> Result<(Vec<T>, Option<String>), Problem> {
    let mut breaches = Breaches::default();
    if let Some(most) = page
        .max_items
        .filter(|most| !(1..=most_items).contains(most))
    {
        let constraint = if most < 1 {
            "Member must have value greater than or equal to 1".to_owned()
        } else {
            format!("Member must have value less than or equal to {most_items}")
        };
        breaches.add(&format!("Value '{most}'"), "maxItems", &constraint);
    }
    breaches.judge()?;
    let size = page
        .max_items
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(50)
        .min(50)
        .min(context.page);
    let mut rest = all
        .into_iter()
        .filter(|(key, _)| page.marker.as_ref().is_none_or(|marker| key > marker))
        .peekable();
    let mut items = Vec::new();
    let mut last = None;
    while items.len() < size
        && let Some((key, item)) = rest.next()
    {
        items.push(item);
        last = Some(key);
    }
    let next_marker = last.filter(|_| rest.peek().is_some());
    Ok((items, next_marker))
}
