//! JPEGs that are damaged, or that a decoder does not foresee.

use fairgrid::data::decode::{decode, full};
use fairgrid::data::images::Images;
use fairgrid::spec::input::Input;

use super::folder::{Folder, IMAGES};

/// The place of the first marker of a kind.
fn at(bytes: &[u8], marker: u8) -> usize {
    bytes.windows(2).position(|window| window == [0xff, marker]).unwrap()
}

/// The pixels of a JPEG.
fn pixels(bytes: &[u8]) -> Vec<u8> {
    decode(bytes, 1 << 20, true, &full).unwrap().bytes
}

#[test]
fn jpegs_are_followed_from_marker_to_marker() {
    let folder = Folder::new();
    let whole = std::fs::read(format!("{IMAGES}/full.jpg")).unwrap();
    let at = |marker: [u8; 2]| whole.windows(2).position(|window| window == marker).unwrap();
    let with = |place: usize, bytes: &[u8]| [&whole[..place], bytes, &whole[place..]].concat();
    let scan = at([0xff, 0xda]) + 400;
    let changed = |place: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[place..place + bytes.len()].copy_from_slice(bytes);
        changed
    };
    folder
        .write("a/a-comment.jpg", with(2, b"\xff\xfe\x00\x08\xff\xd9\xff\xd8ab"))
        .write("a/b-filled.jpg", with(at([0xff, 0xdb]), b"\x00\x00\xff\xff"))
        .write("a/c-behind.jpg", [whole.as_slice(), b"what follows is no part of it \xff\x37"].concat())
        .write("a/d-junk.jpg", with(at([0xff, 0xdb]), b"junk"))
        .write("a/e-marker.jpg", changed(scan, b"\xff\x37"))
        .write("a/f-frame.jpg", changed(scan, b"\xff\xc0\x00\x04"))
        .write("a/g-begun.jpg", &whole[..at([0xff, 0xda])])
        .write("a/h-ended.jpg", [&whole[..at([0xff, 0xda])], b"\xff\xd9"].concat());
    let card = "images: {glob: 'a/*'}\n";
    assert_eq!(folder.open(card).unwrap().ids, ["a/a-comment.jpg", "a/b-filled.jpg", "a/c-behind.jpg"]);
    assert_eq!(
        folder.rejected(card),
        [
            "`a/d-junk.jpg`: a broken JPEG: a segment does not end where it says",
            "`a/e-marker.jpg`: a broken JPEG: the marker 0x37 stands in it",
            "`a/f-frame.jpg`: a broken JPEG: it has a second frame",
            "`a/g-begun.jpg`: a truncated JPEG",
            "`a/h-ended.jpg`: a truncated JPEG",
        ]
    );
}

#[test]
fn scans_without_their_tables_are_rejected() {
    let folder = Folder::new();
    for name in ["full", "progressive"] {
        let whole = std::fs::read(format!("{IMAGES}/{name}.jpg")).unwrap();
        let at = |marker: u8| whole.windows(2).position(|window| window == [0xff, marker]).unwrap();
        let frame = at(if name == "full" { 0xc0 } else { 0xc2 });
        let changed = |place: usize, byte: u8| {
            let mut changed = whole.clone();
            changed[place] = byte;
            changed
        };
        folder
            .write(&format!("a/{name}-a-quantization.jpg"), [&whole[..at(0xdb)], &whole[frame..]].concat())
            .write(&format!("a/{name}-b-component.jpg"), changed(frame + 12, 3))
            .write(&format!("a/{name}-c-codes.jpg"), changed(at(0xda) + 6, 0x30))
            .write(&format!("a/{name}-whole.jpg"), &whole);
    }
    let card = "images: {glob: 'a/*'}\n";
    insta::assert_snapshot!(folder.rejected(card).join("\n"));
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.ids, ["a/full-whole.jpg", "a/progressive-whole.jpg"]);
    let input = dataset.resolve(&Input::default()).unwrap();
    Images::decode(&dataset, &[0, 1], &input, &folder.path().join("cache"), &|_, _| {}).unwrap();
}

