//! A walk through the syntax tree of a CloudFront function that finds what a runtime may not be able
//! to compile. Which runtime cannot is the table's business (`dialect`).

use oxc_allocator::Vec as ArenaVec;
use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, ArrayExpressionElement, AssignmentExpression, AssignmentTarget, Expression, Function,
    ImportDeclaration, ImportDeclarationSpecifier, MetaProperty, NumericLiteral, ObjectExpression,
    Program, RegExpLiteral, UnaryExpression, VariableDeclarationKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan, Span};

use super::dialect::{Construct, Pattern, in_pattern};

/// A construct in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Byte offset.
    pub(super) at: u32,
    pub(super) construct: Construct,
    /// Of a regular expression: its flags.
    pub(super) flags: String,
}

/// All constructs of the table, in the order of the source.
pub(super) fn constructs(code: &str, program: &Program<'_>) -> Vec<Found> {
    let mut finder = Finder {
        code,
        found: Vec::new(),
        texts: Vec::new(),
        functions: Vec::new(),
    };
    if code.starts_with('\u{feff}') {
        finder.add(0, Construct::ByteOrderMark);
    }
    for comment in &program.comments {
        finder.texts.push(comment.span);
        if let Some("<!--" | "-->") = comment_sign(finder.source(comment.span)) {
            finder.add(comment.span.start, Construct::HtmlComment);
        }
    }
    finder.visit_program(program);
    finder.spaces();
    finder.found.sort_by_key(|found| found.at);
    finder.found
}

fn comment_sign(comment: &str) -> Option<&'static str> {
    ["<!--", "-->"]
        .into_iter()
        .find(|sign| comment.starts_with(sign))
}

struct Finder<'c> {
    code: &'c str,
    found: Vec<Found>,
    /// Where any character may stand: comments, strings, regular expressions, names.
    texts: Vec<Span>,
    /// For each function around the current node: how many lists of arguments are open in it.
    functions: Vec<usize>,
}

