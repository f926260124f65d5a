//! Decimals, as text: a JSON number would lose digits on its way through a float.

use rust_decimal::Decimal;

use crate::extract::impls::text::{pattern, written};

written! {
    Decimal: pattern("^-?[0-9]{1,29}(?:\\.[0-9]{1,28})?$"), "Decimal number as text: \"12.50\"";
}
