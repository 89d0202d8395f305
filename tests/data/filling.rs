//! The image cache while it is filled: who reads waits, who fills shares, and what was cut off is not taken for whole.

use std::path::PathBuf;
use std::sync::Arc;

use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::spec::input::{Channels, Input, Resolved};

use super::folder::{Folder, IMAGES};

/// Images of 1,024 x 1,024 pixels, 21 to a shard, each of another grey: where they lie, what they are, and how they are wanted.
fn greys(count: u8) -> (Folder, Dataset, Resolved) {
    let folder = Folder::new();
    for grey in 0..count {
        let mut png = std::io::Cursor::new(Vec::new());
        image::GrayImage::from_pixel(4, 4, image::Luma([grey])).write_to(&mut png, image::ImageFormat::Png).unwrap();
        folder.write(&format!("{grey:03}.png"), png.into_inner());
    }
    let dataset = folder.open("images: {glob: '*.png'}\n").unwrap();
    let input = dataset.resolve(&Input { size: Some((1024, 1024)), channels: Some(Channels::Rgb), ..Input::default() }).unwrap();
    (folder, dataset, input)
}

fn cache(folder: &Folder) -> PathBuf {
    folder.path().join("filled")
}

fn grey(images: &Images, row: u32) -> Result<u8, String> {
    let mut bytes = vec![0; images.size()];
    images.read(row, &mut bytes).map_err(|error| error.to_string())?;
    assert!(bytes == vec![bytes[0]; bytes.len()], "row {row} is not of one grey");
    Ok(bytes[0])
}

#[test]
fn rows_are_read_while_others_are_decoded() {
    let (folder, dataset, input) = greys(30);
    let rows: Vec<u32> = (0..30).collect();
    let images = Images::open(&dataset, &rows, &input, &cache(&folder)).unwrap();
    std::thread::scope(|scope| {
        // The last row first: it is waited for.
        let reader = scope.spawn(|| rows.iter().rev().map(|row| grey(&images, *row).unwrap()).collect::<Vec<u8>>());
        let told = std::sync::Mutex::new(Vec::new());
        images.fill(&dataset, 2, &|done, total| told.lock().unwrap().push((done, total))).unwrap();
        let mut told = told.into_inner().unwrap();
        told.sort_unstable();
        assert_eq!(told, (1..=30).map(|done| (done, 30)).collect::<Vec<_>>());
        assert_eq!(reader.join().unwrap(), (0..30).rev().collect::<Vec<u8>>());
    });
    images.whole().unwrap();
    // What is there already is no progress.
    let again = Images::decode(&dataset, &rows, &input, &cache(&folder), &|_, _| panic!("decoded again")).unwrap();
    assert_eq!(grey(&again, 7), Ok(7));
    assert!(grey(&Images::decode(&dataset, &[1, 2], &input, &cache(&folder), &|_, _| ()).unwrap(), 3).is_err(), "row 3 was not asked for");
}

#[test]
fn a_row_can_be_read_before_the_last_is_decoded() {
    let (folder, dataset, input) = greys(30);
    let images = Arc::new(Images::open(&dataset, &(0..30).collect::<Vec<u32>>(), &input, &cache(&folder)).unwrap());
    let (reached, wait) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let wait = std::sync::Mutex::new(wait);
        let (filled, dataset) = (Arc::clone(&images), &dataset);
        // Decoding stands still at the tenth image until the first was read.
        scope.spawn(move || {
            filled.fill(dataset, 1, &|done, _| {
                if done == 10 {
                    wait.lock().unwrap().recv().unwrap()
                }
            })
        });
        assert_eq!(grey(&images, 0), Ok(0));
        reached.send(()).unwrap();
        assert_eq!(grey(&images, 29), Ok(29));
    });
}

