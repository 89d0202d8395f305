//! Makes the fingerprint.

fn main() -> std::io::Result<()> {
    fairgrid_sdk::fingerprint::emit(&[])
}
