# make run   sets up what is missing, builds, and starts everything on loopback
# make test  sets up what is missing and runs every test
.PHONY: run test setup check rust-test browser-test power-loss-test supply-chain bench bench-console bench-training chaos powerloss migration fuzz pictures deliverables \
    sbom promises submissions lifecycles results mails jobs

run: setup
	cargo build --quiet
	exec target/debug/mizumado demo --dir demo

test: setup check rust-test browser-test power-loss-test supply-chain

setup:
	@scripts/setup

check:
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings

# A failed assertion names its line; frames of the runtime beneath it only push it out of sight.
rust-test:
	RUST_BACKTRACE=0 scripts/with-postgres cargo nextest run --no-fail-fast

# With --tests the program is the one that the Rust tests were built with; without, all crates were compiled once more.
browser-test:
	cargo build --quiet --tests
	cd tests/browser && node run.mjs

# One round of power cuts; `make powerloss` is the long one.
power-loss-test:
	cargo build --quiet --tests
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

# Ten classes of three at once: making, reset, pages beside the real console's. TRAINING_CLASSES, TRAINING_SEATS, TRAINING_ROUNDS.
bench-training:
	TRAINING_CLASSES=$${TRAINING_CLASSES:-10} TRAINING_SEATS=$${TRAINING_SEATS:-3} TRAINING_ROUNDS=$${TRAINING_ROUNDS:-10} \
	    cargo nextest run --cargo-profile chaos --profile chaos -E 'test(training::crowd)'

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
	@echo "the control, synchronous = OFF, must lose something:"
	python3 tests/power-loss/campaign.py --binary target/release/mizumado --rounds 2 --seed 3 --synchronous 0 | tee /dev/stderr | grep -q '^LOST'

# What R1 to R5 promise (docs/SECURITY.md), as long as they are promised, one after the other. `make test` has them small.
promises: submissions lifecycles results mails jobs chaos powerloss

campaign = scripts/with-postgres cargo nextest run --cargo-profile chaos --profile chaos -E

# R2: 64 posts of one key at once: SUBMISSIONS_ROUNDS.
submissions:
	SUBMISSIONS_ROUNDS=$${SUBMISSIONS_ROUNDS:-1000} $(campaign) 'test(submissions::)'

# R2, R3: random orders of everything that may happen to an application: LIFECYCLES, LIFECYCLES_SEED.
lifecycles:
	LIFECYCLES=$${LIFECYCLES:-400} $(campaign) 'test(lifecycle::)'

# R3: results under lost, doubled, late and forged messages: RESULTS_APPLICATIONS, RESULTS_SILENT, RESULTS_SEED.
results:
	RESULTS_APPLICATIONS=$${RESULTS_APPLICATIONS:-10000} RESULTS_SILENT=$${RESULTS_SILENT:-20} $(campaign) 'test(exactly_once::)'

# R4: a mail server that errs, and kills while mails leave: MAILS_KILLS, MAILS_SEED.
mails:
	MAILS_KILLS=$${MAILS_KILLS:-100} $(campaign) 'test(mail_faults::)'

# R5: jobs on two nodes: JOBS_EACH of two kinds.
jobs:
	JOBS_EACH=$${JOBS_EACH:-5000} $(campaign) 'test(nodes::)'

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

# The manuals' pictures, taken of the practice site anew: assets/pictures. The test finds those that are out of date.
pictures:
	cargo build --quiet --tests
	cd tests/browser && node pictures.mjs

# PDF, Word, slides and prints of the papers in the bureau's name: deliverables/. DELIVERABLES_CONFIG, DELIVERABLES_CAMPAIGN.
deliverables: setup
	cargo build --quiet
	node scripts/deliverables/make.mjs deliverables --config $${DELIVERABLES_CONFIG:-config/mizumado.example.toml} --campaign "$${DELIVERABLES_CAMPAIGN:-}"
