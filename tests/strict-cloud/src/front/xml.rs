//! XML, as little of it as the APIs need: a writer of elements.

/// A document being written.
pub(super) struct Xml(String);

impl Xml {
    pub(super) fn begin() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// The root element, in a namespace.
    pub(super) fn root(&mut self, name: &str, namespace: &str, write: impl FnOnce(&mut Self)) {
        self.0.extend(["<", name, " xmlns=\"", namespace, "\">"]);
        write(self);
        self.0.extend(["</", name, ">"]);
    }

    /// An element with elements in it.
    pub(super) fn within(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.0.extend(["<", name, ">"]);
        write(self);
        self.0.extend(["</", name, ">"]);
    }

    /// An element with text in it.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.0.extend(["<", name, ">"]);
        for c in text.chars() {
            match c {
                '&' => self.0 += "&amp;",
                '<' => self.0 += "&lt;",
                '>' => self.0 += "&gt;",
                // Else a reader makes a line feed of it (XML 1.0, 2.11, "End-of-Line Handling").
                '\r' => self.0 += "&#xD;",
                // XML 1.0 has no way to say these.
                c if c.is_control() && c != '\t' && c != '\n' => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        self.0.extend(["</", name, ">"]);
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}
