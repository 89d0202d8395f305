//! Bad input as its user meets it: `fairgrid data CARD` counts and locates what it refuses, and a strict card is refused as a whole.

use std::io::{Cursor, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use zip::write::SimpleFileOptions;

use super::folder::IMAGES;
use crate::command::{Folder, Outcome, fairgrid};

fn image(name: &str) -> Vec<u8> {
    std::fs::read(format!("{IMAGES}/{name}")).unwrap()
}

/// What `fairgrid data` says of a card in a folder.
fn shown(folder: &Folder, card: &str) -> Outcome {
    std::fs::write(folder.path("root/card.yaml"), format!("fairgrid_card: 1\ndataset: faces\nlicense: none\n{card}")).unwrap();
    fairgrid(["data", "root/card.yaml"]).env("XDG_CACHE_HOME", folder.path("cache")).within(folder).run()
}

/// One image that is whole, one of every kind that is not, and what only looks like an image.
fn spoilt() -> Folder {
    let (png, jpeg) = (image("rgb.png"), image("full.jpg"));
    let folder = Folder::new()
        .file("root/a/good.png", &png)
        .file("root/a/truncated.jpg", &jpeg[..jpeg.len() / 2])
        .file("root/a/text.png", "no image")
        .file("root/a/empty.jpg", "")
        .file("root/a/bomb.png", image("photo.png"))
        .file("root/a/folder.png/inside.png", &png)
        .file("outside/secret.png", &png)
        .file("outside/more/secret.png", &png);
    let place = |name: &str| folder.path("root/a").join(name);
    symlink("good.png", place("within.png")).unwrap();
    symlink("../../outside/secret.png", place("leaves.png")).unwrap();
    symlink("../../outside/more", place("more")).unwrap();
    symlink("..", place("round")).unwrap();
    symlink("itself.png", place("itself.png")).unwrap();
    symlink("nothing.png", place("lost.png")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, place("pipe.png"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    std::fs::write(folder.path("root/a").join(std::ffi::OsStr::from_bytes(b"caf\xe9.png")), &png).unwrap();
    folder
}

#[test]
fn what_lies_in_a_folder_and_is_no_whole_image_is_counted_and_located() {
    let folder = spoilt();
    let card = "pixel_limit: 20000\nimages: {glob: 'a/**/*.{jpg,png}'}\n";
    insta::assert_snapshot!(shown(&folder, card));
    let strict = shown(&folder, &format!("strict: true\n{card}"));
    assert_eq!(strict.code, Some(2), "{strict}");
    insta::assert_snapshot!(strict);
}

#[test]
fn what_a_table_names_and_cannot_be_read_is_counted_with_its_line() {
    let folder = spoilt();
    let table = "file,tone\n\
        a/good.png,dark\n\
        a/good.png,light\n\
        a/within.png,light\n\
        a/leaves.png,dark\n\
        a/more/secret.png,dark\n\
        ../outside/secret.png,dark\n\
        a/round/a/good.png,dark\n\
        a/itself.png,dark\n\
        a/pipe.png,dark\n\
        a/folder.png,dark\n\
        a/never.png,dark\n\
        a/text.png,dark\n\
        a/good.png\n\
        ,dark\n";
    std::fs::write(folder.path("root/faces.csv"), table).unwrap();
    let card = "images: {table: faces.csv, path: '{file}'}\nfields: {tone: {levels: [dark, light]}}\n";
    insta::assert_snapshot!(shown(&folder, card));
    let strict = shown(&folder, &format!("strict: true\n{card}"));
    assert_eq!(strict.code, Some(2), "{strict}");
}

#[test]
fn members_of_an_archive_that_leave_it_or_are_no_images_are_counted() {
    let (png, jpeg) = (image("rgb.png"), image("full.jpg"));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let deflated = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in [("a/good.png", &png[..]), ("../leaves.png", &png), ("a/cut.jpg", &jpeg[..300]), ("a/empty.png", &[])] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    // Four mebibytes of nothing in four kibibytes, where 20,000 pixels are allowed.
    zip.start_file("a/bomb.png", deflated).unwrap();
    zip.write_all(&vec![0; 4 << 20]).unwrap();
    zip.add_symlink("a/link.png", "/etc/passwd", stored).unwrap();
    let folder = Folder::new().file("root/faces.zip", zip.finish().unwrap().into_inner());
    let card = "pixel_limit: 20000\nimages: {archive: faces.zip, glob: '**/*.{jpg,png}'}\n";
    insta::assert_snapshot!(shown(&folder, card));
}
