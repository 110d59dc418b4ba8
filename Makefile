# Two commands matter: `make demo` makes a film, `make test` proves that everything works. `make faults` takes longer and
# breaks more.
CARGO_TARGET_DIR ?= $(HOME)/.cache/nexus-engine/target
export CARGO_TARGET_DIR
export CARGO_TERM_COLOR ?= auto
# What is built once and thrown away needs no notes for the next time.
ifdef CI
export CARGO_INCREMENTAL ?= 0
endif
DEMO_DIR ?= demo

.PHONY: demo test faults lint setup clean

demo: setup
	cargo build --locked --workspace --bin nexus
	$(CARGO_TARGET_DIR)/debug/nexus demo --out $(DEMO_DIR) --approve $(DEMO_ARGS)

test: setup lint
	tools/test.sh

# What takes long: the fault matrix of the engine, and the whole line on many machines, also with one of them killed.
faults: setup
	cargo build --locked --workspace --bin nexus
	bench/faults $(FAULTS_ARGS)
	tests/spine/run.sh

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

setup:
	tools/setup.sh

clean:
	rm -rf $(DEMO_DIR)
