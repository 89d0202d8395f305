//! Decoding and resizing against Pillow (`tests/oracles/pillow_images.py`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::UInt8Type;
use fairgrid::data::batches::{Batches, Extra, Order};
use fairgrid::data::bitmap::Pixels;
use fairgrid::data::decode::{decode, full};
use fairgrid::data::fit::{fit, shrink};
use fairgrid::data::images::Images;
use fairgrid::spec::distort::{Distort, Distortion};
use fairgrid::spec::input::{Channels, Decoding, Filter, Fit, Input};

use super::folder::Folder;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/images").join(name)
}

fn read(name: &str) -> Pixels {
    decode(&std::fs::read(file(name)).unwrap(), 1 << 30, true, &full).unwrap()
}

fn rgb(pixels: Pixels) -> Vec<u8> {
    let input = Input { channels: Some(Channels::Rgb), ..Input::default() };
    let input = input.resolve((pixels.height, pixels.width, 3)).unwrap();
    fit(pixels, &input).unwrap()
}

/// The largest difference of two values, and the share of values that differ.
fn difference(ours: &[u8], theirs: &[u8]) -> (u8, f64) {
    assert_eq!(ours.len(), theirs.len());
    let differences: Vec<u8> = ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b)).collect();
    let share = differences.iter().filter(|difference| **difference > 0).count() as f64 / ours.len() as f64;
    (differences.into_iter().max().unwrap_or(0), share)
}

#[test]
fn lossless_formats_decode_as_pillow_does() {
    for name in [
        "rgb.png",
        "gray.png",
        "palette.png",
        "alpha.png",
        "gray_alpha.png",
        "bilevel.png",
        "deep.png",
        "lossless.webp",
        "bitmap.bmp",
        "first.gif",
        "inset.gif",
        "beyond.gif",
        "behind.png",
        "magick.png",
        "xmp_lossless.webp",
    ] {
        let (whole, _) = name.split_once('.').unwrap();
        assert_eq!(difference(&rgb(read(name)), &rgb(read(&format!("{whole}.whole.png")))), (0, 0.0), "{name}");
    }
}

#[test]
fn jpegs_decode_to_the_bits_of_pillow() {
    for name in [
        "full.jpg",
        "half.jpg",
        "progressive.jpg",
        "gray_jpeg.jpg",
        "cmyk.jpg",
        "cmyk_across.jpg",
        "cmyk_half.jpg",
        "turned.jpg",
        "several.jpg",
        "xmp.jpg",
    ] {
        let (whole, _) = name.split_once('.').unwrap();
        assert_eq!(difference(&rgb(read(name)), &rgb(read(&format!("{whole}.whole.png")))), (0, 0.0), "{name}");
    }
    let turned = read("turned.jpg");
    assert_eq!((turned.width, turned.height), (45, 61));
}

#[test]
fn jpegs_shrink_while_they_are_decoded_as_with_pillows_draft() {
    for side in [60, 30] {
        let input = Input { size: Some((side, side)), decode: Decoding::Fast, channels: Some(Channels::Rgb), ..Input::default() };
        let input = input.resolve((1, 1, 3)).unwrap();
        let bytes = std::fs::read(file("large.jpg")).unwrap();
        let ours = decode(&bytes, 1 << 30, true, &|width, height| shrink(width, height, &input)).unwrap();
        let theirs = read(&format!("large.drafted-{side}.png"));
        assert_eq!((ours.width, ours.height), (theirs.width, theirs.height));
        assert_eq!(difference(&ours.bytes, &theirs.bytes), (0, 0.0), "{side}");
    }
}

