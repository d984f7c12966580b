//! Where the emulator (ministack 1.5.33) answers otherwise than AWS: each difference once, with all
//! places where the scenarios meet it.

/// Scenario, step, place in the answer, and what the emulator says there.
pub type Shown = (&'static str, &'static str, &'static str, &'static str);

/// One difference.
#[derive(Debug)]
pub struct Difference {
    /// What the emulator does, and what AWS does.
    pub reason: &'static str,
    pub shows: &'static [Shown],
}

pub const DIFFERENCES: &[Difference] = &[
    Difference {
        reason: "CloudFront: Stage is required; AWS: optional.",
        shows: &[(
            "cloudfront life",
            "describe no stage",
            "answer",
            "400 InvalidArgument",
        )],
    },
    Difference {
        reason: "CloudFront: the Status of LIVE is always DEPLOYED; AWS: UNASSOCIATED while no distribution uses it.",
        shows: &[
            (
                "cloudfront life",
                "live",
                "FunctionSummary.Status",
                "DEPLOYED",
            ),
            (
                "cloudfront life",
                "publish",
                "FunctionSummary.Status",
                "DEPLOYED",
            ),
        ],
    },
    Difference {
        reason: "CloudFront: NextMarker of the last page is an empty text; AWS: there is none.",
        shows: &[
            ("cloudfront lists", "an empty list", "NextMarker", ""),
            ("cloudfront lists", "both stages", "NextMarker", ""),
            ("cloudfront lists", "the last page", "NextMarker", ""),
        ],
    },
    Difference {
        reason: "CloudFront: ListFunctions ignores MaxItems and Marker and answers everything; AWS: pages.",
        shows: &[
            ("cloudfront lists", "the first page", "Items", "3 items"),
            ("cloudfront lists", "the first page", "MaxItems", "100"),
            ("cloudfront lists", "the first page", "Quantity", "3"),
            ("cloudfront lists", "the last page", "Items", "3 items"),
            ("cloudfront lists", "the last page", "Quantity", "3"),
        ],
    },
    Difference {
        reason: "CloudFront: UpdateFunction answers its ETag in the header ETag; AWS: in ETtag, where the SDKs look for it.",
        shows: &[("cloudfront update", "the right ETag", "ETag", "absent")],
    },
    Difference {
        reason: "CloudFront: no rule for names; AWS: 1 to 64 letters, digits, hyphens and underscores.",
        shows: &[
            (
                "cloudfront refusals",
                "a name of 65 characters",
                "answer",
                "201",
            ),
            (
                "cloudfront refusals",
                "a name with a blank",
                "answer",
                "201",
            ),
            ("cloudfront refusals", "a name with a dot", "answer", "201"),
            (
                "page: CloudFront CreateFunction",
                "InvalidArgument",
                "answer",
                "201",
            ),
        ],
    },
    Difference {
        reason: "CloudFront: no bound on code; AWS: 10 KB.",
        shows: &[
            (
                "cloudfront refusals",
                "an update to 10,241 bytes",
                "answer",
                "200",
            ),
            (
                "cloudfront refusals",
                "code of 10,241 bytes",
                "answer",
                "201",
            ),
            (
                "page: CloudFront CreateFunction",
                "FunctionSizeLimitExceeded",
                "answer",
                "201",
            ),
        ],
    },
    Difference {
        reason: "CloudFront: no rule for key-value stores; AWS: an ARN, and runtime 2.0.",
        shows: &[
            (
                "cloudfront refusals",
                "a store that is no ARN",
                "answer",
                "201",
            ),
            (
                "cloudfront refusals",
                "a store with the older runtime",
                "answer",
                "201",
            ),
        ],
    },
    Difference {
        reason: "CloudFront: TagResource has no rule for keys; AWS: a pattern, and no key that begins with aws:.",
        shows: &[
            ("cloudfront tags", "a key of AWS's own", "answer", "204"),
            ("cloudfront tags", "a key with a star", "answer", "204"),
        ],
    },
    Difference {
        reason: "CloudFront: tags of a missing function are NoSuchFunctionExists; AWS: NoSuchResource.",
        shows: &[
            (
                "cloudfront tags",
                "tag nothing",
                "answer",
                "404 NoSuchFunctionExists",
            ),
            (
                "cloudfront tags",
                "tags of nothing",
                "answer",
                "404 NoSuchFunctionExists",
            ),
            (
                "cloudfront tags",
                "untag nothing",
                "answer",
                "404 NoSuchFunctionExists",
            ),
        ],
    },
    Difference {
        reason: "CloudFront: no bound on the number of functions; AWS: 100 in an account.",
        shows: &[(
            "page: CloudFront CreateFunction",
            "TooManyFunctions",
            "answer",
            "201",
        )],
    },
    Difference {
        reason: "Lambda: a function that is being created has LastUpdateStatus InProgress; AWS: none until it is created.",
        shows: &[("lambda create", "create", "LastUpdateStatus", "InProgress")],
    },
    Difference {
        reason: "Lambda: State goes back to Pending during an update; AWS: it stays Active.",
        shows: &[("lambda configuration", "change", "State", "Pending")],
    },
    Difference {
        reason: "Lambda: reasons of states are there and empty, also while an update is in progress; AWS: absent where there is none, Creating where there is.",
        shows: &[
            (
                "lambda configuration",
                "change",
                "LastUpdateStatusReasonCode",
                "",
            ),
            (
                "lambda configuration",
                "settle",
                "Configuration.LastUpdateStatusReasonCode",
                "",
            ),
            (
                "lambda create",
                "settle",
                "Configuration.LastUpdateStatusReasonCode",
                "",
            ),
            ("lambda create", "settle", "Configuration.StateReason", ""),
            (
                "lambda create",
                "settle",
                "Configuration.StateReasonCode",
                "",
            ),
        ],
    },
    Difference {
        reason: "Lambda: RevisionId stays when a state settles, so one of before is taken; AWS: it moves, and the old one is 412.",
        shows: &[
            (
                "lambda create",
                "settle",
                "Configuration.RevisionId",
                "the same",
            ),
            (
                "lambda revisions",
                "changed",
                "Configuration.RevisionId",
                "the same",
            ),
            (
                "lambda revisions",
                "created",
                "Configuration.RevisionId",
                "the same",
            ),
            (
                "lambda revisions",
                "the revision of the create",
                "answer",
                "200",
            ),
            (
                "lambda revisions",
                "the revision of the reply",
                "answer",
                "200",
            ),
        ],
    },
    Difference {
        reason: "Lambda: PublishVersion does not move the RevisionId of the function; AWS: it does.",
        shows: &[(
            "lambda versions",
            "a publish moves the revision",
            "Configuration.RevisionId",
            "the same",
        )],
    },
    Difference {
        reason: "Lambda: tags do not move the RevisionId; AWS: they do.",
        shows: &[(
            "lambda tags",
            "tags move the revision",
            "Configuration.RevisionId",
            "the same",
        )],
    },
    Difference {
        reason: "Lambda: what is asked for as $LATEST, and the latest in a list of versions, has an unqualified ARN; AWS: a qualified one.",
        shows: &[
            (
                "lambda create",
                "get the latest",
                "Configuration.FunctionArn",
                "another",
            ),
            (
                "lambda versions",
                "list",
                "Versions.0.FunctionArn",
                "another",
            ),
        ],
    },
    Difference {
        reason: "Lambda: the version that UpdateFunctionCode publishes has an unqualified ARN; AWS: a qualified one.",
        shows: &[(
            "lambda code",
            "upload and publish",
            "FunctionArn",
            "another",
        )],
    },
    Difference {
        reason: "Lambda: no key and no layers are an empty text and an empty list; AWS: absent.",
        shows: &[
            ("lambda defaults", "create", "KMSKeyArn", ""),
            ("lambda defaults", "create", "Layers", "[]"),
            ("lambda defaults", "settle", "Configuration.KMSKeyArn", ""),
            ("lambda defaults", "settle", "Configuration.Layers", "[]"),
        ],
    },
    Difference {
        reason: "Lambda: GetFunction answers an empty map of tags where there are none; AWS: none.",
        shows: &[
            ("lambda defaults", "no tags", "Tags", "{}"),
            ("lambda versions", "the first version", "Tags", "{}"),
        ],
    },
    Difference {
        reason: "Lambda: CreateFunction takes a bucket or key that is not there, as code of no size; AWS: 400.",
        shows: &[
            (
                "lambda code in s3",
                "create from no bucket",
                "answer",
                "201",
            ),
            (
                "lambda code in s3",
                "create from no object",
                "answer",
                "201",
            ),
        ],
    },
    Difference {
        reason: "Lambda: UpdateFunctionCode takes a request without code; AWS: 400.",
        shows: &[("lambda code", "no code", "answer", "200")],
    },
    Difference {
        reason: "Lambda: a DryRun of UpdateFunctionCode changes code and RevisionId; AWS: nothing.",
        shows: &[
            (
                "lambda code",
                "it was a try",
                "Configuration.CodeSha256",
                "another",
            ),
            (
                "lambda code",
                "it was a try",
                "Configuration.RevisionId",
                "another",
            ),
        ],
    },
    Difference {
        reason: "Lambda: an update is taken while the function is Pending or another is in progress, and so is a publish; AWS: 409.",
        shows: &[
            ("lambda pending", "configure", "answer", "200"),
            ("lambda pending", "upload", "answer", "200"),
            ("lambda configuring", "configure again", "answer", "200"),
            ("lambda configuring", "upload meanwhile", "answer", "200"),
            ("lambda configuring", "publish meanwhile", "answer", "201"),
            ("lambda uploading", "configure meanwhile", "answer", "200"),
            ("lambda uploading", "upload again", "answer", "200"),
        ],
    },
    Difference {
        reason: "Lambda: PublishVersion ignores CodeSha256 and RevisionId; AWS: 400 and 412 where they are not the current ones.",
        shows: &[
            ("lambda publish guards", "another code", "answer", "201"),
            ("lambda publish guards", "another revision", "answer", "201"),
        ],
    },
    Difference {
        reason: "Lambda: DeleteFunction of $LATEST deletes the function; AWS: 400.",
        shows: &[("lambda delete latest", "delete the latest", "answer", "204")],
    },
    Difference {
        reason: "Lambda: lists have the seven state fields; AWS: not in ListFunctions, nor State and LastUpdateStatus in ListVersionsByFunction.",
        shows: &[
            (
                "lambda lists",
                "without states",
                "Functions.0.LastUpdateStatus",
                "Successful",
            ),
            (
                "lambda lists",
                "without states",
                "Functions.0.LastUpdateStatusReason",
                "",
            ),
            (
                "lambda lists",
                "without states",
                "Functions.0.LastUpdateStatusReasonCode",
                "",
            ),
            (
                "lambda lists",
                "without states",
                "Functions.0.RuntimeVersionConfig",
                "{\"RuntimeVersionArn\":\"\"}",
            ),
            (
                "lambda lists",
                "without states",
                "Functions.0.State",
                "Active",
            ),
            (
                "lambda lists",
                "without states",
                "Functions.0.StateReason",
                "",
            ),
            (
                "lambda lists",
                "without states",
                "Functions.0.StateReasonCode",
                "",
            ),
            (
                "lambda versions",
                "list",
                "Versions.0.LastUpdateStatus",
                "Successful",
            ),
            ("lambda versions", "list", "Versions.0.State", "Active"),
            (
                "lambda versions",
                "list",
                "Versions.1.LastUpdateStatus",
                "Successful",
            ),
            ("lambda versions", "list", "Versions.1.State", "Active"),
            (
                "lambda versions",
                "list",
                "Versions.2.LastUpdateStatus",
                "Successful",
            ),
            ("lambda versions", "list", "Versions.2.State", "Active"),
        ],
    },
    Difference {
        reason: "Lambda: ListFunctions ignores FunctionVersion; AWS: ALL lists versions, too.",
        shows: &[(
            "lambda versions",
            "all versions of all",
            "Functions",
            "1 items",
        )],
    },
    Difference {
        reason: "Lambda: ListFunctions takes any MaxItems and answers as many; AWS: 1 at least, and 50 functions at most.",
        shows: &[
            ("lambda lists", "a page of none", "answer", "200"),
            (
                "lambda long list",
                "a size above the bound",
                "Functions",
                "51 items",
            ),
            (
                "lambda long list",
                "a size above the bound",
                "NextMarker",
                "absent",
            ),
        ],
    },
    Difference {
        reason: "Lambda: no rule for the name in a path, so it is a missing function; AWS: 400.",
        shows: &[(
            "lambda missing",
            "a name that is none",
            "answer",
            "404 ResourceNotFoundException",
        )],
    },
    Difference {
        reason: "Lambda: TagResource has no rule for tags; AWS: at least one, of a pattern, and none on a version.",
        shows: &[
            ("lambda tags", "a key with a star", "answer", "204"),
            ("lambda tags", "no tags at all", "answer", "204"),
            ("lambda tags", "tags of a version", "answer", "204"),
        ],
    },
    Difference {
        reason: "Lambda: UpdateFunctionConfiguration checks no value; AWS: as CreateFunction does.",
        shows: &[
            ("lambda update refusals", "64 MB of memory", "answer", "200"),
            ("lambda update refusals", "901 seconds", "answer", "200"),
            (
                "lambda update refusals",
                "a role that is no ARN",
                "answer",
                "200",
            ),
            (
                "lambda update refusals",
                "an unknown runtime",
                "answer",
                "200",
            ),
        ],
    },
    Difference {
        reason: "Lambda: CreateFunction asks for a runtime and an archive that can be read, and checks no other value; AWS: every one.",
        shows: &[
            ("lambda invalid", "10,241 MB of memory", "answer", "201"),
            ("lambda invalid", "64 MB of memory", "answer", "201"),
            ("lambda invalid", "901 seconds", "answer", "201"),
            ("lambda invalid", "a handler with a blank", "answer", "201"),
            ("lambda invalid", "a long description", "answer", "201"),
            (
                "lambda invalid",
                "a name of 141 characters",
                "answer",
                "201",
            ),
            ("lambda invalid", "a name of 65 characters", "answer", "201"),
            ("lambda invalid", "a name with a blank", "answer", "201"),
            ("lambda invalid", "a reserved variable", "answer", "201"),
            ("lambda invalid", "a retired runtime", "answer", "201"),
            ("lambda invalid", "a role that is no ARN", "answer", "201"),
            ("lambda invalid", "a tag with a star", "answer", "201"),
            (
                "lambda invalid",
                "a variable of one letter",
                "answer",
                "201",
            ),
            ("lambda invalid", "an environment of 5 KB", "answer", "201"),
            ("lambda invalid", "an unknown architecture", "answer", "201"),
            ("lambda invalid", "an unknown runtime", "answer", "201"),
            ("lambda invalid", "no code", "answer", "201"),
            ("lambda invalid", "no handler", "answer", "201"),
            ("lambda invalid", "no time", "answer", "201"),
            ("lambda invalid", "two architectures", "answer", "201"),
            (
                "page: Lambda CreateFunction",
                "a description of 257 characters",
                "answer",
                "201",
            ),
            (
                "page: Lambda CreateFunction",
                "a handler of 129 characters",
                "answer",
                "201",
            ),
            (
                "page: Lambda CreateFunction",
                "a key that is no ARN",
                "answer",
                "201",
            ),
            (
                "page: Lambda CreateFunction",
                "a name of 65 characters",
                "answer",
                "201",
            ),
            (
                "page: Lambda CreateFunction",
                "dotnetcore1.0",
                "answer",
                "201",
            ),
            ("page: Lambda CreateFunction", "java8", "answer", "201"),
            (
                "page: Lambda CreateFunction",
                "memory of 127 MB",
                "answer",
                "201",
            ),
            ("page: Lambda CreateFunction", "no time", "answer", "201"),
            ("page: Lambda CreateFunction", "nodejs", "answer", "201"),
            ("page: Lambda CreateFunction", "nodejs4.3", "answer", "201"),
            (
                "page: Lambda CreateFunction",
                "nodejs4.3-edge",
                "answer",
                "201",
            ),
            ("page: Lambda CreateFunction", "nodejs6.10", "answer", "201"),
            ("page: Lambda CreateFunction", "python2.7", "answer", "201"),
            (
                "page: Lambda CreateFunction",
                "subnets without security groups",
                "answer",
                "201",
            ),
        ],
    },
];
