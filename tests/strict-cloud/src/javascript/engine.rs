//! The engine: one for each run, with nothing in it but what `host.js` puts there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::promise::MaybePromise;
use rquickjs::{
    CatchResultExt as _, CaughtError, Coerced, Context, Ctx, Function, Module, Object, Runtime,
    Value,
};

use super::{Task, dialect, digest};

const HOST: &str = include_str!("host.js");

/// How often the engine asks whether to go on, until it is told not to: each time is 10,000 calls and
/// loops (assumed:compute-limit).
const TICKS: u32 = 95;

/// CloudFront Developer Guide, "Quotas on CloudFront Functions": 2 MB, and what the engine itself takes (assumed:memory-limit).
const MEMORY: usize = (2 << 20) + (1 << 20);

/// CloudFront Developer Guide, "CloudFront Functions logs": what a run writes beyond 10 KB is cut off.
const LOG: usize = 10 << 10;

/// What users see before the error of a function that did not run to its end.
pub(super) const PREFIX: &str = "The CloudFront function associated with the CloudFront distribution is invalid or could not run. ";

/// How a run ended.
pub(super) struct Ended {
    pub(super) lines: Vec<String>,
    /// What the handler returned, as JSON; nothing where JSON has no text for it.
    pub(super) returned: Result<Option<String>, String>,
    pub(super) ticks: u32,
    pub(super) timely: bool,
}

/// What a run leaves behind.
#[derive(Default)]
struct Traces {
    lines: RefCell<Vec<String>>,
    ticks: Cell<u32>,
    timely: Cell<bool>,
}

pub(super) fn run(task: Task<'_>) -> Ended {
    let traces = Rc::new(Traces::default());
    let returned = source(task.code, task.two).and_then(|source| {
        let engine = engine(&traces).map_err(|error| error.to_string())?;
        engine
            .with(|ctx| within(&ctx, task, source, &traces).map_err(|error| said(&error, &traces)))
    });
    let returned = returned.map_err(|error| format!("{PREFIX}{error}"));
    Ended {
        lines: traces.lines.take(),
        returned,
        ticks: traces.ticks.get(),
        timely: traces.timely.get(),
    }
}

/// What is wrong with a source, if it can be seen without running it.
pub(super) fn syntax(code: &[u8], two: bool) -> Option<String> {
    let checked = source(code, two).and_then(|source| {
        let engine = engine(&Rc::default()).map_err(|error| error.to_string())?;
        // A function that is never called: parsed, and no more.
        let parsed = |ctx: Ctx<'_>| {
            if dialect::is_module(source) {
                return Module::declare(ctx.clone(), "function.js", source)
                    .map(|_| ())
                    .catch(&ctx)
                    .map_err(|error| said(&error, &Rc::default()));
            }
            ctx.eval::<(), _>(format!("(function () {{\n{source}\n}})"))
                .catch(&ctx)
                .map_err(|error| said(&error, &Rc::default()))
        };
        engine.with(parsed)
    });
    // What a module imports is looked for before it is run, too, and is another matter.
    checked
        .err()
        .filter(|fault| fault.starts_with("SyntaxError"))
}

fn source(code: &[u8], two: bool) -> Result<&str, String> {
    let source =
        std::str::from_utf8(code).map_err(|_| "SyntaxError: Illegal byte sequence".to_owned())?;
    if source.contains('\0') {
        return Err("SyntaxError: Unexpected token".to_owned());
    }
    dialect::refused(source, two).map_or(Ok(source), Err)
}

fn engine(traces: &Rc<Traces>) -> rquickjs::Result<Context> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(256 << 10);
    let traces = Rc::clone(traces);
    runtime.set_interrupt_handler(Some(Box::new(move || {
        traces.ticks.set(traces.ticks.get().saturating_add(1));
        traces.ticks.get() >= TICKS
    })));
    Context::full(&runtime)
}

/// From an empty engine to what the handler returned.
fn within<'js>(
    ctx: &Ctx<'js>,
    task: Task<'_>,
    source: &str,
    traces: &Rc<Traces>,
) -> Result<Option<String>, CaughtError<'js>> {
    let host = host(ctx, task, traces).catch(ctx)?;
    // What was needed to get there is not the function's.
    traces.ticks.set(0);
    let handler = load(ctx, source, &host).catch(ctx)?;
    let Some(handler) = handler.into_function() else {
        return Err(CaughtError::Value(
            rquickjs::String::from_str(ctx.clone(), "ReferenceError: \"handler\" is not defined")
                .catch(ctx)?
                .into_value(),
        ));
    };
    let run: Function<'js> = host.get("run").catch(ctx)?;
    let returned: Value<'js> = run.call((handler, task.event)).catch(ctx)?;
    let settled: Value<'js> = if task.two {
        MaybePromise::from_value(returned).finish().catch(ctx)?
    } else {
        returned
    };
    let text: Function<'js> = host.get("text").catch(ctx)?;
    text.call((settled,)).catch(ctx)
}