#[test]
fn an_image_shrinks_only_as_far_as_its_target_allows() {
    let by = |decode, fit, size, (width, height)| {
        let input = Input { size, fit, decode, channels: Some(Channels::Rgb), ..Input::default() };
        shrink(width, height, &input.resolve((1, 1, 3)).unwrap())
    };
    let (stretch, crop) = (Fit::Stretch, Fit::CropFraction(0.875));
    assert_eq!(by(Decoding::Exact, crop, Some((224, 224)), (1600, 1200)), 1);
    assert_eq!(by(Decoding::Fast, crop, Some((224, 224)), (1600, 1200)), 4, "1200 over 256 is 4.7");
    assert_eq!(by(Decoding::Fast, crop, Some((224, 224)), (1200, 1600)), 4);
    assert_eq!(by(Decoding::Fast, crop, Some((224, 224)), (500, 375)), 1, "375 over 256 is below 2");
    assert_eq!(by(Decoding::Fast, stretch, Some((10, 100)), (1600, 1200)), 8, "no more than libjpeg can");
    assert_eq!(by(Decoding::Fast, stretch, Some((400, 100)), (1600, 1200)), 2, "3 is none of its steps");
    assert_eq!(by(Decoding::Fast, stretch, None, (1600, 1200)), 1);
}

#[test]
#[expect(clippy::print_stdout, reason = "the measured parity is worth seeing")]
fn resizing_is_within_one_level_of_pillow() {
    let filters = [("nearest", Filter::Nearest), ("bilinear", Filter::Bilinear), ("bicubic", Filter::Bicubic)];
    let fits = [
        ("photo.png", "stretch", Fit::Stretch, (48, 48)),
        ("photo.png", "crop", Fit::CropFraction(0.875), (56, 56)),
        ("tall.png", "tall", Fit::ShortestEdge, (50, 50)),
        ("photo.png", "grown", Fit::Stretch, (260, 300)),
        ("photo.crop-bilinear.png", "twice", Fit::CropFraction(0.875), (56, 56)),
        // Those that lose more of their height are resized in the other order.
        ("tall.png", "flat", Fit::Stretch, (40, 120)),
        ("slim.png", "slim", Fit::CropFraction(0.9), (18, 18)),
    ];
    for (name, how, fitting, size) in fits {
        for (word, filter) in filters {
            let input = Input { size: Some(size), fit: fitting, filter, channels: Some(Channels::Rgb), ..Input::default() };
            let ours = fit(read(name), &input.resolve((1, 1, 3)).unwrap()).unwrap();
            let (largest, share) = difference(&ours, &rgb(read(&format!("photo.{how}-{word}.png"))));
            println!("{how} {word}: at most {largest} levels, {:.1}% of values", share * 100.0);
            let levels = u8::from(filter != Filter::Nearest);
            assert!(largest <= levels, "{how} {word}: {largest} levels, {share}");
        }
    }
}

#[test]
fn the_nearest_of_two_pixels_is_the_one_that_pillow_takes() {
    let input = Input { size: Some((42, 224)), filter: Filter::Nearest, channels: Some(Channels::Gray), ..Input::default() };
    let ours = fit(read("ramp.png"), &input.resolve((1, 1, 1)).unwrap()).unwrap();
    assert_eq!(difference(&ours, &read("ramp.nearest.png").bytes), (0, 0.0));
}

/// The only image of a folder, fitted and then made worse.
fn distorted(folder: &Folder, input: Input, kind: Distortion, severity: u32) -> Vec<u8> {
    let dataset = Arc::new(folder.open("images: {glob: 'photo.png'}\n").unwrap());
    let input = dataset.resolve(&input).unwrap();
    let images = Arc::new(Images::decode(&dataset, &[0], &input, &folder.path().join("cache"), &|_, _| {}).unwrap());
    let extra = Extra { distort: Some(Distort { kind, severity, seed: 0 }), ..Extra::default() };
    let batch = Batches::new(dataset, images, &[0], 1, Order::Given, extra).next().unwrap().unwrap();
    batch.column(1).as_fixed_size_list().values().as_primitive::<UInt8Type>().values().to_vec()
}