/// A JPEG without the table of a class (upper half) and a number.
fn without_codes(bytes: &[u8], table: u8) -> Vec<u8> {
    let start = bytes.windows(5).position(|window| window[..2] == [0xff, 0xc4] && window[4] == table).unwrap();
    let length = usize::from(u16::from_be_bytes([bytes[start + 2], bytes[start + 3]]));
    [&bytes[..start], &bytes[start + 2 + length..]].concat()
}

#[test]
fn the_standard_codes_stand_for_single_ones_that_are_missing() {
    let whole = std::fs::read(format!("{IMAGES}/full.jpg")).unwrap();
    // Half as many samples of luma as of one chroma, as only the second decoder takes them.
    let strange = |mut bytes: Vec<u8>| {
        let frame = at(&bytes, 0xc0);
        (bytes[frame + 11], bytes[frame + 14]) = (0x12, 0x21);
        bytes
    };
    for table in [0x00, 0x01, 0x10, 0x11] {
        let lacking = without_codes(&whole, table);
        assert_eq!(pixels(&lacking), pixels(&whole), "{table:#x}");
        assert_eq!(pixels(&strange(lacking)), pixels(&strange(whole.clone())), "{table:#x}");
    }
    let progressive = std::fs::read(format!("{IMAGES}/progressive.jpg")).unwrap();
    let lacking = decode(&without_codes(&progressive, 0x00), 1 << 20, true, &full).unwrap_err();
    assert_eq!(lacking, "a broken JPEG: a scan needs the Huffman table 0, which is not in it");
}

#[test]
fn colours_are_those_that_libjpeg_tells() {
    let whole = std::fs::read(format!("{IMAGES}/full.jpg")).unwrap();
    let (jfif, frame) = (at(&whole, 0xe0), at(&whole, 0xc0));
    let adobe =
        |transform: u8, bytes: &[u8]| [&bytes[..2], b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00", &[transform], &bytes[2..]].concat();
    let bare = [&whole[..jfif], &whole[jfif + 18..]].concat();
    let named = |bytes: &[u8]| {
        let (mut named, frame, scan) = (bytes.to_vec(), at(bytes, 0xc0), at(bytes, 0xda));
        for (number, name) in b"RGB".iter().enumerate() {
            (named[frame + 10 + 3 * number], named[scan + 5 + 2 * number]) = (*name, *name);
        }
        named
    };
    assert!(whole[jfif..].starts_with(b"\xff\xe0\x00\x10JFIF") && frame > jfif);
    let (luma, colours) = (pixels(&whole), pixels(&adobe(0, &bare)));
    assert_ne!(luma, colours);
    for (what, bytes, expected) in [
        ("no marker", bare.clone(), &luma),
        ("names", named(&bare), &colours),
        ("JFIF before names", named(&whole), &luma),
        ("JFIF before Adobe", adobe(0, &whole), &luma),
        ("Adobe before names", adobe(1, &named(&bare)), &luma),
        ("another of Adobe's", adobe(2, &bare), &luma),
    ] {
        assert!(pixels(&bytes) == *expected, "{what}");
    }
}

#[test]
fn what_one_decoder_cannot_cope_with_is_left_to_the_other() {
    let folder = Folder::new();
    let mut strange = std::fs::read(format!("{IMAGES}/cmyk.jpg")).unwrap();
    let frame = strange.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    // The second ink has four times as many samples as the others.
    strange[frame + 14] = 0x41;
    folder.write("a/1.jpg", strange).image("a/2.jpg", "cmyk.jpg");
    let dataset = folder.open("images: {glob: 'a/*'}\n").unwrap();
    assert_eq!(dataset.ids, ["a/1.jpg", "a/2.jpg"]);
    let input = dataset.resolve(&Input::default()).unwrap();
    Images::decode(&dataset, &[0, 1], &input, &folder.path().join("cache"), &|_, _| {}).unwrap();
}