/// Builds what the function finds around it.
fn host<'js>(ctx: &Ctx<'js>, task: Task<'_>, traces: &Rc<Traces>) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    let log = Rc::clone(traces);
    native.set(
        "log",
        Function::new(ctx.clone(), move |line: String| {
            let mut lines = log.lines.borrow_mut();
            let written: usize = lines.iter().map(String::len).sum();
            let room = LOG.saturating_sub(written);
            if room > 0 {
                let end = line.floor_char_boundary(room);
                lines.push(line.get(..end).unwrap_or_default().to_owned());
            }
        })?,
    )?;
    let (clock, now) = (Rc::clone(traces), task.now.unix_millis());
    native.set(
        "now",
        Function::new(ctx.clone(), move || {
            clock.timely.set(true);
            f64::from(u32::try_from(now / 1000).unwrap_or_default()) * 1000.0
                + f64::from(u16::try_from(now % 1000).unwrap_or_default())
        })?,
    )?;
    native.set(
        "digest",
        Function::new(
            ctx.clone(),
            |algorithm: String, key: Option<String>, data: String| {
                let key = key.map(|key| digest::bytes(&key));
                digest::text(&digest::digest(
                    &algorithm,
                    key.as_deref(),
                    &digest::bytes(&data),
                ))
            },
        )?,
    )?;
    native.set(
        "utf8",
        Function::new(ctx.clone(), |text: String| digest::text(text.as_bytes()))?,
    )?;
    native.set(
        "text",
        Function::new(ctx.clone(), |bytes: String| {
            String::from_utf8_lossy(&digest::bytes(&bytes)).into_owned()
        })?,
    )?;
    native.set(
        "strict",
        Function::new(ctx.clone(), |bytes: String| {
            String::from_utf8(digest::bytes(&bytes)).ok()
        })?,
    )?;
    native.set(
        "encode",
        Function::new(ctx.clone(), |bytes: String, encoding: String| {
            digest::encode(&digest::bytes(&bytes), &encoding)
        })?,
    )?;
    native.set(
        "decode",
        Function::new(ctx.clone(), |text: String, encoding: String| {
            digest::text(&digest::decode(&text, &encoding))
        })?,
    )?;
    if let Some((id, pairs)) = task.store {
        native.set("store", id)?;
        let count = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
        native.set("count", Function::new(ctx.clone(), move || count)?)?;
        let pairs = pairs.clone();
        native.set(
            "get",
            Function::new(ctx.clone(), move |key: String| pairs.get(&key).cloned())?,
        )?;
    }
    let build: Function<'js> = ctx.eval_with_options(HOST, named("host.js"))?;
    build.call((native, task.two))
}

/// What can be imported, and what it gives besides the default.
const MODULES: [(&str, &str); 4] = [
    ("crypto", "createHash, createHmac"),
    (
        "querystring",
        "parse, stringify, escape, unescape, decode, encode",
    ),
    ("buffer", "Buffer"),
    (
        "cloudfront",
        "kvs, edgeLocation, updateRequestOrigin, selectRequestOriginById, createRequestOriginGroup",
    ),
];

/// Runs the function's top level, and answers its `handler`.
fn load<'js>(ctx: &Ctx<'js>, source: &str, host: &Object<'js>) -> rquickjs::Result<Value<'js>> {
    // On a line of its own, where no comment reaches.
    let source = format!(
        "{source}\n;globalThis.__handler = typeof handler === 'undefined' ? undefined : handler;"
    );
    if dialect::is_module(&source) {
        let modules: Object<'js> = host.get("modules")?;
        ctx.globals().set("__modules", modules)?;
        for (name, exports) in MODULES {
            let text = format!(
                "const module = globalThis.__modules.{name}; export default module; export const {{ {exports} }} = module;"
            );
            let (_, loaded) = Module::declare(ctx.clone(), name, text)?.eval()?;
            loaded.finish::<()>()?;
        }
        ctx.globals().remove("__modules")?;
        let (_, loaded) = Module::declare(ctx.clone(), "function.js", source)?.eval()?;
        loaded.finish::<()>()?;
    } else {
        ctx.eval_with_options::<(), _>(source, named("function.js"))?;
    }
    let handler = ctx.globals().get("__handler")?;
    ctx.globals().remove("__handler")?;
    Ok(handler)
}

fn named(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.filename = Some(file.to_owned());
    options
}

/// The error in one line.
fn said(error: &CaughtError<'_>, traces: &Rc<Traces>) -> String {
    if traces.ticks.get() >= TICKS {
        // assumed:compute-limit.
        return "The function exceeded the maximum allowed compute utilization.".to_owned();
    }
    let text = |object: &Object<'_>, name: &str| {
        object
            .get::<_, Coerced<String>>(name)
            .map(|text| text.0)
            .unwrap_or_default()
    };
    match error {
        CaughtError::Exception(exception) => {
            let (name, message) = (
                text(exception.as_object(), "name"),
                text(exception.as_object(), "message"),
            );
            // assumed:memory-limit.
            if message == "out of memory" {
                "MemoryError".to_owned()
            } else {
                format!("{name}: {message}")
            }
        }
        CaughtError::Value(value) => match value.get::<Coerced<String>>() {
            Ok(text) if !value.is_null() => text.0,
            _ => "MemoryError".to_owned(),
        },
        // The handler's promise can never be settled: nothing is left to run.
        CaughtError::Error(rquickjs::Error::WouldBlock) => {
            "Error: the promise that the handler returned is never settled".to_owned()
        }
        CaughtError::Error(rquickjs::Error::Allocation) => "MemoryError".to_owned(),
        CaughtError::Error(error) => format!("InternalError: {error}"),
    }
}
