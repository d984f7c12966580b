//! Every rule of the model that no source settles. The code refers to each by its id, as
//! `assumed:<id>`; a test holds the two together. What a recording or AWS's documentation settles
//! leaves this list.

/// Id, and what is assumed and why so.
pub const ASSUMED: &[(&str, &str)] = &[
    (
        "alias-of-what-starts",
        "an alias is created of, and moved to, versions that are Active only: users of Terraform's AWS provider (its issue 49904) report a 409 for one that is Failed; that one that is Pending, whose calls fail, is refused too is ours, so that who does not wait is seen",
    ),
    (
        "aliases",
        "aliases can be made and changed whatever state the function is in, unless it is being deleted, and move no RevisionId but their own; whether an alias exists is looked at after the versions that it shall point to; an alias that is not there to be updated is what it is to be read; deleting one that is not there is no error, and takes away what belongs to the alias; a list for a version has the aliases whose FunctionVersion it is; a version that an alias sends only a part of its calls to cannot be deleted either, and the sentence is as users report it",
    ),
    (
        "any-state",
        "tags and versions of a function can be changed while it is Pending or being updated",
    ),
    (
        "bad-stage",
        "a Stage parameter that is neither word is InvalidArgument, and no call",
    ),
    (
        "cleared",
        "cleared Lambda fields (key, dead letter target, layers, file systems) are absent afterwards: deployment tools treat absent and empty alike",
    ),
    (
        "cloudfront-5xx",
        "CloudFront's 500 is InternalError, as in other XML services: the API reference has no list of 5xx codes",
    ),
    (
        "cloudfront-comment",
        "a CloudFront function's comment has 128 characters at most, as a distribution's; the model has no bound",
    ),
    (
        "cloudfront-marker",
        "NextMarker names the last item of the page, so lists that change neither repeat nor skip; callers must treat it as opaque",
    ),
    (
        "cloudfront-no-stores",
        "a function without key-value stores shows the list of associations with Quantity 0",
    ),
    (
        "cloudfront-page",
        "MaxItems is 1 to 100 and 100 by default; the model has text without bounds",
    ),
    (
        "cloudfront-runtime",
        "an unknown runtime is InvalidArgument; it may be MalformedXML, also 400",
    ),
    (
        "cloudfront-same-update",
        "an update with the same content gives a new ETag and UNPUBLISHED like any other",
    ),
    (
        "cloudfront-status",
        "DEVELOPMENT is UNPUBLISHED until it is what LIVE is; then both are UNASSOCIATED, or DEPLOYED while a distribution uses the function",
    ),
    (
        "cloudfront-texts",
        "CloudFront's sentences are ours where no user's report has them; codes and statuses are the API reference's",
    ),
    (
        "cloudfront-xml",
        "a body that is no XML or lacks a required member is MalformedXML; a Quantity that is not the number of Items is InconsistentQuantities, as for distributions",
    ),
    (
        "code-signing",
        "writes of a function's code signing config need a function that can be changed (their ResourceConflictException has to mean something) and move the RevisionId; a function without one is answered 200 without an ARN, as Terraform's provider reads it; the sentences of refusals; a configuration that does not exist is found missing after the name is found free",
    ),
    (
        "code-texts",
        "Lambda's sentences for missing, empty and image code are as users report them",
    ),
    (
        "compute-limit",
        "a function is stopped after some 950,000 calls and loops, with a sentence of ours; AWS counts time, and has no sentence for it in public",
    ),
    (
        "compute-utilization",
        "ComputeUtilization grows with the size of code and event and with what is computed: the same each time, and 8 to 23 for little code, as public figures are",
    ),
    (
        "concurrency",
        "PutFunctionConcurrency and DeleteFunctionConcurrency need a function that can be changed (their ResourceConflictException has to mean something) and move the RevisionId where they change something; to delete what is not there is no error; GetFunctionConcurrency is refused for a version or an alias, as they are; GetFunction shows no Concurrency where a Qualifier was asked for, as deployment tools found",
    ),
    (
        "create-qualified",
        "a version in the FunctionName of CreateFunction is ignored",
    ),
    (
        "create-with-tags",
        "the code of the 409 is not public, only status and sentence; ConflictException, and nothing is created",
    ),
    (
        "delete-waits",
        "DeleteFunction is refused 409 while the function is Pending or an update is in progress: the strict reading of the conflict error; a setting",
    ),
    (
        "deleting",
        "where a deletion takes a while (the service model has State Deleting and StatusCode 202; recorded ones did not), the function shows Deleting, refuses everything 409, then is gone",
    ),
    (
        "dialect",
        "CloudFront's engine is njs, 0.5.3 for 1.0 and 0.8.9 for 2.0: AWS does not name it, but each of its error messages that users report is one of njs",
    ),
    (
        "dry-run",
        "DryRun answers what the configuration would be, with today's revision and status",
    ),
    (
        "durable",
        "the sentence for durable execution that is asked for of a function without it; what an update of it omits has its default",
    ),
    (
        "echo",
        "a key that breaks the pattern is refused with the values, as one environment too large was; keys come by name (a recording has SMALL_VAR before LARGE_VAR); reserved keys are named in one list",
    ),
    (
        "event-invoke",
        "writes of an event invoke config need a function that can be changed (their ResourceConflictException has to mean something) and move the RevisionId of what it is of; what an update says of destinations replaces both; a bucket as the destination of success is refused as another service is",
    ),
    (
        "exists",
        "the sentence is 'Function already exist: <name>', as users report it",
    ),
    (
        "failed-creation",
        "a function whose creation failed has no LastUpdateStatus",
    ),
    (
        "failed-output",
        "a function that failed has no FunctionOutput",
    ),
    (
        "failed-update",
        "after a failed update the fields show what was asked for; a setting turns that round",
    ),
    (
        "five-layers",
        "the sentence for a sixth layer is as users report it",
    ),
    (
        "foreign-arn",
        "tagging another account's CloudFront function is NoSuchResource",
    ),
    (
        "foreign-role",
        "a role of another account is refused 403 at once, as users report it",
    ),
    (
        "function-url",
        "writes of a function URL need a function that can be changed (their ResourceConflictException has to mean something) and move the RevisionId of the function or the alias that they are of; an update's Cors replaces the one before, and one without members is none, as deployment tools count on; methods are GET, PUT, HEAD, POST, PATCH, DELETE and *; a reply tells InvokeMode where it was sent; times have the form of LastModified",
    ),
    (
        "idle-key",
        "a key of a function without variables and snapshots is not kept: Terraform's documentation of kms_key_arn says so",
    ),
    (
        "if-match",
        "any If-Match that is not the current ETag is 412; only a missing or empty one is 400",
    ),
    (
        "invalid-values",
        "the sentences for what a function must not return are made like the one that users report, for header names",
    ),
    (
        "keeping",
        "of SourceKMSKeyArn and S3ObjectStorageMode: the sentences of refusals; an empty key is none, as of KMSKeyArn; an UpdateFunctionCode without the key goes back to Lambda's own (the API reference says so of the request, and Terraform's provider sends it with each); GetFunction shows the key to whoever may call it; one that differs from what was published makes a version",
    ),
    (
        "kvs-account",
        "a key-value store must be of the function's own account",
    ),
    (
        "kvs-texts",
        "what cf.kvs() throws for a missing key, a missing association and another store is ours; the guide only says that there is an error",
    ),
    (
        "lambda-marker",
        "NextMarker names the last item of the page, so lists that change neither repeat nor skip; callers must treat it as opaque",
    ),
    (
        "lambda-tags",
        "sentences and code for tags that break the rules of the guide",
    ),
    (
        "logging",
        "switching to Text takes the log levels away, and levels without JSON are refused",
    ),
    (
        "memory-limit",
        "a function has the 2 MB of the quota, and as much as the engine itself needs here; beyond it, it fails with MemoryError, of which the guide has the name only",
    ),
    (
        "missing-store",
        "an association with a key-value store that does not exist, where a setting asks, is InvalidArgument: of EntityNotFound, CreateFunction and UpdateFunction have nothing in the API reference",
    ),
    (
        "new-runtimes",
        "runtimes that the service model got after the recording are accepted",
    ),
    (
        "no-route",
        "what the service does not have is 404 UnknownOperationException with a sentence of ours; STS has InvalidAction, 400, for it",
    ),
    (
        "no-stage",
        "DescribeFunction and GetFunction read, and TestFunction tests, DEVELOPMENT where no stage is named",
    ),
    (
        "no-test-function",
        "where there is no TestFunction, it is UnsupportedOperation, which the API reference has for an operation that a region lacks",
    ),
    (
        "not-active",
        "the sentence for functions that are Pending, Failed or Deleting is as users report it for Pending",
    ),
    (
        "order",
        "name taken before role and code; RevisionId before busy: of these, recordings break one rule at a time",
    ),
    (
        "ordinary-bounds",
        "above 900 s and 10,240 MB Lambda refuses with InvalidParameterValueException; the model's bounds are wider",
    ),
    (
        "package-texts",
        "sentences for fields that do not go with the package type are as users report them",
    ),
    (
        "pcre",
        "atomic groups and possessive quantifiers may give back what they took: only a pattern that depends on it notices",
    ),
    (
        "permissions",
        "writes of a policy need a function that can be changed and refuse a statement id that is there as those of layers do; a statement has a condition for each member, of the operator and key that IAM's documentation of Lambda's condition keys gives; what GetPolicy says of a function that is not there is what it says of one without a policy; removing what is not there names the statement; the policy of an alias moves and guards the RevisionId of the alias, as that of a version was recorded to do",
    ),
    (
        "pinned-runtime",
        "a change of the runtime is refused while a version of it is pinned, in the words that users of Terraform's provider report (its issue 42699)",
    ),
    (
        "provisioned-alias",
        "provisioned concurrency follows an alias that moves to another version (Lambda Developer Guide); until it is there, the alias shows a weight of 1.0 for the version before, its RevisionId moves when that goes, and where it fails, the weight stays until RoutingConfig is sent: users of Terraform's and AWS's deployment tools report it so, and the sentences that refuse provisioned concurrency for an alias with weights and a move of one that has both; with another version, what is provisioned must be possible as if it were asked for anew",
    ),
    (
        "provisioned-concurrency",
        "writes move no RevisionId, and need a version that is Active; what was there before is there until the new amount is; what fails has nothing; an alias of $LATEST is refused as $LATEST is; versions and aliases take it along when they go; two aliases of a version may both have it; all of a function together is no more than what it reserves, and else leaves the account's other functions what a reservation must leave them; the sentences are as users report them, but for a reservation that is less than what is provisioned, which has ours",
    ),
    (
        "publish-again",
        "publishing twice with one ETag is accepted and gives LIVE a new ETag",
    ),
    (
        "publish-etag",
        "publishing does not move DEVELOPMENT's ETag",
    ),
    (
        "quota-burst",
        "quotas are token buckets that hold one second's worth",
    ),
    (
        "recursion",
        "PutFunctionRecursionConfig needs a function that can be changed (its ResourceConflictException has to mean something) and moves the RevisionId where it changes something",
    ),
    (
        "republish",
        "a version that was deleted is published anew, with the next number, even if nothing changed",
    ),
    (
        "request-size",
        "the bounds of a request's size are as users report them",
    ),
    (
        "retry-after",
        "Retry-After is the time until the next call fits, in whole seconds, 1 at least",
    ),
    (
        "runtime-management",
        "PutRuntimeManagementConfig needs a function that can be changed (its ResourceConflictException has to mean something), of an archive, with RuntimeVersionArn where it is Manual and only there, and moves the RevisionId where it changes something; the sentences of refusals; with Manual, $LATEST shows that version",
    ),
    (
        "s3-texts",
        "S3's errors in Lambda's sentence are as users report them",
    ),
    (
        "serialization",
        "a value of the wrong JSON type is SerializationException, 400, without a message",
    ),
    (
        "signatures",
        "the codes of CloudFront and STS end where those of Lambda add Exception; the sentences are as users report them",
    ),
    (
        "snap-start",
        "the sentences about what SnapStart does not go with",
    ),
    (
        "syntax-error",
        "where a setting has code with syntax errors refused, it is InvalidArgument",
    ),
    (
        "tags-error",
        "TagsError is AccessDeniedException with a sentence",
    ),
    (
        "tags-move-nothing",
        "tagging a CloudFront function moves neither ETag nor LastModifiedTime",
    ),
    (
        "test-event",
        "an event that is no JSON object, or too large, is InvalidArgument; its members are not checked",
    ),
    (
        "test-output",
        "FunctionOutput has what is absent in what was returned as empty, as the cookies in the guide's example are, a query string that was given as text as it is, and a body that was given as text with its encoding",
    ),
    (
        "throttle-reason",
        "a throttled call of the control plane has the Reason CallerRateLimitExceeded",
    ),
    (
        "unavailable",
        "503 is ServiceUnavailableException (Lambda) or ServiceUnavailable (CloudFront), from AWS's list of common errors",
    ),
    (
        "untag-absent",
        "removing tags that are not there is no error in CloudFront, as in Lambda",
    ),
    (
        "untag-nothing",
        "removing tags that are not there does not move the RevisionId",
    ),
    (
        "version-gone",
        "deleting a version that does not exist is no error: users report it, and LocalStack's suite counts on it, without an answer of AWS's",
    ),
    (
        "version-settles",
        "a version that was published Pending has another RevisionId once it is Active, as $LATEST has",
    ),
    (
        "vpc-both",
        "subnets without security groups, or the other way, are refused",
    ),
];
