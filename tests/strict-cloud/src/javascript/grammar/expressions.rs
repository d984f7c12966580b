//! Expressions.

use super::lexer::Kind;
use super::scopes::{Edit, Made};
use super::{Frame, Read, Reader, is_reserved};
use crate::javascript::dialect::Construct;

/// What an expression is, as far as what may follow depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Name,
    Member,
    /// A sign or word before an operand.
    Unary,
    Other,
}

const ASSIGNMENTS: [&str; 13] = [
    "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=",
];

/// How tightly a sign binds; `**` binds tighter than all and is read apart.
fn precedence(sign: &str) -> Option<u8> {
    Some(match sign {
        "??" => 1,
        "||" => 2,
        "&&" => 3,
        "|" => 4,
        "^" => 5,
        "&" => 6,
        "==" | "!=" | "===" | "!==" => 7,
        "<" | ">" | "<=" | ">=" | "instanceof" | "in" => 8,
        "<<" | ">>" | ">>>" => 9,
        "+" | "-" => 10,
        "*" | "/" | "%" => 11,
        _ => return None,
    })
}

impl<'a> Reader<'a> {
    /// One or more, with commas. `with_in`: whether `in` is an operator here.
    pub(super) fn expression(&mut self, with_in: bool) -> Read<Shape> {
        let mut shape = self.assignment(with_in)?;
        while self.took(",") {
            self.assignment(with_in)?;
            shape = Shape::Other;
        }
        Ok(shape)
    }

    pub(super) fn assignment(&mut self, with_in: bool) -> Read<Shape> {
        self.deeper(|reader| reader.any_assignment(with_in))
    }

    fn any_assignment(&mut self, with_in: bool) -> Read<Shape> {
        if self.arrow(with_in)? {
            return Ok(Shape::Other);
        }
        let begin = self.token;
        let shape = self.conditional(with_in)?;
        if self.token.kind != Kind::Sign || !ASSIGNMENTS.contains(&self.token.text) {
            return Ok(shape);
        }
        if !matches!(shape, Shape::Name | Shape::Member) {
            return Err(self.says("ReferenceError: Invalid left-hand side in assignment"));
        }
        if shape == Shape::Name && ["eval", "arguments"].contains(&begin.text) {
            return Err(self.says(&format!(
                "SyntaxError: Identifier \"{}\" is forbidden as left-hand in assignment",
                begin.text
            )));
        }
        self.take();
        self.assignment(with_in)?;
        if shape == Shape::Name {
            self.set(begin.text);
        }
        Ok(Shape::Other)
    }

    /// Takes an arrow function, if one begins here.
    fn arrow(&mut self, with_in: bool) -> Read<bool> {
        let begin = self.token.start;
        let second = self.second();
        let is_async = self.is("async")
            && !second.on_new_line
            && !second.is("function")
            && (second.is("(") || second.kind == Kind::Word && !is_reserved(second.text));
        if is_async {
            self.take();
        }
        let Some(names) = self.arrow_head() else {
            self.go_to(begin);
            return Ok(false);
        };
        if is_async && !self.reads(Construct::Async) {
            self.go_to(begin);
            return Err(self.not_supported());
        }
        self.enter(Made::Value, is_async, begin);
        for name in names {
            self.declare(name);
        }
        if self.is("{") {
            self.body()?;
        } else {
            self.assignment(with_in)?;
        }
        self.leave();
        Ok(true)
    }

