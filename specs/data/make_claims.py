"""Makes `claims.csv`: made-up predictions of a made-up screening tool, which misses more patients with dark skin. Standard library only."""

import csv
import math
import pathlib
import random

SHIFT = {"light": 0, "medium": -0.15, "dark": -0.7}

random.seed(20)
rows = []
for patient in range(150):
    skin = random.choices(list(SHIFT), [5, 3, 2])[0]
    site = random.choice(["north", "south"])
    for eye in ["left", "right"][: random.choice([1, 2])]:
        truth = random.random() < 0.35
        z = (1.6 + SHIFT[skin] if truth else -1.3) + random.gauss(0, 1.1)
        score = 1 / (1 + math.exp(-z))
        split = "validation" if patient % 3 == 0 else "test"
        rows.append([f"p{patient:03}-{eye}", f"p{patient:03}", split, skin, site, "refer" if truth else "healthy", f"{score:.3f}"])

with open(pathlib.Path(__file__).parent / "claims.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "patient", "split", "skin", "site", "truth", "score"])
    writer.writerows(rows)
