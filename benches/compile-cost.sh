#!/usr/bin/env bash
# What `#[derive(Extract)]` costs to compile, beside schemars alone and schemars with garde.
#
# Builds a crate of 200 structs (8 fields) and 200 enums with each set of derives and prints the CPU
# seconds of rustc for that crate alone, clean and after an edit, as ratios of what the derives add
# to serde's own cost. Dependencies are built before the clock starts.
#
# Usage: bash benches/compile-cost.sh [RUNS]      (default 3; the median counts)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
runs=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="$work/target"

sets=(serde extract schemars schemars-garde)

types() { # SET
    local derive field=""
    case $1 in
    serde) derive="serde::Deserialize" ;;
    extract) derive="serde::Deserialize, instructor::Extract" field='#[extract(length(min = 1, max = 80))]' ;;
    schemars) derive="serde::Deserialize, schemars::JsonSchema" field='#[schemars(length(min = 1, max = 80))]' ;;
    schemars-garde)
        derive="serde::Deserialize, schemars::JsonSchema, garde::Validate"
        field='#[garde(length(min = 1, max = 80))]'
        ;;
    esac
    local skip="" dive="" container=""
    if [ "$1" = schemars-garde ]; then
        skip='#[garde(skip)]' dive='#[garde(dive)]'
    fi
    for i in $(seq 200); do
        local parent=""
        [ $((i % 10)) -ne 1 ] && parent="$dive /// The one before. 
    pub before: Option<Box<S$((i - 1))>>,"
        cat <<EOT
/// Kind number $i.
#[derive($derive)]
$container
pub enum E$i {
    /// The first.
    First,
    /// With a value.
    Second($skip u32),
    /// With fields.
    Third { /** A name. */ $skip name: String, /** A count. */ $skip count: u8 },
}
/// Record number $i.
#[derive($derive)]
pub struct S$i {
    /// The name.
    $field pub name: String,
    /// The age.
    $skip pub age: u8,
    /// The scores.
    $skip pub scores: Vec<f64>,
    /// The email address.
    $skip pub email: Option<String>,
    /// The kind.
    $dive pub kind: E$i,
    /// The tags.
    $skip pub tags: Vec<String>,
    /// Whether it is active.
    $skip pub active: bool,
    $parent
}
EOT
    done
}

mkdir -p "$work/src"
cd "$work"
for set in "${sets[@]}"; do
    mkdir -p "$set/src"
    {
        echo '[package]'
        echo "name = \"cost-$set\""
        echo 'version = "0.0.0"'
        echo 'edition = "2024"'
        echo '[dependencies]'
        echo 'serde = { version = "1", features = ["derive"] }'
        case $set in
        extract) echo "instructor = { path = \"$root\", default-features = false }" ;;
        schemars) echo 'schemars = "1"' ;;
        schemars-garde)
            echo 'schemars = "1"'
            echo 'garde = { version = "0.23", features = ["derive"] }'
            ;;
        esac
    } >"$set/Cargo.toml"
    types "$set" >"$set/src/lib.rs"
done
printf '[workspace]\nmembers = [%s]\nresolver = "3"\n' \
    "$(printf '"%s",' "${sets[@]}")" >Cargo.toml
rm -rf src

cpu() { # COMMAND...: user CPU seconds
    local TIMEFORMAT=%U
    { time "$@" >/dev/null 2>"$work/log"; } 2>&1 || { cat "$work/log" >&2; exit 1; }
}
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

cargo build --quiet
declare -A full edit check
for set in "${sets[@]}"; do
    f="" e="" c=""
    for _ in $(seq "$runs"); do
        CARGO_INCREMENTAL=0 cargo clean --quiet -p "cost-$set" 2>/dev/null
        c+="$(CARGO_INCREMENTAL=0 cpu cargo check --quiet -p "cost-$set")"$'\n'
        cargo clean --quiet -p "cost-$set" 2>/dev/null
        f+="$(cpu cargo build --quiet -p "cost-$set")"$'\n'
        echo "/// One more. 
pub fn edited_$RANDOM() {}" >>"$set/src/lib.rs"
        e+="$(cpu cargo build --quiet -p "cost-$set")"$'\n'
    done
    full[$set]=$(printf %s "$f" | median)
    edit[$set]=$(printf %s "$e" | median)
    check[$set]=$(printf %s "$c" | median)
done

printf '%-16s %10s %10s %10s   %s\n' derives check build edit "build: added to serde, as a ratio of schemars"
for set in "${sets[@]}"; do
    ratio=$(awk -v s="${full[serde]}" -v x="${full[$set]}" -v m="${full[schemars]}" \
        'BEGIN { printf "%.2f", (x - s) / (m - s) }')
    printf '%-16s %9ss %9ss %9ss   %s\n' "$set" "${check[$set]}" "${full[$set]}" "${edit[$set]}" "$ratio"
done
