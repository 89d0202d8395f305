"""Writes small images of every kind that is read, and what Pillow makes of them, to `tests/data/images/`.

    python -m venv env && env/bin/pip install numpy pillow==13.0.0 scikit-image && env/bin/python tests/oracles/pillow_images.py

`NAME.EXT` is the image; `NAME.whole.png` its pixels in RGB after the EXIF orientation; `photo.FIT-FILTER.png` resized as torchvision does
with Pillow images: the shorter edge to the size, rounded down, then the middle; `large.drafted-SIDE.png` what Pillow's `draft` makes of
`large.jpg` for images of that width and height; `photo.squeezed-QUALITY.png` what is left of a photograph after a JPEG of that quality;
`photo.DISTORTION-3.png` what ImageNet-C's formula makes of the photograph at severity 3, the blur of one of 224 x 224.
"""

import io
import zlib
from pathlib import Path

import numpy as np
import skimage
from PIL import Image, ImageOps

HERE = Path(__file__).parent.parent / "data" / "images"


def scene(width, height, seed):
    """Smooth gradients, edges and a little noise: what tells decoders and filters apart."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / [[[height]], [[width]]]
    planes = [np.sin(7 * x + 3 * y + phase) * 90 + 128 for phase in (0, 1, 2)]
    pixels = np.stack(planes, -1) + random.normal(0, 4, (height, width, 3))
    pixels[height // 4 : height // 2, width // 3 : width // 2] = (250, 20, 60)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def save(image, name, **options):
    image.save(HERE / name, **options)
    show(HERE / name)


def show(path):
    whole = Image.open(path)
    if whole.mode == "I;16":
        whole = Image.fromarray((np.asarray(whole) >> 8).astype(np.uint8))
    whole = ImageOps.exif_transpose(whole).convert("RGB")
    whole.save(HERE / f"{path.stem}.whole.png", optimize=True)


def torchvision(image, size, fraction, filter):
    edge = int(size / fraction)
    width, height = image.size
    whole = (edge, int(edge * height / width)) if width <= height else (int(edge * width / height), edge)
    image = image.resize(whole, filter)
    left, top = int(round((whole[0] - size) / 2)), int(round((whole[1] - size) / 2))
    return image.crop((left, top, left + size, top + size))


def corrupted(image):
    """The distortions of ImageNet-C without chance, at severity 3 (github.com/hendrycks/robustness, make_imagenet_c.py)."""
    values = np.asarray(image) / 255.0
    hsv = skimage.color.rgb2hsv(values)
    hsv[:, :, 2] = np.clip(hsv[:, :, 2] + 0.3, 0, 1)
    yield "brightness", skimage.color.hsv2rgb(hsv)
    means = np.mean(values, axis=(0, 1), keepdims=True)
    yield "contrast", (values - means) * 0.2 + means
    width, height = image.size
    small = image.resize((int(width * 0.4), int(height * 0.4)), Image.Resampling.BOX)
    yield "pixelate", np.asarray(small.resize((width, height), Image.Resampling.BOX)) / 255.0
    square = np.asarray(image.resize((224, 224), Image.Resampling.NEAREST)) / 255.0
    yield "gaussian_blur", skimage.filters.gaussian(square, sigma=3, channel_axis=-1)


def inset(name, other, right, below):
    """A GIF whose first frame does not fill the picture, which is so much larger, or reaches beyond it: the frame is at 3, 4."""
    gif = bytearray((HERE / name).read_bytes())
    width, height = int.from_bytes(gif[6:8], "little"), int.from_bytes(gif[8:10], "little")
    gif[6:10] = (width + right).to_bytes(2, "little") + (height + below).to_bytes(2, "little")
    frame = gif.index(b"\x2c\0\0\0\0" + width.to_bytes(2, "little") + height.to_bytes(2, "little"))
    gif[frame + 1 : frame + 5] = (3).to_bytes(2, "little") + (4).to_bytes(2, "little")
    (HERE / other).write_bytes(gif)
    show(HERE / other)


def turned(photo):
    """Files that say in rarer ways how they are to be turned."""

    def exif(orientation):
        block = Image.Exif()
        block[0x0112] = orientation
        return block.tobytes().removeprefix(b"Exif\0\0")

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    def xmp(orientation):
        return b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/>' % orientation

    png = (HERE / "rgb.png").read_bytes()
    (HERE / "behind.png").write_bytes(png[:-12] + chunk(b"eXIf", exif(8)) + png[-12:])
    block = (b"Exif\0\0" + exif(5)).hex()
    profile = f"\nexif\n{len(block) // 2:8}\n{block[:72]}\n{block[72:]}\n".encode()
    (HERE / "magick.png").write_bytes(png[:33] + chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)) + png[33:])
    save(photo, "xmp.jpg", quality=92, subsampling=0, xmp=xmp(7))
    save(photo, "xmp_lossless.webp", lossless=True, xmp=xmp(6))
    full = (HERE / "full.jpg").read_bytes()
    segments = [b"Exif\0\0" + exif(orientation) for orientation in (3, 6)]
    segments = [b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment for segment in segments]
    (HERE / "several.jpg").write_bytes(full[:2] + b"".join(segments) + full[2:])
    for name in ("behind.png", "magick.png", "several.jpg"):
        show(HERE / name)


def main():
    HERE.mkdir(exist_ok=True)
    photo = scene(61, 45, 1)
    save(photo, "rgb.png")
    save(photo.convert("L"), "gray.png")
    save(photo.convert("P", palette=Image.Palette.ADAPTIVE, colors=64), "palette.png")
    save(photo.convert("RGBA"), "alpha.png")
    save(photo.convert("LA"), "gray_alpha.png")
    save(photo.convert("1"), "bilevel.png")
    save(Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257 + 13), "deep.png")
    save(photo, "full.jpg", quality=92, subsampling=0)
    save(photo, "half.jpg", quality=85, subsampling=2)
    save(photo, "progressive.jpg", quality=85, progressive=True)
    save(photo.convert("L"), "gray_jpeg.jpg", quality=90)
    save(photo.convert("CMYK"), "cmyk.jpg", quality=92)
    save(photo.convert("CMYK"), "cmyk_across.jpg", quality=92, subsampling=1)
    save(photo.convert("CMYK"), "cmyk_half.jpg", quality=92, subsampling=2)
    lying = Image.Exif()
    lying[0x0112] = 6
    save(photo, "turned.jpg", quality=92, subsampling=0, exif=lying)
    turned(photo)
    save(photo, "lossless.webp", lossless=True)
    save(photo, "bitmap.bmp")
    save(photo.convert("P", palette=Image.Palette.ADAPTIVE), "first.gif", save_all=True, append_images=[scene(61, 45, 2).convert("P")])
    inset("first.gif", "inset.gif", 7, 9)
    inset("first.gif", "beyond.gif", 0, -6)

    large = scene(187, 131, 3)
    large.save(HERE / "photo.png", optimize=True)
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC, "nearest": Image.Resampling.NEAREST}
    for name, filter in filters.items():
        large.resize((48, 48), filter).save(HERE / f"photo.stretch-{name}.png", optimize=True)
        torchvision(large, 56, 0.875, filter).save(HERE / f"photo.crop-{name}.png", optimize=True)
        torchvision(large.transpose(Image.Transpose.ROTATE_90), 50, 1.0, filter).save(HERE / f"photo.tall-{name}.png", optimize=True)
        large.resize((300, 260), filter).save(HERE / f"photo.grown-{name}.png", optimize=True)
        torchvision(torchvision(large, 56, 0.875, filters["bilinear"]), 56, 0.875, filter).save(HERE / f"photo.twice-{name}.png", optimize=True)
        # So tall that Pillow begins with the height.
        large.transpose(Image.Transpose.ROTATE_90).resize((120, 40), filter).save(HERE / f"photo.flat-{name}.png", optimize=True)
        torchvision(large.resize((40, 120)), 18, 0.9, filter).save(HERE / f"photo.slim-{name}.png", optimize=True)
    large.resize((40, 120)).save(HERE / "slim.png", optimize=True)
    # The middle of every seventh pixel lies between two.
    ramp = Image.fromarray((np.arange(256)[None, :] * 7 + np.arange(48)[:, None] * 3).astype(np.uint8))
    ramp.save(HERE / "ramp.png", optimize=True)
    ramp.resize((224, 42), filters["nearest"]).save(HERE / "ramp.nearest.png", optimize=True)
    large.transpose(Image.Transpose.ROTATE_90).save(HERE / "tall.png", optimize=True)
    large.convert("L").save(HERE / "photo.luma.png", optimize=True)
    for quality in (25, 7):
        squeezed = io.BytesIO()
        large.save(squeezed, "JPEG", quality=quality)
        Image.open(squeezed).save(HERE / f"photo.squeezed-{quality}.png", optimize=True)
    for name, values in corrupted(large):
        pixels = (values.clip(0, 1) * 255).round().astype(np.uint8)
        Image.fromarray(pixels).save(HERE / f"photo.{name}-3.png", optimize=True)
    save(large, "large.jpg", quality=90)
    for side in (60, 30):
        drafted = Image.open(HERE / "large.jpg")
        drafted.draft("RGB", (side, side))
        drafted.save(HERE / f"large.drafted-{side}.png", optimize=True)


if __name__ == "__main__":
    main()
