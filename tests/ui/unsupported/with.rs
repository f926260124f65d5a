use instructor::Extract;
use serde::Deserialize;

mod text {
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(d: D) -> Result<u8, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Deserialize, Extract)]
struct Sample {
    #[serde(with = "text")]
    one: u8,
    #[serde(deserialize_with = "text::deserialize")]
    two: u8,
}

fn main() {}
