//! Pictures that are a NumPy file each: `.npy`, or a member of an `.npz` beside what is known of it, as Harvard's eyes are.

use super::folder::Folder;
use super::packed::zip;
use super::refused::shown;
use crate::command::Folder as Bare;

/// A NumPy array, its header as long as NumPy makes it.
fn npy(kind: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    let header = format!("{header:<117}\n");
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), elements].concat()
}

#[test]
fn an_array_of_bytes_is_an_image_like_any_other() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..18).map(|value| value * 7).collect();
    folder
        .write("a.npy", npy("|u1", "3, 6", &bytes))
        .write("b.npy", npy("|u1", "3, 6, 1", &bytes))
        .write("c.npy", npy("|u1", "3, 2, 3", &bytes));
    let dataset = folder.open("images: {glob: '*.npy'}\n").unwrap();
    assert_eq!(dataset.ids, ["a.npy", "b.npy", "c.npy"]);
    let read =
        |image, encoded| dataset.items.decode(image, encoded, true, &|_, _| 1).map(|pixels| (pixels.width, pixels.channels, pixels.bytes));
    let found = dataset.items.visit(&[0, 1, 2], read).unwrap();
    assert_eq!(found, [(6, 1, bytes.clone()), (6, 1, bytes.clone()), (2, 3, bytes.clone())]);
    // A box is cut out of it as of any image.
    folder.write("t.csv", "f,box\nc.npy,\"1,1,2,3\"\n");
    let cut = folder.open("images: {table: t.csv, path: '{f}', box: {from: box, format: xyxy}}\n").unwrap();
    let cut = cut.items.visit(&[0], |image, encoded| cut.items.decode(image, encoded, true, &|_, _| 1)).unwrap();
    assert_eq!(cut[0].bytes, [bytes[9..12].to_vec(), bytes[15..18].to_vec()].concat());
}

#[test]
fn arrays_that_are_no_images_are_rejected_with_the_reason() {
    let whole = npy("|u1", "4, 4", &[7; 16]);
    let folder = Bare::new()
        .file("root/good.npy", &whole)
        .file("root/short.npy", &whole[..whole.len() - 1])
        .file("root/long.npy", [whole.as_slice(), b"x"].concat())
        .file("root/cut.npy", &whole[..40])
        .file("root/wide.npy", npy("<u2", "4, 4", &[7; 32]))
        .file("root/planes.npy", npy("|u1", "3, 4, 4", &[7; 48]))
        .file("root/flat.npy", npy("|u1", "16,", &[7; 16]))
        .file("root/none.npy", npy("|u1", "0, 4", &[]))
        .file("root/large.npy", npy("|u1", "5000, 5000", &[7; 64]))
        .file("root/huge.npy", npy("|u1", "18446744073709551615, 18446744073709551615", &[7; 64]))
        .file("root/side.npy", npy("|u1", "5000000000, 0", &[]))
        .file("root/objects.npy", npy("|O", "1,", b"\x80\x04\x95cos\nsystem\n"));
    let turned = [
        &b"\x93NUMPY\x01\x00\x76\x00"[..],
        format!("{:<117}\n", "{'descr': '|u1', 'fortran_order': True, 'shape': (4, 4), }").as_bytes(),
        &[7; 16],
    ]
    .concat();
    let folder = folder.file("root/order.npy", turned);
    insta::assert_snapshot!(shown(&folder, "pixel_limit: 20000\nimages: {glob: '*.npy'}\n"));
}

/// Harvard-GF and its kin: an archive a picture, with race and diagnosis as arrays without a dimension.
#[test]
fn an_archive_a_picture_with_what_is_known_of_it() {
    let one = |value: u8| npy("<i8", "", &[value, 0, 0, 0, 0, 0, 0, 0]);
    let folder = (0..6_u8).fold(Bare::new(), |folder, at| {
        let part = if at < 4 { "Training" } else { "Test" };
        let members = [("slo_fundus.npy", npy("|u1", "4, 4", &[at * 40; 16])), ("race.npy", one(at % 3)), ("glaucoma.npy", one(at % 2))];
        let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        folder.file(&format!("root/{part}/data_{at:04}.npz"), zip(&members))
    });
    insta::assert_snapshot!(shown(
        &folder,
        "images: {archive: {train: 'Training/*.npz', test: 'Test/*.npz'}, glob: slo_fundus.npy}\n\
         sidecar: [{file: race.npy, fields: {race: {index: 0}}}, {file: glaucoma.npy, fields: {glaucoma: {index: 0}}}]\n\
         fields: {glaucoma: {map: {0: healthy, 1: glaucoma}}, race: {map: {0: Asian, 1: Black, 2: White}}}\n\
         label: glaucoma\nattribute: race\n"
    ));
}
