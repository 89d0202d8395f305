"""Draws, splits and weights from their definitions, for tests/data/oracle.rs. Shares are exact fractions here; the order in which units are drawn is
that of BLAKE3 digests (pip install numpy blake3)."""

import itertools
import json
import math
import pathlib
import struct
from collections import Counter, defaultdict
from fractions import Fraction as F

import numpy as np
from blake3 import blake3

OUT = pathlib.Path(__file__).parent / "draws.json"
random = np.random.default_rng(20)

# Sixty people of three races and two sexes, each with one to five photographs of four expressions.
items = []
for person in range(60):
    race = random.choice(["A", "B", "C"], p=[0.6, 0.3, 0.1])
    sex = random.choice(["f", "m"])
    for photograph in range(random.integers(1, 6)):
        items.append(dict(id=f"{person:02}-{photograph}", person=str(person), race=str(race), sex=str(sex),
                          emotion=str(random.choice(["happy", "neutral", "sad", "sick"], p=[0.5, 0.3, 0.15, 0.05])), w=str(random.integers(0, 9))))
items.append(dict(id="90-0", person="90", race="", sex="m", emotion="happy", w="4"))


def rank(seed, purpose, item, replicate=0):
    purpose, item = purpose.encode(), item.encode()
    head = struct.pack("<QQ", seed, len(purpose)) + purpose + struct.pack("<Q", replicate)
    return blake3(head + item).digest()[:16]


def turns(cells, seed):
    """Cells in the order in which levels take turns: in a block every field goes on by one level from cell to cell, in a circle, until all are back;
    the blocks are all ways in which the fields can begin apart from each other."""
    fields = list(zip(*cells))
    orders = [sorted(set(levels), key=lambda level: rank(seed, "turns", level, field)) for field, levels in enumerate(fields)]
    periods = [math.lcm(*(len(order) for order in orders[:field])) for field in range(len(orders) + 1)]
    apart = itertools.product(*(range(math.gcd(period, len(order))) for period, order in zip(periods, orders)))
    crossed = [tuple(order[(turn + ahead) % len(order)] for order, ahead in zip(orders, block)) for block in apart for turn in range(periods[-1])]
    return [cell for cell in crossed if cell in cells]


