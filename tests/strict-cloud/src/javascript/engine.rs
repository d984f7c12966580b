//! The engine: one for each run, with nothing in it but what `host.js` puts there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::promise::MaybePromise;
use rquickjs::{
    CatchResultExt as _, CaughtError, Coerced, Context, Ctx, Function, Module, Object, Value,
};

use super::dialect::{Runtime, globals, lacking};
use super::grammar::{self, Compiled};
use super::{Task, digest, output};

const HOST: &str = include_str!("host.js");
const BYTES: &str = include_str!("bytes.js");

/// How often the engine asks whether to go on, until it is told not to: each time is 10,000 calls and
/// loops (assumed:compute-limit).
const TICKS: u32 = 95;

/// CloudFront Developer Guide, "Quotas on CloudFront Functions": 2 MB, and what the engine itself takes (assumed:memory-limit).
const MEMORY: usize = (2 << 20) + (1 << 20);

/// CloudFront Developer Guide, "CloudFront Functions logs": what a run writes beyond 10 KB is cut off.
const LOG: usize = 10 << 10;

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
    let returned = source(task.code, runtime(task.two)).and_then(|compiled| {
        let engine = engine(&traces).map_err(|error| error.to_string())?;
        engine.with(|ctx| {
            within(&ctx, task, &compiled, &traces).map_err(|error| said(&error, &traces))
        })
    });
    Ended {
        lines: traces.lines.take(),
        returned,
        ticks: traces.ticks.get(),
        timely: traces.timely.get(),
    }
}

/// What is wrong with a source, if it can be seen without running it.
pub(super) fn syntax(code: &[u8], two: bool) -> Option<String> {
    let checked = source(code, runtime(two)).and_then(|compiled| {
        let engine = engine(&Rc::default()).map_err(|error| error.to_string())?;
        // A function that is never called: parsed, and no more.
        let parsed = |ctx: Ctx<'_>| {
            let source = &compiled.source;
            if compiled.is_module {
                return Module::declare(ctx.clone(), "function.js", source.as_str())
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

fn runtime(two: bool) -> Runtime {
    if two { Runtime::Two } else { Runtime::One }
}

fn source(code: &[u8], runtime: Runtime) -> Result<Compiled, String> {
    let source =
        std::str::from_utf8(code).map_err(|_| "SyntaxError: Illegal byte sequence".to_owned())?;
    if source.contains('\0') {
        return Err("SyntaxError: Unexpected token".to_owned());
    }
    grammar::compiled(source, runtime)
}

fn engine(traces: &Rc<Traces>) -> rquickjs::Result<Context> {
    let runtime = rquickjs::Runtime::new()?;
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
    compiled: &Compiled,
    traces: &Rc<Traces>,
) -> Result<Option<String>, CaughtError<'js>> {
    let host = host(ctx, task, traces).catch(ctx)?;
    // What was needed to get there is not the function's.
    traces.ticks.set(0);
    let handler = load(ctx, compiled, &host).catch(ctx)?;
    let Some(handler) = handler.into_function() else {
        return Err(CaughtError::Value(
            rquickjs::String::from_str(ctx.clone(), "ReferenceError: \"handler\" is not defined")
                .catch(ctx)?
                .into_value(),
        ));
    };
    let run: Function<'js> = host.get("run").catch(ctx)?;
    let returned: Value<'js> = run.call((handler, task.event)).catch(ctx)?;
    let settled: Value<'js> = MaybePromise::from_value(returned).finish().catch(ctx)?;
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
    let runtime = runtime(task.two);
    native.set("globals", globals(runtime).collect::<Vec<&str>>())?;
    let lacks = lacking(runtime).map(|row| format!("{}.{}", row.owner, row.member));
    native.set("lacking", lacks.collect::<Vec<String>>())?;
    native.set("responds", output::of_response(task.event))?;
    native.set(
        "expression",
        Function::new(ctx.clone(), move |pattern: String, flags: String| {
            match grammar::regular_expression(&pattern, &flags, runtime) {
                Ok(translated) => vec![translated, String::new()],
                Err(sentence) => {
                    let message = sentence.trim_start_matches("SyntaxError: ");
                    vec![String::new(), message.to_owned()]
                }
            }
        })?,
    )?;
    let bytes: Function<'js> = ctx.eval_with_options(BYTES, named("bytes.js"))?;
    let bytes: Object<'js> = bytes.call((native.clone(),))?;
    let build: Function<'js> = ctx.eval_with_options(HOST, named("host.js"))?;
    build.call((native, task.two, bytes))
}

/// Runs the function's top level, and answers its `handler`.
fn load<'js>(
    ctx: &Ctx<'js>,
    compiled: &Compiled,
    host: &Object<'js>,
) -> rquickjs::Result<Value<'js>> {
    // On a line of its own, where no comment reaches.
    let source = format!(
        "{}\n;globalThis.__handler = typeof handler === 'undefined' ? undefined : handler;",
        compiled.source
    );
    if compiled.is_module {
        let modules: Object<'js> = host.get("modules")?;
        ctx.globals().set("__modules", modules.clone())?;
        for name in modules.keys::<String>() {
            let name = name?;
            let text = format!("export default globalThis.__modules.{name};");
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
                format!("{name}: {}", in_their_words(&message))
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

/// A sentence of the engine here as njs has it, of those that functions end in most.
fn in_their_words(message: &str) -> String {
    if let Some(name) = message.strip_suffix(" is not defined") {
        return format!("\"{}\" is not defined", name.trim_matches('\''));
    }
    let property = message
        .strip_prefix("cannot read property '")
        .and_then(|rest| rest.split_once("' of "));
    match property {
        Some((property, of)) => format!("cannot get property \"{property}\" of {of}"),
        None => message.to_owned(),
    }
}
