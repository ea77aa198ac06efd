# What people type. `just` alone lists it.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes.
default:
    @just --list --unsorted

# Serve the catalog in ./vitrina-data on http://127.0.0.1:8080.
run *ARGS:
    cargo run --release -- serve {{ ARGS }}

# Serve a catalog made up for looking around, in a folder of its own.
demo:
    cargo run --release -- serve --demo --data-dir target/demo-data

# Format, compile and lint.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Run every test; those on PostgreSQL run where its programs are found.
test *ARGS:
    cargo test --workspace --locked {{ ARGS }}

# Run every test, and fail if PostgreSQL is missing.
test-pg *ARGS:
    VITRINA_TEST_REQUIRE_POSTGRES=1 cargo test --workspace --locked {{ ARGS }}

# Print the OpenAPI document of the HTTP API.
openapi:
    @cargo run --quiet -- openapi

# Write anew what is generated: the OpenAPI document, the references of settings and errors, the schema dump, snapshots.
bless:
    cargo run --quiet -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json
    BLESS=1 INSTA_UPDATE=always cargo test --workspace --locked --quiet

# Measure: `just bench 10000 100000`, or `just bench --corpus DIR`; the tables go to docs/benchmarks.md.
bench *ARGS:
    cargo build --release --locked --workspace --bins --examples
    "${CARGO_TARGET_DIR:-target}/release/examples/bench" {{ ARGS }}

# Generate clients of the contract and let them talk to a server, then try the contract itself.
contract EXAMPLES="1":
    cargo build --locked --workspace
    tests/clients/run
    tests/contract/run {{ EXAMPLES }}

# Look for input that breaks something, led by coverage: `just fuzz query 600`; the targets are in tests/fuzz/src/bin.
fuzz TARGET="all" SECONDS="60":
    tests/fuzz/run {{ TARGET }} {{ SECONDS }}

# Always the whole workspace: a part of it would be built anew with other features.
proof := "cargo test --release --locked --workspace"

# Prove what takes hours: crashes, power cuts, races, bad input, overload. Wants the machine for itself.
prove: prove-crash prove-files prove-input prove-overload
    just contract 20

# A thousand kills, five hundred power cuts, a thousand jobs, 12,800 races, a million operations of histories.
prove-crash:
    VITRINA_CRASH_CYCLES=1000 {{ proof }} --test crash -- --nocapture
    VITRINA_POWER_CUTS=500 VITRINA_POWER_CUTS_POSTGRES=100 {{ proof }} --test power_cut -- --nocapture
    VITRINA_JOBS=1000 {{ proof }} --test jobs -- --nocapture killed
    VITRINA_RACES=12800 VITRINA_HISTORY=1000000 {{ proof }} --test concurrency -- --nocapture

# Files of a gibibyte: one, then four at once, in and out. Then ten gibibytes backed up, lost, and restored.
prove-files MIB="1024" BACKUP_MIB="10240":
    VITRINA_TEST_FILE_MIB={{ MIB }} {{ proof }} --test files -- --nocapture memory
    VITRINA_TEST_BACKUP_MIB={{ BACKUP_MIB }} {{ proof }} --test backup -- --nocapture drill

# A million generated requests, data files of a hundred mebibytes, then so many seconds of fuzzing for each target.
prove-input REQUESTS="1000000" FUZZ_SECONDS="1800":
    VITRINA_ABUSE_CASES={{ REQUESTS }} {{ proof }} --test abuse -- --nocapture
    VITRINA_TEST_ATTACK_MIB=100 {{ proof }} --test inspect -- --nocapture family
    just fuzz all {{ FUZZ_SECONDS }}

# So many seconds of three times the capacity, server and client on a core each.
prove-overload SECONDS="600":
    {{ proof }} --test overload --no-run
    ulimit -n "$(ulimit -Hn)"; VITRINA_TEST_PROVE={{ SECONDS }} taskset -c 1 \
        {{ proof }} --test overload -- --nocapture --test-threads 1

# Begin a migration: one schema change, named by what it does (`just migration add_listing_table`).
migration NAME:
    #!/usr/bin/env bash
    set -euo pipefail
    [[ '{{ NAME }}' =~ ^[a-z][a-z0-9_]*$ ]] || { echo 'name it in lower case with underscores' >&2; exit 2; }
    module="m$(date -u +%Y%m%d_%H%M%S)_{{ NAME }}"
    cat > "migrations/src/$module.rs" <<'RUST'
    //! Says what changes and why.

    use sea_orm_migration::prelude::*;

    /// See the module.
    #[derive(DeriveMigrationName)]
    pub(crate) struct Migration;

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
            let change = Table::alter().table("a_table").add_column(ColumnDef::new("a_column").text()).to_owned();
            manager.alter_table(change).await
        }

        async fn down(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
            manager.alter_table(Table::alter().table("a_table").drop_column("a_column").to_owned()).await
        }
    }
    RUST
    echo "wrote migrations/src/$module.rs: add it to the end of the list in migrations/src/lib.rs, then 'just bless'"

# Everything that must hold before a change goes in.
ci:
    bash .ci/run