def hamilton(exact, cells, seed, able=lambda cell, quota: True):
    """Down, and one more for the largest fractions until the sum is that of all, halves up; of equal ones by turns, who is able to first."""
    quotas = [x.numerator // x.denominator for x in exact]
    missing = (sum(exact, F(0)) + F(1, 2)).__floor__() - sum(quotas)
    for fraction in sorted({x - x.__floor__() for x in exact}, reverse=True):
        tied = {cell: k for k, cell in enumerate(cells) if exact[k] - quotas[k] == fraction}
        groups = [[cell for cell, k in tied.items() if able(cell, quotas[k]) is yes] for yes in (True, False)]
        served = [tied[cell] for group in groups if group for cell in turns(group, seed)][: max(missing, 0)]
        missing -= len(served)
        # Their fractions are negative now: they are served once.
        for k in served:
            quotas[k] += 1
    return quotas


def units_of(rows, unit):
    units = defaultdict(list)
    for row in rows:
        units["s" + items[row][unit] if unit else "i" + items[row]["id"]].append(row)
    return units


def spread(goal, field, units):
    """The share of each level that occurs, in the order of the levels."""
    natural = Counter(items[rows[0]][field] for rows in units.values())
    levels = sorted({item[field] for item in items if item[field]})
    if goal == "natural":
        return [(level, F(natural[level], sum(natural.values()))) for level in levels]
    if goal == "equal":
        there = [level for level in levels if natural[level]]
        return [(level, F(1, len(there)) if natural[level] else F(0)) for level in levels]
    values = {level: F(str(share)) for level, share in goal.get("values", goal).items()}
    rest = 1 - sum(values.values())
    others = [level for level in levels if level not in values and natural[level]]
    weight = {level: F(natural[level]) if goal.get("remaining") == "natural" else F(1) for level in others}
    total = sum(weight.values(), F(0))
    return [(level, values.get(level, rest * weight[level] / total if level in weight else F(0))) for level in levels]


def urn(sample, rows=None):
    target = sample.get("target", {})
    fields = list(target) if isinstance(target, dict) else [field for field in target[0] if field != "share"]
    rows = range(len(items)) if rows is None else rows
    units = {name: rows for name, rows in units_of(rows, sample.get("unit")).items() if all(items[rows[0]][field] for field in fields)}
    if isinstance(target, dict):
        cells = []
        for combination in itertools.product(*(spread(goal, field, units) for field, goal in target.items())):
            cells.append((tuple(level for level, _ in combination), F(np.prod([share for _, share in combination], initial=F(1)))))
    else:
        cells = [(tuple(one[field] for field in fields), F(str(one["share"]))) for one in target]
    cells = [(levels, share) for levels, share in cells if share > 0]
    inside = [[(name, rows) for name, rows in units.items() if tuple(items[rows[0]][field] for field in fields) == levels] for levels, _ in cells]
    return cells, inside


def asked(sample, cells, inside, size):
    exact = [share * size for _, share in cells]
    if sample.get("round", "largest_remainder") != "largest_remainder":
        return [x.__floor__() for x in exact]
    there = {levels: len(units) for (levels, _), units in zip(cells, inside)}
    able = lambda cell, quota: bool(sample.get("replace")) or there[cell] > quota
    return hamilton(exact, [levels for levels, _ in cells], sample.get("seed", 0), able)


def feasible(sample, cells, inside, size):
    if sample.get("round") == "exact" and any((share * size).denominator != 1 for _, share in cells):
        return False
    quotas = asked(sample, cells, inside, size)
    return all(not quota or (units if sample.get("replace") else quota <= len(units)) for quota, units in zip(quotas, inside))


def largest(sample):
    cells, inside = urn(sample)
    if any(not units for units in inside):
        return 0
    # No draw without replacement is larger than all there is, but for shares that rounding down leaves out.
    return max((size for size in range(1, 4000) if feasible(sample, cells, inside, size)), default=0)


def draw(sample, size, key):
    cells, inside = urn(sample)
    if not feasible(sample, cells, inside, size):
        return None
    portions = []
    rows = [] if not sample.get("replace") else None
    for (levels, share), units, quota in zip(cells, inside, asked(sample, cells, inside, size)):
        portions.append(dict(levels=levels, share=float(share), asked=quota, exists=len(units)))
        if rows is not None:
            ranked = sorted(units, key=lambda unit: rank(sample.get("seed", 0), f"draw {key}", unit[0]))
            rows += [row for _, members in ranked[:quota] for row in members]
    return dict(portions=portions, rows=sorted(rows) if rows is not None else None)


samples = [
    dict(target=dict(race="equal")),
    dict(target=dict(race="equal", emotion="natural"), seed=3),
    dict(target=dict(race=dict(values=dict(C=0.2), remaining="natural"), sex="equal"), seed=1),
    dict(target=dict(race=dict(values=dict(A=0.29), remaining="equal")), seed=2),
    dict(target=dict(sex=dict(f=0.29, m=0.71))),
    dict(target=dict(race=dict(A=0.5, B=0.35, C=0.15), emotion=dict(values=dict(sad=0.3), remaining="equal")), seed=9),
    dict(target=dict(race="equal"), round="down"),
    dict(target=dict(race=dict(A=0.45, B=0.35, C=0.2)), round="exact"),
    dict(target=dict(race="equal", sex="equal"), unit="person", seed=4),
    dict(target=dict(race=dict(values=dict(B=0.55), remaining="natural")), unit="person", seed=5),
    dict(target=[dict(race="A", emotion="sad", share=0.7), dict(race="C", emotion="happy", share=0.3)]),
    dict(target=[dict(race="A", sex="f", share=0.15), dict(race="B", sex="m", share=0.35), dict(race="B", sex="f", share=0.5)], unit="person", seed=6),
    dict(seed=7),
    dict(target=dict(race="equal"), replace=True, seed=8),
    dict(target=dict(race=dict(A=0.05, C=0.95), emotion="equal"), replace=True, unit=None, seed=8),
]
cases = []
for sample in samples:
    sample = {key: value for key, value in sample.items() if value is not None}
    sizes = [7, 10, 30, 50, 75, 600] if sample.get("replace") else [most := largest(sample), most + 1, 7, 10, 15, 50]
    draws = [dict(size=size, key=key, drawn=draw(sample, size, key)) for size in sizes if size for key in ("", "focus=A")]
    # As text, since the order of keys counts.
    cases.append(dict(sample=json.dumps(dict(size=1) | sample), largest=None if sample.get("replace") else largest(sample), draws=draws))


def split_rows(splits, subject):
    """Siblings one by one, those with all items of a condition first: whole subjects, in the order of their digests, each that fits into what is left
    of its stratum's quota, and then the smallest of the others, where that comes nearer; what is then too much or too little is made up for in the
    next stratum. A fraction is of all items, and what it comes to is spread over the strata of what no sibling has."""
    made = {}
    for name, split in splits.items():
        if "where" in split:
            made[name] = [row for row, item in enumerate(items) if all(item[field] in levels for field, levels in split["where"].items())]
    for name, split in splits.items():
        if "fraction" not in split:
            continue
        units = units_of(range(len(items)), subject)
        if subject:
            units = {name: rows for name, rows in units.items()}
        strata = defaultdict(list)
        taken = {row for rows in made.values() for row in rows}
        for unit, rows in units.items():
            if taken.intersection(rows):
                continue
            # A field without a level is a stratum of its own, before all others.
            strata[tuple((items[rows[0]][field] != "", items[rows[0]][field]) for field in split.get("stratify", []))].append((unit, rows))
        ordered = sorted(strata.items())
        sizes = [sum(len(rows) for _, rows in units) for _, units in ordered]
        share = min(F(1), F(str(split["fraction"])) * len(items) / sum(sizes))
        quotas = hamilton([share * size for size in sizes], [tuple(level for _, level in stratum) for stratum, _ in ordered], split.get("seed", 0))
        drawn, owed = [], 0
        for (_, units), quota in zip(ordered, quotas):
            quota += owed
            count, others = 0, []
            for _, rows in sorted(units, key=lambda unit: rank(split.get("seed", 0), "split", unit[0])):
                if count + len(rows) > quota:
                    others.append(rows)
                    continue
                count += len(rows)
                drawn += rows
            if others and (least := min(others, key=len)) and count + len(least) - quota <= quota - count:
                count += len(least)
                drawn += least
            owed = quota - count
        made[name] = sorted(drawn)
    for name, split in splits.items():
        if split.get("rest"):
            taken = {row for rows in made.values() for row in rows}
            made[name] = [row for row in range(len(items)) if row not in taken]
    return made


splits = []
for subject in (None, "person"):
    for declared in [
        dict(test=dict(fraction=0.2, seed=0), train=dict(rest=True)),
        dict(test=dict(fraction=0.29, stratify=["race", "sex"], seed=3), train=dict(rest=True)),
        dict(test=dict(fraction=0.15, stratify=["race"], seed=1), validation=dict(fraction=0.25, stratify=["emotion"], seed=2), train=dict(rest=True)),
        dict(one=dict(fraction=0.5, stratify=["emotion"], seed=5), two=dict(fraction=0.5, stratify=["emotion"], seed=5)),
        dict(validation=dict(fraction=0.2, stratify=["emotion", "race"], seed=4), train=dict(rest=True), held_out=dict(where=dict(race=["A"]))),
    ]:
        splits.append(dict(splits=json.dumps(declared), subject=subject, rows=split_rows(declared, subject)))


def weigh(raw, clip):
    scaled = np.array(raw, dtype=float) / np.mean(raw)
    cut = np.minimum(scaled, clip or np.inf)
    return dict(weights=cut.tolist(), effective=float(cut.sum() ** 2 / (cut**2).sum()), clipped=int((scaled > (clip or np.inf)).sum()))


weights = []
for fields in (["race"], ["race", "emotion"], ["label", "attribute"]):
    real = [dict(label="emotion", attribute="race").get(field, field) for field in fields]
    cells = Counter(tuple(item[field] for field in real) for item in items)
    for clip in (None, 1.5, 4):
        known = {cell: count for cell, count in cells.items() if all(cell)}
        # Of whom a level is not known weighs like the mean of all others.
        mean = len(known) / sum(known.values())
        raw = [1 / known[cell] if cell in known else mean for item in items if (cell := tuple(item[field] for field in real))]
        weights.append(dict(weights=dict(inverse_frequency=fields, **({"clip": clip} if clip else {})), **dict(expected=weigh(raw, clip))))
for clip in (None, 1.2):
    raw = [float(item["w"]) for item in items]
    weights.append(dict(weights=dict(field="w", **({"clip": clip} if clip else {})), expected=weigh(raw, clip)))
biasing = dict(race=dict(A=1.0, C=0.25), emotion=dict(sad=0.1, happy=0.8))
raw = [1 / np.prod([levels.get(item[field], 1.0) for field, levels in biasing.items()]) for item in items]
weights.append(dict(weights=dict(biasing=biasing), expected=weigh(raw, None)))
weights.append(dict(weights=dict(biasing=biasing, clip=2.5), expected=weigh(raw, 2.5)))

OUT.write_text(json.dumps(dict(items=items, cases=cases, splits=splits, weights=weights), separators=(",", ":")) + "\n")
print(len(items), [case["largest"] for case in cases], OUT.stat().st_size)
