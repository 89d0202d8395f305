"""Random studies for agree.py, and what each peer says of them."""

from .binary import binary, controlled
from .classes import several_classes, several_labels

STUDIES = [binary, several_classes, binary, several_labels, controlled]
