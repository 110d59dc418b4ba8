# Two commands matter: `make demo` makes a film, `make test` proves that everything works.
CARGO_TARGET_DIR ?= $(HOME)/.cache/nexus-engine/target
export CARGO_TARGET_DIR
export CARGO_TERM_COLOR ?= auto
DEMO_DIR ?= demo

.PHONY: demo test lint setup clean

demo: setup
	cargo build --locked --workspace --bin nexus
	$(CARGO_TARGET_DIR)/debug/nexus demo --out $(DEMO_DIR) --approve $(DEMO_ARGS)

test: setup lint
	tools/test.sh

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

setup:
	tools/setup.sh

clean:
	rm -rf $(DEMO_DIR)
