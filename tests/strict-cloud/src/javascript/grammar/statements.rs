//! Statements.

use super::lexer::Kind;
use super::scopes::Made;
use super::{Read, Reader};
use crate::javascript::dialect::Construct;

impl<'a> Reader<'a> {
    pub(super) fn program(&mut self) -> Read<()> {
        // The source is a scope, and no function.
        self.enter(Made::Declaration, false, 0);
        self.frames.clear();
        while self.token.kind != Kind::End {
            self.statement()?;
        }
        Ok(())
    }

    fn statement(&mut self) -> Read<()> {
        self.deeper(Self::any_statement)
    }

    fn any_statement(&mut self) -> Read<()> {
        if self.token.kind != Kind::Word {
            return match self.token.text {
                "{" if self.is("{") => self.block(),
                ";" if self.is(";") => self.expect(";"),
                _ => self.expression_statement(),
            };
        }
        match self.token.text {
            "var" | "let" | "const" => {
                self.declarations(false)?;
                self.end_of_statement()
            }
            "function" => self.function(true, None),
            "async" if self.second().is("function") => self.async_function(true),
            "if" => self.condition(),
            "for" => self.loop_for(),
            "while" => {
                self.take();
                self.in_parentheses()?;
                self.statement()
            }
            "do" => self.loop_do(),
            "continue" | "break" => self.jump(),
            "return" if self.frames.is_empty() => {
                Err(self.says("SyntaxError: Illegal return statement"))
            }
            "return" => self.returned(),
            "throw" => {
                self.take();
                self.expression(true)?;
                self.end_of_statement()
            }
            "try" => self.attempt(),
            "switch" => self.switch(),
            "debugger" => {
                self.take();
                self.end_of_statement()
            }
            "class" => Err(self.not_supported()),
            "with" => {
                self.take();
                Err(self.not_supported())
            }
            "export" => Err(self.says("SyntaxError: Illegal export statement")),
            "import" => self.import(),
            _ if self.second().is(":") => {
                self.name()?;
                self.expect(":")?;
                self.statement()
            }
            _ => self.expression_statement(),
        }
    }

    fn expression_statement(&mut self) -> Read<()> {
        self.expression(true)?;
        self.end_of_statement()
    }

