use instructor::Extract;
use serde::Deserialize;

#[derive(Deserialize, Extract)]
#[serde(rename_all = "lowercase")]
enum Sample {
    FooBar,
    #[serde(rename = "foobar")]
    Other,
    #[serde(alias = "foobar")]
    Third,
}

fn main() {}
