# Two commands do all set-up: `make demo` and `make test`. The others are for those who build Senne.

SHELL := /bin/bash
TARGET := $(or $(CARGO_TARGET_DIR),target)
RELEASE := $(TARGET)/release/senne
DEMO_DATA ?= demo-data
LISTEN ?= 127.0.0.1:7000
FEEDS := $(wildcard feeds/*.yaml)

.PHONY: help demo test check unit browser readers clients release bench bench-beside bench-subscriptions bench-history bench-indicators bench-impact bench-programme crash fuzz web web-tools clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: release ## Build, start on the embedded store with a living city, open to look at (DATA=DIR also loads recorded data)
ifdef DATA
	@scripts/load-recorded "$(DATA)" "$(DEMO_DATA)" target/release/senne
endif
	@echo "Senne opens on http://$(LISTEN)/ — stop it with Ctrl-C"
	target/release/senne serve --data $(DEMO_DATA) --listen $(LISTEN) --open --simulate

test: ## Everything: format, lints, unit, integration, end-to-end, readers', clients' and browser tests
	$(MAKE) web
	$(MAKE) check
	$(MAKE) unit
	$(MAKE) readers
	$(MAKE) clients
	$(MAKE) browser

check: ## Format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

unit: ## Rust tests, those through the real binary too; a real mosquitto for MQTT
	scripts/mosquitto-for-tests
	cargo test --workspace --locked --no-fail-fast

browser: ## Chromium end-to-end, with axe
	scripts/browser-test

readers: ## Delta readers, ADBC, pandas, polars and DuckDB see what senne sql sees
	scripts/readers-test

clients: ## ngsildclient and filip, unchanged, against the real binary
	scripts/clients-test

release: web ## The optimised binary: target/release/senne
	cargo build --release --locked --workspace --bins
	@if [ "$(RELEASE)" != target/release/senne ]; then mkdir -p target/release && cp -f $(RELEASE) target/release/senne; fi

bench: release ## Rates, p50/p99, memory and bytes, beside a bare server as the limit
	$(TARGET)/release/senne-bench $(BENCH)

bench-beside: release ## Beside other NGSI-LD brokers that run here: BENCH="--beside NAME=HOST:PORT …"
	$(TARGET)/release/senne-bench $(BENCH)

bench-subscriptions: release ## 10,000 subscriptions and 5,000 changes a second: due = delivered + pending, through a kill -9 too
	$(TARGET)/release/senne-bench --subscriptions $(BENCH)

bench-history: release ## The history at 100,000,000 observations, beside PostgreSQL and DuckDB (about an hour)
	$(TARGET)/release/senne-bench-history $(BENCH)

bench-indicators: release ## Forty indicators in nineteen communes over 100,000,000 observations: computed in full, and one changed day
	$(TARGET)/release/senne-bench-history --indicators $(BENCH)

bench-programme: ## A programme of 5,000 projects read and shown, calls of 200 projects decided
	cargo bench --locked -p senne-programme --bench programme
	cargo bench --locked -p senne-face-portal --bench programme
	cargo bench --locked -p senne-print --bench sheets

bench-impact: ## How often intervals hold a known effect, false verdicts, power, and times of the methods (1,000 runs each)
	cargo bench --locked -p senne-impact --bench simulation -- $(BENCH)

crash: ## 200 kill -9 at random moments under load, in four cities (the tests do twelve)
	for seed in 1 2 3 4; do SENNE_KILLS=50 SENNE_SEED=$$seed cargo test --workspace --locked --test end_to_end durability -- --nocapture || exit 1; done

fuzz: ## What comes from outside as text, from any bytes: ten minutes each (SECONDS=600)
	cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked
	for target in json json_ld q scope_q temporal; do RUSTC_BOOTSTRAP=1 cargo fuzz run $$target -- -max_total_time=$(or $(SECONDS),600) -timeout=5 -rss_limit_mb=1024 -max_len=16384 || exit 1; done
	RUSTC_BOOTSTRAP=1 cargo fuzz run geo -- -max_total_time=$(or $(SECONDS),600) -timeout=30 -rss_limit_mb=2048 -max_len=16384

web: web/dist/.built ## The islands and the styles, built by Vite and put into the binary

web/dist/.built: web/package-lock.json $(shell find web/src web/styles web/vite.config.* -type f 2>/dev/null)
	cd web && npm ci --no-audit --no-fund --loglevel=error && npm run build
	@touch $@

clean: ## What was built, and the demo's data
	cargo clean
	rm -rf web/dist web/node_modules tests/browser/node_modules tests/readers/.venv tests/clients/.venv demo-data
