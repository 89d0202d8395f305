//! Encoded images to normalised tensors, on one thread: the side of fairgrid in `benchmarks/peers/images.py`.
//!
//! `FAIRGRID_IMAGES=FOLDER cargo bench --bench images` decodes the files of a folder again and again, brings them to 224 × 224 as ImageNet's
//! models want them and normalises them; it prints how many there were, and the seconds of processor time and of wall time that they took.
//! With `FAIRGRID_DECODE=fast`, JPEGs shrink while they are decoded. With `FAIRGRID_PIXELS=FOLDER`, it only writes
//! what becomes of each file, once at its own size and once fitted, as rows of red, green and blue: the side of fairgrid in
//! `benchmarks/peers/parity.py`.

#![allow(missing_docs, reason = "a bench has no interface")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench says what it measured, and panics where it cannot go on")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fairgrid::data::decode::decode;
use fairgrid::data::fit::{fit, shrink};
use fairgrid::spec::input::{Channels, Decoding, Fit, Input};

const SIDE: usize = 224;
const LEAST: Duration = Duration::from_secs(2);

fn main() {
    let Some(folder) = std::env::var_os("FAIRGRID_IMAGES") else {
        println!("nothing to decode: FAIRGRID_IMAGES names no folder");
        return;
    };
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = paths.iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>();
    let size = Some((SIDE as u32, SIDE as u32));
    let decoding = if std::env::var_os("FAIRGRID_DECODE").is_some_and(|word| word == "fast") { Decoding::Fast } else { Decoding::Exact };
    let input = Input { size, fit: Fit::CropFraction(0.875), channels: Some(Channels::Rgb), decode: decoding, ..Input::default() };
    let input = input.resolve((1, 1, 3)).unwrap();
    let decoded = |file: &[u8]| decode(file, 1 << 30, true, &|width, height| shrink(width, height, &input)).unwrap();
    if let Some(out) = std::env::var_os("FAIRGRID_PIXELS").map(PathBuf::from) {
        for (path, file) in paths.iter().zip(&files) {
            let pixels = decoded(file);
            let whole = Input { channels: Some(Channels::Rgb), ..Input::default() }.resolve((pixels.height, pixels.width, 3)).unwrap();
            let name = path.file_name().unwrap().to_string_lossy();
            std::fs::write(out.join(format!("{name}.whole")), fit(pixels.clone(), &whole).unwrap()).unwrap();
            std::fs::write(out.join(format!("{name}.fitted")), fit(pixels, &input).unwrap()).unwrap();
        }
        return;
    }
    // As backends do it: one look into a table for each byte.
    let statistics = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)];
    let tables = statistics.map(|(mean, std)| std::array::from_fn::<f32, 256, _>(|byte| ((byte as f64 / 255.0 - mean) / std) as f32));
    let mut tensor = vec![0.0_f32; 3 * SIDE * SIDE];
    let (start, before) = (Instant::now(), busy());
    let mut count = 0;
    while start.elapsed() < LEAST {
        for file in &files {
            let bytes = fit(decoded(file), &input).unwrap();
            for (channel, plane) in tensor.chunks_exact_mut(SIDE * SIDE).enumerate() {
                plane
                    .iter_mut()
                    .zip(bytes.chunks_exact(3))
                    .for_each(|(value, pixel)| *value = tables[channel][usize::from(pixel[channel])]);
            }
            black_box(&tensor);
            count += 1;
        }
    }
    println!("{count} {} {}", (busy() - before).as_secs_f64(), start.elapsed().as_secs_f64());
}

/// What this thread had of a processor so far.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}