    /// Takes names with or without parentheses and the arrow; where that is not what stands here,
    /// the reader is somewhere behind and has to go back.
    fn arrow_head(&mut self) -> Option<Vec<&'a str>> {
        if self.token.kind == Kind::Word {
            let name = self.name().ok()?.text;
            return self.took("=>").then(|| vec![name]);
        }
        if !self.took("(") {
            return None;
        }
        let mut names = Vec::new();
        while !self.took(")") {
            let is_rest = self.took("...");
            names.push(self.name().ok()?.text);
            if is_rest && !self.is(")") || !self.is(")") && !self.took(",") {
                return None;
            }
        }
        self.took("=>").then_some(names)
    }

    fn conditional(&mut self, with_in: bool) -> Read<Shape> {
        let shape = self.binary(0, with_in)?;
        if !self.took("?") {
            return Ok(shape);
        }
        // The engine reads on over `?.name`, and then misses the colon.
        if self.is(".") {
            while self.took(".") && self.token.kind == Kind::Word {
                self.take();
                if !self.took("?") {
                    break;
                }
            }
            return Err(self.unexpected());
        }
        self.assignment(true)?;
        self.expect(":")?;
        self.assignment(with_in)?;
        Ok(Shape::Other)
    }

    fn binary(&mut self, least: u8, with_in: bool) -> Read<Shape> {
        let mut shape = self.power()?;
        let mut mixed: Option<u8> = (least == 1).then_some(1);
        while let Some(binds) = self.operator(with_in).filter(|binds| *binds > least) {
            // `??` stands beside neither `||` nor `&&` without parentheses.
            let clash = |other: u8| (binds == 1) != (other == 1) && binds.max(other) <= 3;
            if mixed.is_some_and(clash) {
                return Err(self.unexpected());
            }
            if binds <= 3 {
                mixed = Some(binds);
            }
            self.take();
            self.deeper(|reader| reader.binary(binds, with_in))?;
            shape = Shape::Other;
        }
        Ok(shape)
    }

    fn operator(&self, with_in: bool) -> Option<u8> {
        let is_operator = match self.token.kind {
            Kind::Sign => true,
            Kind::Word => self.is("instanceof") || self.is("in") && with_in,
            _ => false,
        };
        is_operator.then(|| precedence(self.token.text)).flatten()
    }

    fn power(&mut self) -> Read<Shape> {
        let shape = self.unary()?;
        if !self.is("**") {
            return Ok(shape);
        }
        if shape == Shape::Unary {
            return Err(self.says(
                "SyntaxError: Either left-hand side or entire exponentiation must be parenthesized",
            ));
        }
        self.take();
        self.deeper(Self::power)?;
        Ok(Shape::Other)
    }

    fn unary(&mut self) -> Read<Shape> {
        self.deeper(Self::any_unary)
    }

    fn any_unary(&mut self) -> Read<Shape> {
        let prefix = match self.token.kind {
            Kind::Sign => ["+", "-", "!", "~"].contains(&self.token.text),
            Kind::Word => ["delete", "typeof", "void"].contains(&self.token.text),
            _ => false,
        };
        if prefix {
            let sign = self.take();
            let shape = self.unary()?;
            if sign.is("delete") && shape == Shape::Name {
                return Err(self.says("SyntaxError: Delete of an unqualified identifier"));
            }
            return Ok(Shape::Unary);
        }
        if self.is("++") || self.is("--") {
            self.take();
            let counted = self.token.text;
            if self.unary()? == Shape::Name {
                self.set(counted);
            }
            return Ok(Shape::Other);
        }
        if self.is("await") && self.awaits()? {
            let start = self.take().start;
            self.unary()?;
            let (scope, end) = (self.scope(), self.last);
            if let Some(scope) = self.scopes.all.get_mut(scope) {
                scope.awaits.push((start, end));
            }
            return Ok(Shape::Unary);
        }
        let counted = self.token.text;
        let shape = self.member(true)?;
        if (self.is("++") || self.is("--")) && !self.token.on_new_line {
            self.take();
            if shape == Shape::Name {
                self.set(counted);
            }
            return Ok(Shape::Other);
        }
        Ok(shape)
    }

    /// Whether `await` is the operator here; an error where it must not be.
    fn awaits(&self) -> Read<bool> {
        let second = self.second();
        let has_operand = !second.on_new_line
            && (matches!(second.kind, Kind::Word | Kind::Number | Kind::Text)
                || ["(", "[", "{", "`", "!"].iter().any(|sign| second.is(sign)));
        if !self.reads(Construct::Async) || !has_operand {
            return Ok(false);
        }
        match self.frames.last() {
            Some(Frame {
                is_async: true,
                arguments: 0,
                ..
            }) => Ok(true),
            Some(Frame { is_async: true, .. }) => {
                Err(self.says("SyntaxError: await in arguments not supported"))
            }
            _ => Err(self.says("SyntaxError: await is only valid in async functions")),
        }
    }

    /// A value, and what is taken and called of it. `with_calls`: whether it may be called.
    fn member(&mut self, with_calls: bool) -> Read<Shape> {
        let mut shape = if self.is("new") {
            self.created()?
        } else {
            self.primary()?
        };
        loop {
            if self.took(".") {
                if self.token.kind != Kind::Word {
                    return Err(self.unexpected());
                }
                self.take();
                shape = Shape::Member;
            } else if self.took("[") {
                self.expression(true)?;
                self.expect("]")?;
                shape = Shape::Member;
            } else if with_calls && self.is("(") {
                self.arguments()?;
                shape = Shape::Other;
            } else if self.is("`") {
                self.template()?;
                shape = Shape::Other;
            } else {
                return Ok(shape);
            }
        }
    }

    fn created(&mut self) -> Read<Shape> {
        self.take();
        if self.is(".") {
            return Err(self.unexpected());
        }
        self.deeper(|reader| reader.member(false))?;
        if self.is("(") {
            self.arguments()?;
        }
        Ok(Shape::Other)
    }

    fn arguments(&mut self) -> Read<()> {
        self.expect("(")?;
        if let Some(frame) = self.frames.last_mut() {
            frame.arguments += 1;
        }
        while !self.took(")") {
            if self.is("...") {
                if !self.reads(Construct::SpreadInCall) {
                    return Err(self.unexpected());
                }
                // 1.0 hands the list over as it is.
                let sign = self.take();
                self.edits
                    .push(Edit::replace(sign.start, sign.end, "   ".to_owned()));
            }
            self.assignment(true)?;
            if !self.is(")") {
                self.expect(",")?;
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.arguments -= 1;
        }
        Ok(())
    }

    fn primary(&mut self) -> Read<Shape> {
        match (self.token.kind, self.token.text) {
            (Kind::Number | Kind::Text, _) => {
                self.take();
                Ok(Shape::Other)
            }
            (Kind::Sign, "(") => {
                self.take();
                let shape = self.expression(true)?;
                self.expect(")")?;
                // Parentheses take away that it is a sign and its operand, and no more.
                Ok(if shape == Shape::Unary {
                    Shape::Other
                } else {
                    shape
                })
            }
            (Kind::Sign, "[") => self.list(),
            (Kind::Sign, "{") => self.object(),
            (Kind::Sign, "`") => self.template(),
            (Kind::Sign, "/" | "/=") => {
                self.regular_expression()?;
                Ok(Shape::Other)
            }
            (Kind::Word, word) => self.word(word),
            _ => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &str) -> Read<Shape> {
        match word {
            "function" => self.function(false, None).map(|()| Shape::Other),
            "async" if self.second().is("function") => {
                self.async_function(false).map(|()| Shape::Other)
            }
            "class" | "import" => Err(self.not_supported()),
            "this" | "null" | "true" | "false" => {
                self.take();
                Ok(Shape::Other)
            }
            _ => {
                let name = self.name()?;
                self.used(name, false);
                Ok(Shape::Name)
            }
        }
    }
}