    /// A semicolon, or where one may be left out.
    fn end_of_statement(&mut self) -> Read<()> {
        let is_there = self.took(";")
            || self.is("}")
            || self.token.kind == Kind::End
            || self.token.on_new_line;
        if is_there {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    pub(super) fn block(&mut self) -> Read<()> {
        self.expect("{")?;
        while !self.took("}") {
            if self.token.kind == Kind::End {
                return Err(self.unexpected());
            }
            self.statement()?;
        }
        Ok(())
    }

    fn in_parentheses(&mut self) -> Read<()> {
        self.expect("(")?;
        self.expression(true)?;
        self.expect(")")
    }

    /// `var a = 1, b`; the first name alone where a `for` begins with it.
    fn declarations(&mut self, in_for: bool) -> Read<()> {
        let supported = match self.token.text {
            "let" => self.reads(Construct::Let),
            "const" => self.reads(Construct::Const),
            _ => true,
        };
        if !supported {
            return Err(self.not_supported());
        }
        self.take();
        loop {
            if self.is("[") || self.is("{") {
                if !in_for {
                    self.take();
                }
                return Err(self.not_supported());
            }
            let name = self.name()?.text;
            self.declare(name);
            if in_for {
                // It is another variable each time: never held.
                self.declare(name);
            }
            if self.took("=") {
                self.assignment(!in_for)?;
                self.set(name);
            }
            if !self.took(",") {
                return Ok(());
            }
        }
    }

    fn condition(&mut self) -> Read<()> {
        self.take();
        self.in_parentheses()?;
        self.statement()?;
        if self.took("else") {
            self.statement()?;
        }
        Ok(())
    }

    fn loop_for(&mut self) -> Read<()> {
        self.take();
        if self.is("await") {
            return Err(self.not_supported());
        }
        self.expect("(")?;
        match self.token.text {
            "var" | "let" | "const" => self.declarations(true)?,
            ";" => {}
            _ => {
                self.expression(false)?;
            }
        }
        if self.is("of") {
            return Err(self.not_supported());
        }
        if self.took("in") {
            self.expression(true)?;
        } else {
            self.expect(";")?;
            if !self.is(";") {
                self.expression(true)?;
            }
            self.expect(";")?;
            if !self.is(")") {
                self.expression(true)?;
            }
        }
        self.expect(")")?;
        self.statement()
    }

    fn loop_do(&mut self) -> Read<()> {
        self.take();
        self.statement()?;
        self.expect("while")?;
        self.in_parentheses()?;
        self.took(";");
        Ok(())
    }

    fn jump(&mut self) -> Read<()> {
        self.take();
        if self.token.kind == Kind::Word && !self.token.on_new_line {
            self.name()?;
        }
        self.end_of_statement()
    }

    fn returned(&mut self) -> Read<()> {
        self.take();
        let is_empty =
            self.is(";") || self.is("}") || self.token.on_new_line || self.token.kind == Kind::End;
        if !is_empty {
            self.expression(true)?;
        }
        self.end_of_statement()
    }

    fn attempt(&mut self) -> Read<()> {
        self.take();
        self.block()?;
        let mut is_handled = false;
        if self.took("catch") {
            is_handled = true;
            if self.is("{") {
                return Err(self.not_supported());
            }
            self.expect("(")?;
            if self.is("{") || self.is("[") {
                return Err(self.not_supported());
            }
            let name = self.name()?.text;
            self.declare(name);
            self.declare(name);
            self.expect(")")?;
            self.block()?;
        }
        if self.took("finally") {
            return self.block();
        }
        if is_handled {
            Ok(())
        } else {
            Err(self.says("SyntaxError: Missing catch or finally after try"))
        }
    }

    fn switch(&mut self) -> Read<()> {
        self.take();
        self.in_parentheses()?;
        self.expect("{")?;
        while !self.took("}") {
            if self.took("case") {
                self.expression(true)?;
            } else {
                self.expect("default")?;
            }
            self.expect(":")?;
            while !(self.is("case") || self.is("default") || self.is("}")) {
                if self.token.kind == Kind::End {
                    return Err(self.unexpected());
                }
                self.statement()?;
            }
        }
        Ok(())
    }

    /// `import name from 'module'`: nothing else of a module is supported.
    fn import(&mut self) -> Read<()> {
        self.take();
        if self.token.kind != Kind::Word {
            return Err(self.says("SyntaxError: Non-default import is not supported"));
        }
        let name = self.name()?.text;
        self.declare(name);
        self.expect("from")?;
        if self.token.kind != Kind::Text {
            return Err(self.unexpected());
        }
        self.take();
        self.is_module = true;
        self.end_of_statement()
    }

    pub(super) fn async_function(&mut self, is_statement: bool) -> Read<()> {
        if !self.reads(Construct::Async) {
            return Err(self.not_supported());
        }
        let start = self.take().start;
        self.function(is_statement, Some(start))
    }

    /// `function name(a, b) { … }`; the name may be left out where it is an expression.
    pub(super) fn function(&mut self, is_statement: bool, is_async: Option<usize>) -> Read<()> {
        let start = self.take().start;
        if self.is("*") {
            return Err(if is_statement || is_async.is_some() {
                self.unexpected()
            } else {
                self.not_supported()
            });
        }
        let mut made = Made::Value;
        if is_statement {
            made = Made::Declaration;
            let name = self.name()?.text;
            self.declare(name);
        }
        self.enter(made, is_async.is_some(), is_async.unwrap_or(start));
        if !is_statement && !self.is("(") {
            let name = self.name()?.text;
            self.declare(name);
        }
        self.parameters()?;
        self.body()?;
        self.leave();
        Ok(())
    }

    /// Parameters and body of a member of an object.
    pub(super) fn method(&mut self, is_async: bool) -> Read<()> {
        self.enter(Made::Method, is_async, self.token.start);
        self.parameters()?;
        self.body()?;
        self.leave();
        Ok(())
    }

    /// The block of the function that was entered.
    pub(super) fn body(&mut self) -> Read<()> {
        let (scope, begin) = (self.scope(), self.token.end);
        if let Some(scope) = self.scopes.all.get_mut(scope) {
            scope.body = Some(begin);
        }
        self.block()
    }

    fn parameters(&mut self) -> Read<()> {
        self.expect("(")?;
        let mut names: Vec<&'a str> = Vec::new();
        while !self.took(")") {
            if self.is("{") || self.is("[") {
                return Err(self.not_supported());
            }
            let is_rest = self.took("...");
            let name = self.name()?.text;
            if names.contains(&name) {
                return Err(self.says("SyntaxError: Duplicate parameter names"));
            }
            names.push(name);
            self.declare(name);
            if is_rest || !self.is(")") {
                self.expect(if is_rest { ")" } else { "," })?;
            }
            if is_rest {
                return Ok(());
            }
        }
        Ok(())
    }
}
