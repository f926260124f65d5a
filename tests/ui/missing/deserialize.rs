use instructor::Extract;

#[derive(Extract)]
struct Sample {
    name: String,
}

fn main() {}
