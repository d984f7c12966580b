//! A walk through the syntax tree of a CloudFront function that collects its names: what it
//! declares, what it uses, what it calls.
//!
//! A function has no other file, so what the file declares nowhere, in no scope, is the runtime's or
//! is not there.

use std::collections::BTreeSet;

use oxc_ast::AstKind;
use oxc_ast::ast::{
    Argument, AssignmentTarget, Expression, ForStatementLeft, ObjectProperty, Program,
    StaticMemberExpression,
};
use oxc_ast_visit::Visit;

/// The name of the function that CloudFront calls.
pub(super) const HANDLER: &str = "handler";

/// A name, and the byte offset where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) at: u32,
    pub(super) name: String,
}

/// A member that is called or read: `owner.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) at: u32,
    /// What stands before the dot, if that is a name or ends in one.
    pub(super) owner: Option<String>,
    /// Whether the owner is a name and no member itself.
    pub(super) is_of_name: bool,
    pub(super) name: String,
}

/// The names of a source.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Whether a global function or variable is named `handler`.
    pub(super) has_handler: bool,
    /// Declared somewhere, or put into `globalThis`.
    pub(super) declared: BTreeSet<String>,
    /// Asked for with `typeof`.
    pub(super) probed: BTreeSet<String>,
    /// Used as a variable, in the order of the source.
    pub(super) used: Vec<Named>,
    /// Set, without an operator: offsets of names in `used`.
    pub(super) assigned: BTreeSet<u32>,
    /// Members that the code itself makes, as the key of an object or by an assignment.
    pub(super) made: BTreeSet<String>,
    /// Keys of objects.
    pub(super) keys: Vec<Named>,
    /// Members that are called.
    pub(super) called: Vec<Member>,
    /// Members that are read or set.
    pub(super) members: Vec<Member>,
    /// Modules that are imported or required, with the offset of their names.
    pub(super) modules: Vec<Named>,
}

pub(super) fn names(program: &Program<'_>) -> Names {
    let mut collector = Collector::default();
    collector.visit_program(program);
    collector.names
}

#[derive(Default)]
struct Collector {
    names: Names,
    /// How many functions enclose the current node.
    depth: usize,
}

impl Collector {
    fn global(&mut self, name: &str) {
        self.names.has_handler |= self.depth == 0 && name == HANDLER;
    }

    fn assignment(&mut self, target: &AssignmentTarget<'_>) {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(name) => {
                self.names.assigned.insert(name.span.start);
                self.global(name.name.as_str());
            }
            AssignmentTarget::StaticMemberExpression(member) => {
                let name = member.property.name.as_str();
                self.names.made.insert(name.to_owned());
                // Bundlers wrap all code in a function and assign what is global to `globalThis`.
                if is_named(&member.object, "globalThis") {
                    self.names.has_handler |= name == HANDLER;
                    self.names.declared.insert(name.to_owned());
                }
            }
            _ => {}
        }
    }

    fn key(&mut self, property: &ObjectProperty<'_>) {
        if let Some(name) = property.key.static_name().filter(|_| !property.computed) {
            self.names.made.insert(name.to_string());
            self.names.keys.push(Named {
                at: property.span.start,
                name: name.into_owned(),
            });
        }
    }

    fn call(&mut self, callee: &Expression<'_>, first: Option<(&str, u32)>) {
        if let Expression::StaticMemberExpression(member) = callee {
            self.names.called.push(described(member));
        }
        if let Some((name, at)) = first.filter(|_| is_named(callee, "require")) {
            self.module(name, at);
        }
    }

    fn module(&mut self, name: &str, at: u32) {
        self.names.modules.push(Named {
            at,
            name: name.to_owned(),
        });
    }
}

impl<'a> Visit<'a> for Collector {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::Function(function) => {
                if function.is_declaration() {
                    self.global(function.name().map_or("", |name| name.as_str()));
                }
                self.depth += 1;
            }
            AstKind::ArrowFunctionExpression(_) => self.depth += 1,
            AstKind::BindingIdentifier(name) => {
                self.global(name.name.as_str());
                self.names.declared.insert(name.name.to_string());
            }
            AstKind::IdentifierReference(name) => self.names.used.push(Named {
                at: name.span.start,
                name: name.name.to_string(),
            }),
            AstKind::AssignmentExpression(set) if set.operator.as_str() == "=" => {
                self.assignment(&set.left);
            }
            AstKind::ForInStatement(statement) => {
                if let ForStatementLeft::AssignmentTargetIdentifier(name) = &statement.left {
                    self.names.assigned.insert(name.span.start);
                }
            }
            AstKind::UnaryExpression(expression) if expression.operator.as_str() == "typeof" => {
                if let Expression::Identifier(name) = &expression.argument {
                    self.names.probed.insert(name.name.to_string());
                }
            }
            AstKind::ObjectProperty(property) => self.key(property),
            AstKind::StaticMemberExpression(member) => {
                self.names.members.push(described(member));
            }
            AstKind::CallExpression(call) => {
                let first = call.arguments.first().and_then(|first| match first {
                    Argument::StringLiteral(text) => Some((text.value.as_str(), text.span.start)),
                    _ => None,
                });
                self.call(&call.callee, first);
            }
            AstKind::TaggedTemplateExpression(template) => self.call(&template.tag, None),
            AstKind::ImportDeclaration(declaration) => {
                self.module(
                    declaration.source.value.as_str(),
                    declaration.source.span.start,
                );
            }
            _ => {}
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        if let AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) = kind {
            self.depth = self.depth.saturating_sub(1);
        }
    }
}

fn is_named(expression: &Expression<'_>, name: &str) -> bool {
    matches!(expression, Expression::Identifier(found) if found.name == name)
}

fn described(member: &StaticMemberExpression<'_>) -> Member {
    let owner = match &member.object {
        Expression::Identifier(name) => Some(name.name.to_string()),
        Expression::StaticMemberExpression(owner) => Some(owner.property.name.to_string()),
        _ => None,
    };
    Member {
        at: member.property.span.start,
        owner,
        is_of_name: matches!(&member.object, Expression::Identifier(_)),
        name: member.property.name.to_string(),
    }
}