impl Finder<'_> {
    fn add(&mut self, at: u32, construct: Construct) {
        self.found.push(Found {
            at,
            construct,
            flags: String::new(),
        });
    }

    fn source(&self, span: Span) -> &str {
        self.code
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    fn name(&mut self, span: Span) {
        self.texts.push(span);
        if !self.source(span).is_ascii() {
            self.add(span.start, Construct::NonAsciiName);
        }
    }

    /// What is outside ASCII and outside all texts is a space: anything else would not parse.
    fn spaces(&mut self) {
        let mark = usize::from(self.code.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
        let space = self.code.char_indices().find(|(at, c)| {
            let within = |span: &Span| (span.start as usize..span.end as usize).contains(at);
            *at >= mark && !c.is_ascii() && !self.texts.iter().any(within)
        });
        if let Some((at, _)) = space {
            self.add(
                u32::try_from(at).unwrap_or_default(),
                Construct::NonAsciiSpace,
            );
        }
    }

    fn function(&mut self, at: u32, is_async: bool) {
        if is_async {
            self.add(at, Construct::Async);
        }
        self.functions.push(0);
    }

    fn declared(&mut self, function: &Function<'_>) {
        if function.generator {
            self.add(function.span.start, Construct::Generator);
        }
        self.function(function.span.start, function.r#async);
    }

    fn awaits(&mut self, at: u32) {
        match self.functions.last() {
            None => self.add(at, Construct::AwaitOutsideAsync),
            Some(0) => {}
            Some(_) => self.add(at, Construct::AwaitInArguments),
        }
    }

    fn assigned(&mut self, assignment: &AssignmentExpression<'_>) {
        let at = assignment.span.start;
        if assignment.operator.is_logical() {
            self.add(at, Construct::LogicalAssignment);
        }
        if let AssignmentTarget::ArrayAssignmentTarget(_)
        | AssignmentTarget::ObjectAssignmentTarget(_) = &assignment.left
        {
            self.add(at, Construct::Destructuring);
        }
    }

    fn object(&mut self, object: &ObjectExpression<'_>) {
        let spread = object.properties.iter().find(|member| member.is_spread());
        if let Some(spread) = spread {
            self.add(spread.span().start, Construct::SpreadInObject);
        }
    }

    fn imported(&mut self, declaration: &ImportDeclaration<'_>) {
        let default = matches!(
            declaration.specifiers.as_ref().map(|all| all.as_slice()),
            Some([ImportDeclarationSpecifier::ImportDefaultSpecifier(_)])
        );
        if !default {
            self.add(declaration.span.start, Construct::NamedImport);
        }
    }

    fn meta(&mut self, meta: &MetaProperty<'_>) {
        let construct = if meta.meta.name == "new" {
            Construct::NewTarget
        } else {
            Construct::DynamicImport
        };
        self.add(meta.span.start, construct);
    }

    fn number(&mut self, number: &NumericLiteral<'_>) {
        let mut digits = self.source(number.span).bytes();
        if digits.next() == Some(b'0') && digits.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.add(number.span.start, Construct::LegacyOctal);
        }
    }

    fn deleted(&mut self, expression: &UnaryExpression<'_>) {
        if expression.operator.as_str() == "delete"
            && let Expression::Identifier(_) = &expression.argument
        {
            self.add(expression.span.start, Construct::DeleteName);
        }
    }

    fn expression(&mut self, literal: &RegExpLiteral<'_>) {
        self.texts.push(literal.span);
        let at = literal.span.start;
        let (pattern, flags) = self
            .source(literal.span)
            .strip_prefix('/')
            .and_then(|text| text.rsplit_once('/'))
            .map(|(pattern, flags)| (pattern.to_owned(), flags.to_owned()))
            .unwrap_or_default();
        if !flags.is_empty() {
            self.found.push(Found {
                at,
                construct: Construct::RegExpFlag,
                flags,
            });
        }
        for (offset, piece) in in_pattern(&pattern) {
            let construct = match piece {
                Pattern::Possessive => Construct::PossessiveQuantifier,
                Pattern::PosixClass => Construct::PosixClass,
                Pattern::RepeatedGroup => Construct::RepeatedGroup,
            };
            self.add(
                at + 1 + u32::try_from(offset).unwrap_or_default(),
                construct,
            );
        }
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_arguments(&mut self, arguments: &ArenaVec<'a, Argument<'a>>) {
        if let Some(spread) = arguments.iter().find(|argument| argument.is_spread()) {
            self.add(spread.span().start, Construct::SpreadInCall);
        }
        if let Some(open) = self.functions.last_mut() {
            *open += 1;
        }
        walk::walk_arguments(self, arguments);
        if let Some(open) = self.functions.last_mut() {
            *open = open.saturating_sub(1);
        }
    }

    fn enter_node(&mut self, kind: AstKind<'a>) {
        let at = kind.span().start;
        match kind {
            AstKind::Function(function) => self.declared(function),
            AstKind::ArrowFunctionExpression(function) => self.function(at, function.r#async),
            AstKind::AwaitExpression(_) => self.awaits(at),
            AstKind::AssignmentExpression(assignment) => self.assigned(assignment),
            AstKind::ObjectExpression(object) => self.object(object),
            AstKind::ArrayExpression(list) => {
                if let Some(spread) = list
                    .elements
                    .iter()
                    .find(|element| matches!(element, ArrayExpressionElement::SpreadElement(_)))
                {
                    self.add(spread.span().start, Construct::SpreadInList);
                }
            }
            AstKind::ImportDeclaration(declaration) => self.imported(declaration),
            AstKind::MetaProperty(meta) => self.meta(meta),
            AstKind::NumericLiteral(number) => self.number(number),
            AstKind::UnaryExpression(expression) => self.deleted(expression),
            AstKind::RegExpLiteral(literal) => self.expression(literal),
            AstKind::FormalParameter(parameter) if parameter.initializer.is_some() => {
                self.add(at, Construct::DefaultValue);
            }
            AstKind::CatchClause(clause) if clause.param.is_none() => {
                self.add(clause.body.span.start, Construct::CatchWithoutName);
            }
            AstKind::ForOfStatement(statement) if statement.r#await => {
                self.add(at, Construct::ForAwait);
            }
            AstKind::VariableDeclaration(declaration) => match declaration.kind {
                VariableDeclarationKind::Const => self.add(at, Construct::Const),
                VariableDeclarationKind::Let => self.add(at, Construct::Let),
                _ => {}
            },
            AstKind::IdentifierName(_)
            | AstKind::IdentifierReference(_)
            | AstKind::BindingIdentifier(_)
            | AstKind::LabelIdentifier(_) => self.name(kind.span()),
            AstKind::StringLiteral(_) | AstKind::TemplateElement(_) => {
                self.texts.push(kind.span());
            }
            _ => {
                if let Some(construct) = by_kind(kind) {
                    self.add(at, construct);
                }
            }
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        if let AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) = kind {
            self.functions.pop();
        }
    }
}

/// What each node of a kind is.
fn by_kind(kind: AstKind<'_>) -> Option<Construct> {
    match kind {
        AstKind::BigIntLiteral(_) => Some(Construct::BigInt),
        AstKind::ChainExpression(_) => Some(Construct::OptionalChain),
        AstKind::Class(_) => Some(Construct::Class),
        AstKind::ExportAllDeclaration(_)
        | AstKind::ExportDefaultDeclaration(_)
        | AstKind::ExportNamedDeclaration(_) => Some(Construct::Export),
        AstKind::ForOfStatement(_) => Some(Construct::ForOf),
        AstKind::ImportExpression(_) => Some(Construct::DynamicImport),
        AstKind::ObjectPattern(_) | AstKind::ArrayPattern(_) => Some(Construct::Destructuring),
        AstKind::WithStatement(_) => Some(Construct::With),
        _ => None,
    }
}
