//! The patterns of the Lambda service model, as predicates and in AWS's own words (which its
//! answers quote). Source: Lambda API reference, the field of each name.

/// A pattern: AWS's text, and whether a value fits.
#[derive(Clone, Copy)]
pub(super) struct Pattern {
    pub(super) text: &'static str,
    pub(super) fits: fn(&str) -> bool,
}

const fn pattern(text: &'static str, fits: fn(&str) -> bool) -> Pattern {
    Pattern { text, fits }
}

pub(super) fn all(text: &str, one: impl Fn(char) -> bool) -> bool {
    text.chars().all(one)
}

/// `aws[a-zA-Z-]*`.
fn partition(text: &str) -> bool {
    text.strip_prefix("aws")
        .is_some_and(|rest| all(rest, |c| c.is_ascii_alphabetic() || c == '-'))
}

/// `(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}`.
pub(super) fn region(text: &str) -> bool {
    let parts: Vec<&str> = text
        .strip_prefix("eusc-")
        .unwrap_or(text)
        .split('-')
        .collect();
    let lower = |part: &str| !part.is_empty() && all(part, |c| c.is_ascii_lowercase());
    let tail = |place: &str, digit: &str| {
        lower(place) && digit.len() == 1 && all(digit, |c| c.is_ascii_digit())
    };
    match parts.as_slice() {
        [land, place, digit] => land.len() == 2 && lower(land) && tail(place, digit),
        [land, kind, place, digit] => {
            let kind = *kind == "gov"
                || kind
                    .strip_prefix("iso")
                    .is_some_and(|rest| rest.is_empty() || rest.len() == 1 && lower(rest));
            land.len() == 2 && lower(land) && kind && tail(place, digit)
        }
        _ => false,
    }
}

/// `\d{12}`.
pub(super) fn account(text: &str) -> bool {
    text.len() == 12 && all(text, |c| c.is_ascii_digit())
}

/// `[a-zA-Z0-9-_]+`.
pub(super) fn word(text: &str) -> bool {
    !text.is_empty() && all(text, |c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

pub(super) const ROLE: Pattern = pattern(
    "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    |text| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", aws, "iam", "", owner, name] = parts.as_slice() else {
            return false;
        };
        let name = name
            .strip_prefix("role")
            .map(|name| name.strip_prefix('/').unwrap_or(name));
        let fits = |name: &str| {
            !name.is_empty()
                && all(name, |c| {
                    c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c)
                })
        };
        (aws.is_empty() || partition(aws)) && account(owner) && name.is_some_and(fits)
    },
);

pub(super) const ARN_OR_EMPTY: Pattern = pattern(
    "(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
    |text| {
        let parts: Vec<&str> = text.splitn(4, ':').collect();
        let service = |service: &str| {
            !service.is_empty()
                && all(service, |c| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.'
                })
        };
        text.is_empty()
            || matches!(parts.as_slice(), ["arn", aws, name, _] if (aws.is_empty() || partition(aws)) && service(name))
    },
);

pub(super) const LAYER: Pattern = pattern(
    "(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)",
    |text| {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["arn", aws, "lambda", place, owner, "layer", name, version] => {
                (aws.is_empty() || partition(aws))
                    && region(place)
                    && account(owner)
                    && word(name)
                    && !version.is_empty()
                    && all(version, |c| c.is_ascii_digit())
            }
            ["arn", aws, "lambda", "", "", "awslayer", name] => !aws.is_empty() && word(name),
            _ => false,
        }
    },
);

pub(super) const FILE_SYSTEM: Pattern = pattern(
    "arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:access-point/fsap-[a-f0-9]{17}",
    |text| {
        let parts: Vec<&str> = text.split(':').collect();
        let point = |point: &str| {
            point.strip_prefix("access-point/fsap-").is_some_and(|id| {
                id.len() == 17 && all(id, |c| c.is_ascii_digit() || ('a'..='f').contains(&c))
            })
        };
        matches!(parts.as_slice(), ["arn", aws, "elasticfilesystem", place, owner, name] if partition(aws) && region(place) && account(owner) && point(name))
    },
);

pub(super) const CAPACITY_PROVIDER: Pattern = pattern(
    "arn:aws[a-zA-Z-]*:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:capacity-provider:[a-zA-Z0-9-_]+",
    |text| {
        let parts: Vec<&str> = text.split(':').collect();
        matches!(parts.as_slice(), ["arn", aws, "lambda", place, owner, "capacity-provider", name] if partition(aws) && region(place) && account(owner) && word(name))
    },
);

