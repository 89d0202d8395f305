//! Running studies through the binary: the store, the workers, and everything that can go wrong on the way.

mod averages;
mod becoming;
mod comparing;
mod consistency;
mod decisions;
mod distorted;
mod embeddings;
mod evidence;
mod faults;
mod folds;
mod interrupted;
mod lessons;
mod listing;
mod mistakes;
mod mock;
mod only;
mod ruling;
mod sides;
mod store;
mod targets;

use std::collections::HashMap;
use std::path::PathBuf;

use crate::backend::fixture::{faulty, plain};
use crate::command::{Call, Folder, fairgrid};

const CARD: &str = r"
fairgrid_card: 1
dataset: squares
license: made for this test
images: {glob: 'images/*.png', name: '(?<shade>[a-z]+)-(?<side>[a-z]+)-\d+\.png'}
fields:
  shade: {from: shade}
  side: {from: side, provenance: annotated}
label: shade
splits: {test: {fraction: 0.5, seed: 0}, train: {rest: true}}
";

/// A folder with forty small gray squares, their card and a study.
fn study(name: &str, text: &str) -> Folder {
    let mut folder = Folder::new().file("squares.yaml", CARD).file(&format!("{name}.yaml"), format!("fairgrid: 1\nstudy: {name}\n{text}"));
    for index in 0..40_u8 {
        let (shade, gray) = if index % 2 == 0 { ("dark", 20 + index) } else { ("light", 200 + index) };
        let side = if index % 3 == 0 { "left" } else { "right" };
        let mut png = std::io::Cursor::new(Vec::new());
        image::GrayImage::from_pixel(4, 4, image::Luma([gray])).write_to(&mut png, image::ImageFormat::Png).unwrap();
        folder = folder.file(&format!("images/{shade}-{side}-{index}.png"), png.into_inner());
    }
    folder
}

const DATA: &str = "data: {squares: {card: squares.yaml}}\n";
const EVALUATE: &str = "evaluate: {test: {data: squares/test, groups: [side], metrics: [accuracy_score]}}\nuncertainty: {bootstrap: 0}\n";

/// A model of the plain backend, which learns for real.
fn learner(seed: &str) -> String {
    format!(
        "{{backend: plain, architecture: nearest_mean, threads: 1, input: {{size: [4, 4], channels: gray}}, train: {{data: squares/train, \
         loss: squared_distance, seed: {seed}, epochs: 2, batch_size: 5, optimizer: running_mean}}}}"
    )
}

/// A model of the faulty backend that only infers.
fn faulty_model(architecture: &str) -> String {
    format!("{{backend: faulty, architecture: {architecture}, threads: 1, input: {{size: [4, 4], channels: gray}}}}")
}

fn folder_of(library: PathBuf) -> PathBuf {
    library.parent().unwrap().to_owned()
}

/// `fairgrid` in a folder, with both backends of the tests and a cache of its own.
fn call(folder: &Folder, arguments: &[&str]) -> Call {
    let path = std::env::join_paths([folder_of(plain()), folder_of(faulty())]).unwrap();
    fairgrid(arguments).env("FAIRGRID_BACKEND_PATH", path).env("XDG_CACHE_HOME", folder.path("cache")).within(folder)
}

/// The rows of a CSV file, each by its columns' names.
fn table(folder: &Folder, path: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.path(path)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}
