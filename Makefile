# make run   sets up what is missing, builds, and starts everything on loopback
# make test  sets up what is missing and runs every test
.PHONY: run test setup check rust-test browser-test power-loss-test supply-chain bench bench-console chaos powerloss migration fuzz \
    sbom

run: setup
	cargo build --quiet
	exec target/debug/mizumado demo --dir demo

test: setup check rust-test browser-test power-loss-test supply-chain

setup:
	@scripts/setup

check:
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings

rust-test:
	scripts/with-postgres cargo nextest run --no-fail-fast

browser-test:
	cargo build --quiet
	cd tests/browser && node run.mjs

# One round of power cuts; `make powerloss` is the long one.
power-loss-test:
	cargo build --quiet
	python3 tests/power-loss/campaign.py --binary target/debug/mizumado --rounds 1 --cuts 4 --seed 3

supply-chain:
	scripts/supply-chain

bench:
	cargo build --quiet --release
	scripts/bench

# A million applications at the console, on both engines: what every page and the export take. SCALE_ROWS, SCALE_ROUNDS.
bench-console:
	SCALE_ROWS=$${SCALE_ROWS:-1000000} SCALE_ROUNDS=$${SCALE_ROUNDS:-40} TEST_POSTGRES_DURABLE=yes \
	    scripts/with-postgres cargo nextest run --cargo-profile chaos --profile chaos -E 'test(scale::)'

# Kills and faults without end: CHAOS_ROUNDS, CHAOS_PER_ROUND, CHAOS_SEED. The figures are kept in
# bench/results.
chaos:
	CHAOS_ROUNDS=$${CHAOS_ROUNDS:-200} CHAOS_PER_ROUND=$${CHAOS_PER_ROUND:-500} CHAOS_RESULTS=$(CURDIR)/bench/results \
	    scripts/with-postgres cargo nextest run --cargo-profile chaos --profile chaos -E 'test(chaos::)'

# Power cuts: only what was synced survives. POWERLOSS_ROUNDS, POWERLOSS_SEED.
powerloss:
	cargo build --quiet --release
	python3 tests/power-loss/test_keep_synced.py
	python3 tests/power-loss/campaign.py --binary target/release/mizumado --rounds $${POWERLOSS_ROUNDS:-20} --seed $${POWERLOSS_SEED:-1}

# An old database with many applications, brought up to date on both engines: MIGRATION_ROWS.
migration:
	MIGRATION_ROWS=$${MIGRATION_ROWS:-300000} TEST_POSTGRES_DURABLE=yes scripts/with-postgres \
	    cargo nextest run --cargo-profile chaos --profile chaos an_old_database_that_is_full_is_brought_up_to_date

# Every property of every parser with many more cases (FUZZ_CASES), then every fuzz target for FUZZ_SECONDS.
fuzz:
	PROPTEST_CASES=$${FUZZ_CASES:-20000} cargo nextest run --profile chaos --lib
	scripts/fuzz

# What the program is made of, as CycloneDX: target/sbom.cdx.json
sbom:
	scripts/sbom
