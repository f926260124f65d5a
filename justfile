# Each recipe is one plain cargo line; nobody needs `just`.

# What CI runs.
check:
    bash .ci/run

test:
    cargo test --workspace

# Rewrites the expected output of the compile-error tests; read the diff before you commit it.
bless:
    TRYBUILD=overwrite cargo test --test ui

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --all-features --no-deps --open

bench:
    cargo bench --bench request

# Compile cost of the derive beside schemars and garde.
compile-cost:
    bash benches/compile-cost.sh

quickstart:
    cargo run --example quickstart
