//! Amazon Resource Names. Pure.
//!
//! Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)":
//! `arn:<partition>:<service>:<region>:<account>:<resource>`; region and account may be empty.

/// The parts of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// `lambda`, `cloudfront`.
    pub service: &'a str,
    /// Empty for a service without regions.
    pub region: &'a str,
    /// 12 digits.
    pub account: &'a str,
    /// The rest: `function:<name>[:<qualifier>]` for Lambda, `function/<name>` for CloudFront.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of `text`; `None` where it is no ARN.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let mut next = || parts.next();
        Some(Self {
            partition: next()?,
            service: next()?,
            region: next()?,
            account: next()?,
            resource: next()?,
        })
    }

    /// The function's name in a Lambda ARN, without a version or alias behind it.
    #[must_use]
    pub fn lambda_function(&self) -> Option<&'a str> {
        self.resource.strip_prefix("function:")?.split(':').next()
    }
}

/// A Lambda function's ARN without a version or alias behind it: what follows the seventh colon.
/// Other text stays as it is.
#[must_use]
pub fn unqualified(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(6)
        .and_then(|(end, _)| arn.get(..end))
        .unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_its_parts_and_other_text_has_none() {
        let arn = Arn::parse("arn:aws:lambda:eu-west-1:000000000000:function:f:live").unwrap();
        assert_eq!((arn.region, arn.account), ("eu-west-1", "000000000000"));
        assert_eq!(arn.resource, "function:f:live");
        assert_eq!(arn.lambda_function(), Some("f"));
        let global = Arn::parse("arn:aws:cloudfront::000000000000:function/f").unwrap();
        assert_eq!((global.region, global.lambda_function()), ("", None));
        for text in [
            "",
            "f",
            "arn:aws:lambda",
            "arn:aws:lambda:eu-west-1:000000000000",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