pub(super) const CODE_SIGNING: Pattern = pattern(
    "arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:code-signing-config:csc-[a-z0-9]{17}",
    |text| {
        text.split_once(":code-signing-config:csc-")
            .is_some_and(|(arn, id)| arn.starts_with("arn:") && id.len() == 17)
    },
);

pub(super) const DESTINATION: Pattern = pattern(
    "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
    |text| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let service =
            |name: &str| !name.is_empty() && all(name, |c| c.is_ascii_alphanumeric() || c == '-');
        text.is_empty()
            || text.starts_with("kafka://")
            || matches!(parts.as_slice(), ["arn", aws, name, place, owner, _] if partition(aws) && service(name) && (place.is_empty() || region(place)) && (owner.is_empty() || account(owner)))
    },
);

pub(super) const HANDLER: Pattern = pattern("[^\\s]+", |text| {
    !text.is_empty() && !text.contains(char::is_whitespace)
});
pub(super) const SUBNET: Pattern = pattern("subnet-[0-9a-z]*", |text| {
    text.strip_prefix("subnet-")
        .is_some_and(|id| all(id, |c| c.is_ascii_digit() || c.is_ascii_lowercase()))
});
pub(super) const SECURITY_GROUP: Pattern = pattern("sg-[0-9a-zA-Z]*", |text| {
    text.strip_prefix("sg-")
        .is_some_and(|id| all(id, |c| c.is_ascii_alphanumeric()))
});
pub(super) const MOUNT: Pattern = pattern("/mnt/[a-zA-Z0-9-_.]+", |text| {
    text.strip_prefix("/mnt/").is_some_and(|path| {
        !path.is_empty() && all(path, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    })
});
pub(super) const LOG_GROUP: Pattern = pattern("[\\.\\-_/#A-Za-z0-9]+", |text| {
    !text.is_empty() && all(text, |c| c.is_ascii_alphanumeric() || ".-_/#".contains(c))
});
pub(super) const VARIABLE: Pattern = pattern("[a-zA-Z]([a-zA-Z0-9_])+", |text| {
    text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && all(text, |c| c.is_ascii_alphanumeric() || c == '_')
});
pub(super) const BUCKET: Pattern = pattern("[0-9A-Za-z\\.\\-_]*(?<!\\.)", |text| {
    all(text, |c| c.is_ascii_alphanumeric() || ".-_".contains(c)) && !text.ends_with('.')
});
pub(super) const ALIAS: Pattern = pattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)", |text| {
    word(text) && !all(text, |c| c.is_ascii_digit())
});
pub(super) const VERSION: Pattern = pattern("[0-9]+", |text| {
    !text.is_empty() && all(text, |c| c.is_ascii_digit())
});
pub(super) const VERSION_OR_LATEST: Pattern =
    pattern("(\\$LATEST(\\.PUBLISHED)?|[0-9]+)", |text| {
        text == "$LATEST" || text == "$LATEST.PUBLISHED" || (VERSION.fits)(text)
    });
pub(super) const STATEMENT: Pattern = pattern("([a-zA-Z0-9-_]+)", word);
pub(super) const ACTION: Pattern = pattern("(lambda:[*]|lambda:[a-zA-Z]+|[*])", |text| {
    let action = text.strip_prefix("lambda:").unwrap_or("");
    text == "*" || action == "*" || !action.is_empty() && all(action, |c| c.is_ascii_alphabetic())
});
pub(super) const SOURCE: Pattern = pattern(
    "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
    |text| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        matches!(parts.as_slice(), ["arn", aws, service, place, owner, _]
            if aws.starts_with("aws") && !service.is_empty()
                && (place.is_empty() || region(place)) && (owner.is_empty() || account(owner)))
    },
);
pub(super) const ACCOUNT: Pattern = pattern("\\d{12}", account);
pub(super) const ORGANIZATION: Pattern = pattern("o-[a-z0-9]{10,32}", |text| {
    text.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len()) && all(id, |c| c.is_ascii_digit() || c.is_ascii_lowercase())
    })
});
pub(super) const RUNTIME_VERSION: Pattern = pattern(
    "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}::runtime:.+",
    |text| {
        let parts: Vec<&str> = text.splitn(7, ':').collect();
        matches!(parts.as_slice(), ["arn", aws, "lambda", place, "", "runtime", id] if partition(aws) && region(place) && !id.is_empty())
    },
);
pub(super) const RUNTIME_ARN: Pattern =
    pattern("arn:[a-z-]+:lambda:[a-z0-9-]+:\\d{12}:runtime/.+", |text| {
        text.starts_with("arn:") && text.contains(":lambda:") && text.contains(":runtime/")
    });
