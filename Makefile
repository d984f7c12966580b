# Everything a person or CI runs. Needs Rust (rust-toolchain.toml), Go 1.26 and Python 3.11;
# the rest is built or installed into ${CLOUDFN_CACHE:-~/.cache/cloudfn}, once.
.DEFAULT_GOAL := help
.PHONY: help demo test simulate planted bench lint generate record clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Show everything on this machine, with no cluster and no account; KEEP=1 leaves it running
	KEEP="$(KEEP)" tools/demo/run

test: ## Run all tests, with a real API server and an AWS emulator (both built when missing)
	cargo test --workspace --locked

simulate: ## Run the simulation alone, optimised; SEEDS=n FIRST_SEED=m choose its schedules; DIGEST=1 prints one hash over all that they did
	SEEDS="$(or $(SEEDS),$(if $(DIGEST),5000))" FIRST_SEED="$(FIRST_SEED)" DIGEST="$(DIGEST)" cargo test --profile simulation --locked --test simulation -- --nocapture every_schedule

planted: ## Break one rule of the operator after the other, in a copy; each must be found by the simulation
	tests/planted/run

bench: ## Measure calls, time, memory and CPU with a release build; SMALL=1 is a quick trial that writes nothing
	cargo bench --locked --bench bench -- $(if $(SMALL),--small,--write docs/benchmarks.md)

lint: ## Check formatting, clippy and the dependency policy
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package cloudfn --no-default-features --lib --bins --locked -- -D warnings
	tools/deny/check

generate: ## Write again what is made from code and chart: definitions, reference pages, the chart's README, deploy/install.yaml, Argo CD's patch
	cargo run --quiet --locked -- crds --dir crds
	cargo run --quiet --locked -- crds --dir charts/cloudfn/files/crds
	cargo run --quiet --locked -- reference --dir docs/reference
	tools/chart/readme
	tools/chart/install-yaml > deploy/install.yaml
	tools/argocd/cm-patch > deploy/argocd/argocd-cm-patch.yaml

record: ## Take the test data of deploy/argocd again from a test run
	RECORD_ARGOCD_TESTDATA=1 cargo test --locked --test e2e -- gitops::states

clean: ## Remove what was built in this folder; the cache of tools stays
	cargo clean
	rm -rf .demo
