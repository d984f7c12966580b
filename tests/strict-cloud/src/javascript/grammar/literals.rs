//! Lists, objects and templates.

use super::expressions::Shape;
use super::lexer::{self, Kind};
use super::{Read, Reader, is_reserved};
use crate::javascript::dialect::Construct;

impl Reader<'_> {
    pub(super) fn list(&mut self) -> Read<Shape> {
        self.take();
        while !self.took("]") {
            if self.took(",") {
                continue;
            }
            if self.is("...") {
                // 1.0 reads on, and then misses the end.
                if self.reads(Construct::SpreadInCall) {
                    self.take();
                    self.assignment(true)?;
                }
                return Err(self.unexpected());
            }
            self.assignment(true)?;
            if !self.is("]") {
                self.expect(",")?;
            }
        }
        Ok(Shape::Other)
    }

    pub(super) fn object(&mut self) -> Read<Shape> {
        self.take();
        while !self.took("}") {
            if self.is("...") {
                return Err(self.not_supported());
            }
            self.property()?;
            if !self.is("}") {
                self.expect(",")?;
            }
        }
        Ok(Shape::Other)
    }

    fn property(&mut self) -> Read<()> {
        let second = self.second();
        let is_modified = !["(", ",", ":", "}"].iter().any(|sign| second.is(sign));
        if (self.is("get") || self.is("set")) && is_modified {
            self.take();
            self.key()?;
            return self.method(false);
        }
        if self.is("async") && is_modified {
            if !self.reads(Construct::Async) {
                return Err(self.not_supported());
            }
            if second.is("*") {
                return Err(self.unexpected());
            }
            self.take();
            self.key()?;
            return self.method(true);
        }
        let name = self.token;
        self.key()?;
        if self.is("(") {
            return self.method(false);
        }
        if self.took(":") {
            return self.assignment(true).map(drop);
        }
        let is_short = name.kind == Kind::Word && !is_reserved(name.text);
        if is_short && (self.is(",") || self.is("}")) {
            self.used(name, true);
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn key(&mut self) -> Read<()> {
        if self.took("[") {
            self.assignment(true)?;
            return self.expect("]");
        }
        if matches!(self.token.kind, Kind::Word | Kind::Text | Kind::Number) {
            self.take();
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// A template, whose backtick is the next token.
    pub(super) fn template(&mut self) -> Read<Shape> {
        let mut from = self.token.end;
        loop {
            let Some((end, goes_on)) = lexer::template(self.code, from) else {
                return Err(self.says("SyntaxError: Unterminated template literal"));
            };
            self.go_to(end);
            if !goes_on {
                return Ok(Shape::Other);
            }
            self.expression(true)?;
            if !self.is("}") {
                return Err(self.unexpected());
            }
            from = self.token.end;
        }
    }
}
