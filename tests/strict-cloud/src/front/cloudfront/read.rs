//! Request bodies of CloudFront. What is not there, or not what it must be, makes the body unreadable:
//! the caller then answers MalformedXML.

use base64::Engine as _;
use roxmltree::{Document, Node};

use crate::cloudfront::FunctionConfig;
use crate::tags::Tags;

/// CreateFunctionRequest and UpdateFunctionRequest; the latter has neither name nor tags.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) config: FunctionConfig,
    pub(super) code: Vec<u8>,
    pub(super) tags: Tags,
    /// Quantity is the number of Items.
    pub(super) consistent: bool,
}

pub(super) fn function(body: &[u8]) -> Option<Function> {
    let text = std::str::from_utf8(body).ok()?;
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    let config = child(root, "FunctionConfig")?;
    let stores = child(config, "KeyValueStoreAssociations");
    let key_value_stores = match stores {
        None => Vec::new(),
        Some(stores) => items(stores, "KeyValueStoreAssociation")
            .map(|one| leaf(one, "KeyValueStoreARN"))
            .collect::<Option<Vec<_>>>()?,
    };
    let quantity = match stores {
        None => 0,
        Some(stores) => leaf(stores, "Quantity")?.parse::<usize>().ok()?,
    };
    Some(Function {
        name: leaf(root, "Name").unwrap_or_default(),
        consistent: quantity == key_value_stores.len(),
        config: FunctionConfig {
            comment: leaf(config, "Comment")?,
            runtime: leaf(config, "Runtime")?,
            key_value_stores,
        },
        code: base64::engine::general_purpose::STANDARD
            .decode(leaf(root, "FunctionCode")?.trim())
            .ok()?,
        tags: child(root, "Tags").map_or_else(|| Some(Tags::new()), tags_of)?,
    })
}

/// TestFunctionRequest.
pub(super) struct Test {
    pub(super) stage: Option<String>,
    pub(super) event: Vec<u8>,
}

pub(super) fn test(body: &[u8]) -> Option<Test> {
    let document = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    let root = document.root_element();
    let event = base64::engine::general_purpose::STANDARD
        .decode(leaf(root, "EventObject")?.trim())
        .ok()?;
    Some(Test {
        stage: leaf(root, "Stage"),
        event,
    })
}

/// Tags, of TagResource.
pub(super) fn tags(body: &[u8]) -> Option<Tags> {
    let document = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    tags_of(document.root_element())
}

/// TagKeys, of UntagResource.
pub(super) fn tag_keys(body: &[u8]) -> Option<Vec<String>> {
    let document = Document::parse(std::str::from_utf8(body).ok()?).ok()?;
    Some(items(document.root_element(), "Key").map(text).collect())
}

fn tags_of(node: Node<'_, '_>) -> Option<Tags> {
    items(node, "Tag")
        .map(|tag| Some((leaf(tag, "Key")?, leaf(tag, "Value").unwrap_or_default())))
        .collect()
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children()
        .find(|child| child.tag_name().name() == name)
}

fn items<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    child(node, "Items")
        .into_iter()
        .flat_map(|items| items.children())
        .filter(move |item| item.tag_name().name() == name)
}

fn leaf(node: Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name).map(text)
}

fn text(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().to_owned()
}
