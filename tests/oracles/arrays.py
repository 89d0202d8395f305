"""Arrays and archives as NumPy and tarfile write them, for tests/data/arrays.rs. Pixel (n, y, x, c) is 50 n + 10 y + 3 x + c."""

import io
import pathlib
import tarfile

import numpy as np

OUT = pathlib.Path(__file__).parent.parent / "data" / "arrays"
IMAGES = pathlib.Path(__file__).parent.parent / "data" / "images"

n, y, x, c = np.meshgrid(np.arange(4), np.arange(3), np.arange(2), np.arange(3), indexing="ij")
images = (50 * n + 10 * y + 3 * x + c).astype(np.uint8)
more = dict(
    train_images=images,
    train_labels=np.array([[0], [2], [1], [2]], dtype=np.int64),
    ages=np.array([3.5, 40, np.nan, 61], dtype=">f4"),
    names=np.array(["Ada", "Grâce", "", "Li"]),
    marks=np.array([[1, 0], [0, 0], [0, 1], [1, 1]], dtype=bool),
    shorter=np.zeros(3, dtype=np.uint8),
)
np.savez_compressed(OUT / "faces.npz", **more)
np.savez(OUT / "stored.npz", train_images=images[..., 1], train_labels=more["train_labels"].astype(np.uint8))
np.save(OUT / "planes.npy", np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
np.save(OUT / "fortran.npy", np.asfortranarray(images))
np.save(OUT / "unit.npy", images / 255)
np.save(OUT / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
np.save(OUT / "wide.npy", np.zeros((2, 3, 2, 7), dtype=np.uint8))

# CIFAR-100's binary form: two bytes of labels, then the red, the green and the blue plane.
records = [bytes([label, 10 + label]) + image.transpose(2, 0, 1).tobytes() for label, image in zip([0, 2, 1, 2], images)]
(OUT / "batch_1.bin").write_bytes(b"".join(records[:3]))
(OUT / "batch_2.bin").write_bytes(b"".join(records[3:]))

photo = (IMAGES / "full.jpg").read_bytes()
with tarfile.open(OUT / "photos.tgz", "w:gz", format=tarfile.PAX_FORMAT) as tar:
    for name in ["a/one.jpg", f"{'deep/' * 30}two.jpg", "../outside.jpg"]:
        member = tarfile.TarInfo(name)
        member.size = len(photo)
        tar.addfile(member, io.BytesIO(photo))
    for kind, name in [(tarfile.SYMTYPE, "a/link.jpg"), (tarfile.LNKTYPE, "a/hard.jpg"), (tarfile.FIFOTYPE, "a/pipe.jpg")]:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else "a/one.jpg"
        tar.addfile(member)