#[test]
fn decoders_that_stand_back_for_a_reader_go_on_when_somebody_waits() {
    let folder = Folder::new();
    let tiny = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    for row in 0..600 {
        folder.write(&format!("{row:03}.png"), &tiny);
    }
    let dataset = folder.open("images: {glob: '*.png'}\n").unwrap();
    let input = dataset.resolve(&Input { size: Some((8, 8)), ..Input::default() }).unwrap();
    let rows: Vec<u32> = (0..600).collect();
    let images = Images::open(&dataset, &rows, &input, &cache(&folder)).unwrap();
    let mut bytes = vec![0; images.size()];
    std::thread::scope(|scope| {
        let filler = scope.spawn(|| images.fill(&dataset, 3, &|_, _| ()));
        // One row is read and then, for a while, none: of the others, no more is needed.
        images.read(0, &mut bytes).unwrap();
        images.read(599, &mut bytes).unwrap();
        images.whole().unwrap();
        filler.join().unwrap().unwrap();
    });
    rows.iter().for_each(|row| images.read(*row, &mut bytes).unwrap());
}

#[test]
fn those_who_wait_hear_of_a_broken_image_and_what_is_good_is_kept() {
    let (folder, _, _) = greys(30);
    let mut png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let middle = png.len() / 2;
    png[middle..middle + 20].fill(0);
    folder.write("025.png", &png);
    let dataset = folder.open("verify: structure\nimages: {glob: '*.png'}\n").unwrap();
    let input = dataset.resolve(&Input { size: Some((1024, 1024)), channels: Some(Channels::Rgb), ..Input::default() }).unwrap();
    let images = Images::open(&dataset, &(0..30).collect::<Vec<u32>>(), &input, &cache(&folder)).unwrap();
    assert!(images.failure().is_none());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| grey(&images, 25).unwrap_err());
        let error = images.fill(&dataset, 2, &|_, _| ()).unwrap_err().to_string();
        assert!(error.contains("\n  `025.png`: "), "{error}");
        assert_eq!(reader.join().unwrap(), error);
    });
    assert!(images.failure().is_some() && images.whole().is_err());
    // Those before it are there, and stay.
    assert_eq!(grey(&images, 24), Ok(24));
    Images::decode(&dataset, &(0..24).collect::<Vec<u32>>(), &input, &cache(&folder), &|_, _| panic!("decoded again")).unwrap();
}

#[test]
fn a_fill_that_was_cut_off_is_not_taken_for_whole() {
    let (folder, dataset, input) = greys(30);
    let rows: Vec<u32> = (0..30).collect();
    let images = Images::open(&dataset, &rows, &input, &cache(&folder)).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| grey(&images, 29).unwrap_err());
        let filler = scope.spawn(|| images.fill(&dataset, 1, &|done, _| assert!(done < 25, "cut off in the second shard")));
        assert!(filler.join().is_err());
        assert_eq!(reader.join().unwrap(), "images cannot be decoded: a decoder panicked");
    });
    drop(images);
    let again = Images::open(&dataset, &rows, &input, &cache(&folder)).unwrap();
    let told = std::sync::Mutex::new(Vec::new());
    again.fill(&dataset, 1, &|done, _| told.lock().unwrap().push(done)).unwrap();
    assert_eq!(told.into_inner().unwrap(), (22..=30).collect::<Vec<u64>>(), "the first shard was whole, the second is made anew");
    assert_eq!(rows.iter().map(|row| grey(&again, *row).unwrap()).collect::<Vec<u8>>(), (0..30).collect::<Vec<u8>>());
}

#[test]
fn those_who_fill_at_once_share_the_work() {
    let (folder, dataset, input) = greys(60);
    let rows: Vec<u32> = (0..60).collect();
    let all: Vec<Images> = (0..3).map(|_| Images::open(&dataset, &rows, &input, &cache(&folder)).unwrap()).collect();
    std::thread::scope(|scope| {
        for images in &all {
            scope.spawn(|| images.fill(&dataset, 1, &|_, _| ()).unwrap());
        }
        for images in &all {
            scope.spawn(|| {
                assert_eq!(rows.iter().map(|row| grey(images, *row).unwrap()).collect::<Vec<u8>>(), (0..60).collect::<Vec<u8>>())
            });
        }
    });
}
