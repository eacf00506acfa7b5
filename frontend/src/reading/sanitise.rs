//! Owns sanitising: the only way from the HTML of a message to `SafeHtml`.
//!
//! DOMPurify walks the tree that the browser's own parser built; everything is rewritten inside that walk (images, links,
//! styles), and the tree is serialised once. Nothing edits the text afterwards, and the frame checks the same policy again.

mod names;
mod rewrite;
pub mod style;

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use sealpost_message::policy;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::parse::UnsafeHtml;
pub use names::Names;
use rewrite::Rewriter;

/// HTML that passed the policy. Made here only, shown by the frame only.
pub struct SafeHtml {
    html: String,
    found: Found,
}

/// What the walk found and took out.
#[derive(Default)]
pub struct Found {
    /// Images of the message that the body shows: their positions among [`Names`], in order, each once.
    pub images: Vec<usize>,
    /// Images that stood in the body as `data:` URLs: the name that stands for each, and its bytes.
    pub data_images: Vec<(String, Vec<u8>)>,
    /// Images and backgrounds that would have come from the internet.
    pub remote: u32,
}

impl SafeHtml {
    /// What the walk found.
    pub const fn found(&self) -> &Found {
        &self.found
    }

    /// For the frame.
    pub(super) fn into_parts(self) -> (String, Found) {
        (self.html, self.found)
    }
}

/// The sanitiser is not to be had: it did not load, or this browser lacks what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSanitiser;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type DomPurify;
    #[wasm_bindgen(method, getter, js_name = isSupported)]
    fn is_supported(this: &DomPurify) -> bool;
    #[wasm_bindgen(method, js_name = addHook)]
    fn add_hook(this: &DomPurify, entry: &str, hook: &Function);
    #[wasm_bindgen(method, js_name = removeAllHooks)]
    fn remove_all_hooks(this: &DomPurify);
    #[wasm_bindgen(method, setter, js_name = removed)]
    fn set_removed(this: &DomPurify, removed: &Array);
    #[wasm_bindgen(method, catch)]
    fn sanitize(this: &DomPurify, dirty: &str, config: &Object) -> Result<JsValue, JsValue>;
}

thread_local! {
    static LOADER: RefCell<Option<Function>> = const { RefCell::new(None) };
    static LOADED: RefCell<Option<DomPurify>> = const { RefCell::new(None) };
}

/// Sets what imports `/purify.js`: a function that gives a promise of the module.
pub fn set_loader(loader: Function) {
    LOADER.set(Some(loader));
}

async fn library() -> Result<DomPurify, NoSanitiser> {
    if let Some(loaded) = LOADED.with_borrow(Clone::clone) {
        return Ok(loaded);
    }
    let loader = LOADER.with_borrow(Clone::clone).ok_or(NoSanitiser)?;
    let promise: Promise = loader
        .call0(&JsValue::UNDEFINED)
        .and_then(JsCast::dyn_into)
        .map_err(|_| NoSanitiser)?;
    let module = JsFuture::from(promise).await.map_err(|_| NoSanitiser)?;
    let library: DomPurify = Reflect::get(&module, &"default".into())
        .map_err(|_| NoSanitiser)?
        .unchecked_into();
    // Where it is not supported it hands its input back as it is.
    if !library.is_supported() {
        return Err(NoSanitiser);
    }
    LOADED.set(Some(library.clone()));
    Ok(library)
}

/// Fetches the library before it is needed.
pub async fn prepare() {
    let _ = library().await;
}

/// Keeps of `html` what the policy allows. `names`: the images that the message brings along.
///
/// # Errors
/// [`NoSanitiser`]; nothing is shown then.
pub async fn sanitise(html: &UnsafeHtml, names: Names) -> Result<SafeHtml, NoSanitiser> {
    let library = library().await?;
    let rewriter = Rc::new(RefCell::new(Rewriter::new(names)));
    let before = hook(&rewriter, Rewriter::before);
    let after = hook(&rewriter, Rewriter::after);
    library.add_hook("beforeSanitizeAttributes", before.as_ref().unchecked_ref());
    library.add_hook("afterSanitizeAttributes", after.as_ref().unchecked_ref());
    let clean = library.sanitize(html.as_str(), &config());
    library.remove_all_hooks();
    // It remembers what it took out.
    library.set_removed(&Array::new());
    let html = clean
        .ok()
        .and_then(|clean| clean.as_string())
        .ok_or(NoSanitiser)?;
    drop((before, after));
    let found = rewriter.take().into_found();
    Ok(SafeHtml { html, found })
}

type Hook = Closure<dyn FnMut(JsValue)>;

fn hook(rewriter: &Rc<RefCell<Rewriter>>, step: fn(&mut Rewriter, &web_sys::Element)) -> Hook {
    let rewriter = Rc::clone(rewriter);
    Closure::new(move |node: JsValue| {
        if let Some(element) = node.dyn_ref::<web_sys::Element>() {
            step(&mut rewriter.borrow_mut(), element);
        }
    })
}

/// DOMPurify's settings, from the one policy.
fn config() -> Object {
    let list = |items: &[&str]| -> JsValue {
        items
            .iter()
            .map(|item| JsValue::from_str(item))
            .collect::<Array>()
            .into()
    };
    let config = Object::new();
    for (key, value) in [
        ("ALLOWED_TAGS", list(policy::ELEMENTS)),
        ("ALLOWED_ATTR", list(policy::ATTRIBUTES)),
        (
            "ALLOWED_NAMESPACES",
            list(&["http://www.w3.org/1999/xhtml"]),
        ),
        ("ALLOW_DATA_ATTR", false.into()),
        ("ALLOW_ARIA_ATTR", false.into()),
        ("ALLOW_UNKNOWN_PROTOCOLS", false.into()),
        ("SANITIZE_DOM", true.into()),
        ("SANITIZE_NAMED_PROPS", true.into()),
        ("KEEP_CONTENT", true.into()),
        ("FORCE_BODY", true.into()),
        ("RETURN_TRUSTED_TYPE", false.into()),
    ] {
        // Setting a property of a fresh plain object does not fail.
        let _ = Reflect::set(&config, &key.into(), &value);
    }
    config
}
