# Each recipe is one plain cargo line; nobody needs `just`.

# What CI runs.
check:
    bash .ci/run

test:
    cargo test --workspace

# Rewrites the expected output of the compile-error tests, the requests of every provider and the
# README's table of providers; read the diff before you commit it.
bless:
    TRYBUILD=overwrite cargo test --test ui
    INSTA_UPDATE=always cargo test -p instructor-core --test providers
    BLESS=1 cargo test --test readme

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --all-features --no-deps --open

bench:
    cargo bench --bench request

# Compile cost of the derive beside schemars and garde.
compile-cost:
    bash benches/compile-cost.sh

quickstart:
    cargo run --example quickstart
