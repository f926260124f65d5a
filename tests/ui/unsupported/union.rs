use instructor::Extract;

#[derive(Extract)]
union Sample {
    a: u8,
    b: u16,
}

fn main() {}
