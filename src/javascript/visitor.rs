//! A walk through the syntax tree of a CloudFront function.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, Expression, VariableDeclarationKind};
use oxc_ast_visit::Visit;
use oxc_span::GetSpan;

/// The name of the function that CloudFront calls.
pub(super) const HANDLER: &str = "handler";

/// What the walk has found so far.
#[derive(Default)]
pub(super) struct Visitor {
    /// Whether the runtime is `cloudfront-js-1.0`.
    pub(super) old_runtime: bool,
    /// How many functions enclose the current node.
    pub(super) depth: usize,
    /// Whether a global function or variable is named `handler`.
    pub(super) has_handler: bool,
    /// Words that the runtime does not know, each with the byte offset of its first use.
    pub(super) unknown_words: Vec<(u32, &'static str)>,
}

impl Visitor {
    fn unknown(&mut self, at: &impl GetSpan, word: &'static str) {
        if self.old_runtime && !self.unknown_words.iter().any(|(_, known)| *known == word) {
            self.unknown_words.push((at.span().start, word));
        }
    }

    fn named(&mut self, name: &str) {
        self.has_handler |= self.depth == 0 && name == HANDLER;
    }
}

impl<'a> Visit<'a> for Visitor {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::Function(function) => {
                if function.is_declaration() {
                    self.named(function.name().map_or("", |name| name.as_str()));
                }
                if function.r#async {
                    self.unknown(function, "async");
                }
                self.depth += 1;
            }
            AstKind::ArrowFunctionExpression(function) => {
                if function.r#async {
                    self.unknown(function, "async");
                }
                self.depth += 1;
            }
            AstKind::BindingIdentifier(name) => self.named(name.name.as_str()),
            AstKind::AssignmentExpression(assignment) => {
                match &assignment.left {
                    AssignmentTarget::AssignmentTargetIdentifier(name) => {
                        self.named(name.name.as_str());
                    }
                    // Bundlers wrap all code in a function and assign what is global to
                    // `globalThis`.
                    AssignmentTarget::StaticMemberExpression(member) => {
                        self.has_handler |=
                            is_global_this(&member.object) && member.property.name == HANDLER;
                    }
                    _ => {}
                }
            }
            AstKind::VariableDeclaration(declaration) => match declaration.kind {
                VariableDeclarationKind::Const => self.unknown(declaration, "const"),
                VariableDeclarationKind::Let => self.unknown(declaration, "let"),
                _ => {}
            },
            AstKind::AwaitExpression(expression) => self.unknown(expression, "await"),
            AstKind::Class(class) => self.unknown(class, "class"),
            AstKind::ImportDeclaration(declaration) => self.unknown(declaration, "import"),
            AstKind::ImportExpression(expression) => self.unknown(expression, "import"),
            AstKind::ExportNamedDeclaration(declaration) => self.unknown(declaration, "export"),
            AstKind::ExportDefaultDeclaration(declaration) => self.unknown(declaration, "export"),
            AstKind::ExportAllDeclaration(declaration) => self.unknown(declaration, "export"),
            _ => {}
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        if let AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) = kind {
            self.depth = self.depth.saturating_sub(1);
        }
    }
}

fn is_global_this(object: &Expression<'_>) -> bool {
    matches!(object, Expression::Identifier(name) if name.name == "globalThis")
}
