"""A random study: a file, an evaluation of it, and what peers say."""

import numpy as np

PROPAGATE, EXCLUDE = "propagate", "exclude"


def number(value):
    """None where there is none."""
    return None if value is None or not np.isfinite(value) else float(value)


class Study:
    """A file, an evaluation of it, and what peers say of it."""

    def __init__(self, name, frame, columns, evaluation, bootstrap=0):
        self.name, self.frame, self.columns, self.bootstrap = name, frame, columns, bootstrap
        self.evaluation = {"min_count": 1, **evaluation}
        self.calls, self.expected = {}, []

    def named(self):
        """Each call, and the name of its column."""
        return [((name, dict(options)), column) for (name, options), column in self.calls.items()]

    def expect(self, peer, metric, value, by="", group="", label="", **options):
        if "reference" in options:
            options = {**options, "by": by}
        column = self.calls.setdefault((metric, tuple(sorted(options.items()))), f"m{len(self.calls)}")
        self.expected.append(((column, by, group, label), peer, (metric, options), number(value)))


class Items:
    """The items of a group: truth, decisions, scores, weights."""

    def __init__(self, truth, decided, score, weight):
        self.truth, self.decided, self.score, self.weight = truth, decided, score, weight

    def of(self, part):
        return Items(*(column[part] for column in (self.truth, self.decided, self.score, self.weight)))

    def weighs(self, part):
        return self.weight[part].sum() > 0

    def any(self):
        return self.weight.sum() > 0

    def positives(self):
        return self.weighs(self.truth == 1)

    def negatives(self):
        return self.weighs(self.truth == 0)

    def selected(self):
        return self.weighs(self.decided == 1)

    def both(self):
        return self.positives() and self.negatives()

    def either(self):
        return self.positives() or self.selected()


def varied(items):
    truth, chosen = items.truth[items.weight > 0], items.decided[items.weight > 0]
    return len(np.unique(truth)) > 1 and len(np.unique(chosen)) > 1


def not_alike(items):
    part = items.weight > 0
    return len(np.unique(np.concatenate([items.truth[part], items.decided[part]]))) > 1


def missing(random, values, share):
    """Some of the values are not there."""
    return np.where(random.random(len(values)) < share, None, values.astype(object))


def levels(random, names, rows):
    """Levels of which some are rare."""
    weights = random.dirichlet(np.full(len(names), random.choice([0.3, 3.0])))
    return random.choice(names, rows, p=weights)


def combined(columns):
    """Of each item the levels of several fields, joined; None where one is missing."""
    return np.array([None if None in row else "|".join(row) for row in zip(*columns)], object)


def weights(random, rows):
    """None, or weights of which some are 0."""
    kind = random.integers(3)
    return None if kind == 0 else np.round(random.gamma(2.0, 1.0, rows), 3) * (random.random(rows) < (1.0 if kind == 1 else 0.9))


def averaged(values, support, average, policy):
    """The mean over classes; classes without a number are left out, or leave none."""
    values, support = np.asarray(values, float), np.asarray(support, float)
    there = np.isfinite(values) & ((support > 0) | (average == "macro"))
    needed = np.full(len(values), True) if average == "macro" else support > 0
    if not there.any() or (policy == PROPAGATE and not there[needed].all()):
        return None
    return np.average(values[there], weights=None if average == "macro" else support[there])
