//! `make bench`: what many functions cost, counted and measured, as a page for `docs/`.
//!
//! - `fleet`: many objects of one kind, and waiting for all of them; `scene`: one namespace, one strict
//!   cloud and the operator between them; `phases`: what is done to a fleet, and what each part cost.
//! - `bare`: the same work by a script that makes the calls alone.
//! - `counts`, `usage`: what is counted and what Linux is asked for; `page`, `table`: how it is written down.
//!
//! Invariant: the bench fails where something does not come to its end or where counts contradict each
//! other, and never because something took long: seconds are told, not judged.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement may fail loudly"
)]

mod bare;
mod counts;
mod fleet;
mod page;
mod phases;
mod scene;
mod table;
mod usage;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use fleet::{Fleet, Kind};
use page::{Machine, Results};
use scene::{Budgets, LATENCY, Scene};

/// Measures calls, writes, time, memory and CPU of the operator, and prints the page about them.
#[derive(Parser)]
struct Flags {
    /// A tenth of the Lambda functions and a fifth of the CloudFront functions, to try it out
    #[arg(long)]
    small: bool,
    /// Only the functions with tests, beside the bare calls; writes nothing
    #[arg(long)]
    tested: bool,
    /// Milliseconds that the cloud takes for each answer where calls are compared
    #[arg(long, value_name = "MILLISECONDS", default_value_t = LATENCY)]
    latency: u64,
    /// File that the page is written to
    #[arg(long)]
    write: Option<PathBuf>,
    /// `cargo bench` says so to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let flags = Flags::parse();
    // CloudFront allows 100 functions in an account.
    let (lambda, edge) = if flags.small { (100, 20) } else { (1000, 100) };
    let (few, many) = (
        Fleet {
            kind: Kind::Lambda,
            size: lambda / 10,
        },
        Fleet {
            kind: Kind::Lambda,
            size: lambda,
        },
    );
    let (edge, tested) = (
        Fleet {
            kind: Kind::CloudFront,
            size: edge,
        },
        Fleet {
            kind: Kind::Tested,
            size: edge,
        },
    );

    let latency = Duration::from_millis(flags.latency);
    if flags.tested {
        println!(
            "{}",
            page::gate(
                &phases::tested(
                    &Scene::distant("bench-tested", Budgets::Lifted, latency).await,
                    tested
                )
                .await
            )
        );
        return;
    }
    let machine = Machine::look().await;
    let results = Results {
        few: phases::life(&Scene::start("bench-few", Budgets::Default).await, few).await,
        many: phases::life(&Scene::start("bench-many", Budgets::Default).await, many).await,
        at_the_quota: phases::creation(&Scene::start("bench-quota", Budgets::Quota).await, many)
            .await,
        edge: phases::life(&Scene::start("bench-edge", Budgets::Default).await, edge).await,
        tested: phases::tested(
            &Scene::distant("bench-tested", Budgets::Lifted, latency).await,
            tested,
        )
        .await,
    };
    let text = page::text(&machine, &results);
    println!("{text}");
    if let Some(path) = flags.write {
        std::fs::write(&path, text)
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
    }
}
