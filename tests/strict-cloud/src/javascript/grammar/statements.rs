//! Statements.

use super::lexer::Kind;
use super::{Frame, Read, Reader};
use crate::javascript::dialect::Construct;

impl Reader<'_> {
    pub(super) fn program(&mut self) -> Read<()> {
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
            "function" => self.function(true, false),
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
            self.name()?;
            if self.took("=") {
                self.assignment(!in_for)?;
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
            self.name()?;
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
        self.name()?;
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
        self.take();
        self.function(is_statement, true)
    }

    /// `function name(a, b) { … }`; the name may be left out where it is an expression.
    pub(super) fn function(&mut self, is_statement: bool, is_async: bool) -> Read<()> {
        self.take();
        if self.is("*") {
            return Err(if is_statement || is_async {
                self.unexpected()
            } else {
                self.not_supported()
            });
        }
        if is_statement || !self.is("(") {
            self.name()?;
        }
        self.function_rest(is_async)
    }

    /// Parameters and body.
    pub(super) fn function_rest(&mut self, is_async: bool) -> Read<()> {
        self.parameters()?;
        self.frames.push(Frame {
            is_async,
            arguments: 0,
        });
        self.block()?;
        self.frames.pop();
        Ok(())
    }

    fn parameters(&mut self) -> Read<()> {
        self.expect("(")?;
        let mut names: Vec<&str> = Vec::new();
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