#[test]
fn distortions_without_chance_are_those_of_imagenet_c() {
    let folder = Folder::new();
    folder.image("photo.png", "photo.png");
    let square = Input { size: Some((224, 224)), fit: Fit::Stretch, filter: Filter::Nearest, ..Input::default() };
    for (word, kind, input) in [
        ("brightness", Distortion::Brightness, Input::default()),
        ("contrast", Distortion::Contrast, Input::default()),
        ("pixelate", Distortion::Pixelate, Input::default()),
        ("gaussian_blur", Distortion::GaussianBlur, square),
    ] {
        let (largest, _) = difference(&distorted(&folder, input, kind, 3), &rgb(read(&format!("photo.{word}-3.png"))));
        assert!(largest <= 1, "{word}: {largest} levels");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the measured parity is worth seeing")]
fn noise_has_the_moments_of_imagenet_c() {
    let folder = Folder::new();
    image::RgbImage::from_pixel(200, 200, image::Rgb([102; 3])).save(folder.path().join("photo.png")).unwrap();
    let light: f64 = 102.0 / 255.0;
    for (kind, severity, deviation) in [
        (Distortion::GaussianNoise, 1, 255.0 * 0.08),
        (Distortion::ShotNoise, 1, 255.0 * (light / 60.0).sqrt()),
        (Distortion::ShotNoise, 3, 255.0 * (light / 12.0).sqrt()),
        (Distortion::ImpulseNoise, 5, (0.27 * (102.0_f64.powi(2) + 153.0_f64.powi(2)) / 2.0 - (0.27_f64 * 25.5).powi(2)).sqrt()),
    ] {
        let values: Vec<f64> = distorted(&folder, Input::default(), kind, severity).into_iter().map(f64::from).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let found = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        println!("{kind:?} {severity}: mean {mean:.2}, deviation {found:.2}, {deviation:.2} in theory");
        assert!((found / deviation - 1.0).abs() < 0.02, "{kind:?} {severity}: {found} and not {deviation}");
    }
    // Of three photons at full light, exact thirds arrive.
    let few = distorted(&folder, Input::default(), Distortion::ShotNoise, 5);
    assert!(few.iter().all(|value| value.is_multiple_of(85)), "{few:?}");
    let none = few.iter().filter(|value| **value == 0).count() as f64 / few.len() as f64;
    assert!((none - (-3.0 * light).exp()).abs() < 0.01, "{none}");
}

#[test]
#[expect(clippy::print_stdout, reason = "the measured parity is worth seeing")]
fn jpeg_compression_leaves_what_pillows_leaves() {
    let folder = Folder::new();
    folder.image("photo.png", "photo.png");
    let squeezed = |severity, channels| {
        distorted(&folder, Input { channels: Some(channels), ..Input::default() }, Distortion::JpegCompression, severity)
    };
    let mean = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64;
    let whole = rgb(read("photo.png"));
    for (severity, quality) in [(1, 25), (5, 7)] {
        let (ours, theirs) = (squeezed(severity, Channels::Rgb), rgb(read(&format!("photo.squeezed-{quality}.png"))));
        let (apart, lost) = (mean(&ours, &theirs), mean(&theirs, &whole));
        println!("quality {quality}: {apart:.2} levels from Pillow in the mean, where {lost:.2} are lost");
        assert!(apart < lost / 5.0, "quality {quality}: {apart} of {lost}");
        let turned: Vec<u8> = squeezed(severity, Channels::Bgr).chunks_exact(3).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        assert_eq!(turned, ours, "the order of the channels makes no difference");
    }
}

#[test]
fn luma_and_channel_order() {
    let input = |channels| Input { channels: Some(channels), ..Input::default() }.resolve((131, 187, 3)).unwrap();
    assert_eq!(fit(read("photo.png"), &input(Channels::Gray)).unwrap(), read("photo.luma.png").bytes);
    let (rgb, bgr) = (fit(read("photo.png"), &input(Channels::Rgb)).unwrap(), fit(read("photo.png"), &input(Channels::Bgr)).unwrap());
    assert_eq!((rgb[0], rgb[1], rgb[2]), (bgr[2], bgr[1], bgr[0]));
}
