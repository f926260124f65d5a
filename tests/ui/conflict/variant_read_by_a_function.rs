use instructor::Extract;
use serde::Deserialize;

fn read<'de, D: serde::Deserializer<'de>>(d: D) -> Result<u8, D::Error> {
    u8::deserialize(d)
}

#[derive(Deserialize, Extract)]
enum Sample {
    #[serde(deserialize_with = "read")]
    #[extract(schema_as = u8)]
    A(#[extract(range(max = 3))] u8),
    #[serde(deserialize_with = "read")]
    B(u8),
}

fn main() {}
