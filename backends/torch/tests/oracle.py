"""Writes oracle.json: what PyTorch 2.13 computes where this backend has its own formulas.

    python oracle.py > oracle.json        # needs torch
"""

import json

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_printoptions(precision=9)

LOGITS = [[2.0, -1.0, 0.5, 0.0], [0.1, 0.2, -0.3, 1.5], [-3.0, 4.0, 0.0, 9.0]]
CLASSES = [2, 3, 1]
PRESENT = [[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
KNOWN = [[1, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]]


def with_gradient(loss):
    """The loss of each item of LOGITS, and the gradient of their sum."""
    z = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    losses = loss(z)
    losses.sum().backward()
    return {"losses": losses.tolist(), "gradient": z.grad.tolist()}


def focal(z, gamma, alpha):
    y = torch.tensor(CLASSES)
    log_p = F.log_softmax(z, 1).gather(1, y[:, None])[:, 0]
    return -torch.tensor(alpha, dtype=torch.float64)[y] * (1 - log_p.exp()) ** gamma * log_p


def soft_targets(z, known):
    """Cross-entropy against 1/k on the present classes, among the classes of `known`; 0 without a present class."""
    present = torch.tensor(PRESENT, dtype=torch.float64)
    z = z.masked_fill(~torch.tensor(known, dtype=torch.bool), float("-1e30"))
    t = present / present.sum(1, keepdim=True).clamp(min=1)
    return torch.where(t > 0, -t * F.log_softmax(z, 1), torch.zeros_like(z)).sum(1)


def bce(z, known, mean):
    known = torch.tensor(known, dtype=torch.float64)
    terms = F.binary_cross_entropy_with_logits(z, torch.tensor(PRESENT, dtype=torch.float64), reduction="none") * known
    return terms.sum(1) / (known.sum(1) if mean else 1)


ALL = [[1] * 4] * 3
target = torch.tensor(CLASSES)
losses = {
    "cross_entropy": with_gradient(lambda z: F.cross_entropy(z, target, reduction="none")),
    "cross_entropy_smooth": with_gradient(lambda z: F.cross_entropy(z, target, reduction="none", label_smoothing=0.1)),
    "focal": with_gradient(lambda z: focal(z, 2.0, [1.0] * 4)),
    "focal_half": with_gradient(lambda z: focal(z, 0.5, [0.5, 1.0, 2.0, 0.25])),
    "bce": with_gradient(lambda z: bce(z, KNOWN, True)),
    "bce_sum": with_gradient(lambda z: bce(z, KNOWN, False)),
    "bce_absent": with_gradient(lambda z: bce(z, ALL, True)),
    "multilabel_softmax": with_gradient(lambda z: soft_targets(z, KNOWN)),
    "multilabel_softmax_denominator": with_gradient(lambda z: soft_targets(z, ALL)),
}

START = [0.5, -1.5, 2.0, 0.0]
GRADIENTS = [[0.1, -0.2, 0.3, 1.0], [0.4, 0.1, -0.3, -1.0], [-0.5, 0.2, 0.0, 1.0], [0.01, 3.0, -0.02, -1.0], [0.3, 0.3, 0.3, 0.3]]


def path(make):
    """The parameter after each step."""
    parameter = torch.nn.Parameter(torch.tensor(START))
    optimizer = make([parameter])
    steps = []
    for gradient in GRADIENTS:
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        steps.append(parameter.tolist())
    return steps


optimizers = {
    "sgd": path(lambda p: torch.optim.SGD(p, lr=0.1)),
    "sgd_momentum": path(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
    "sgd_nesterov": path(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True)),
    "adam": path(lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.02)),
    "adamw": path(lambda p: torch.optim.AdamW(p, lr=0.1)),
    "adamw_betas": path(lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)),
}

print(
    json.dumps(
        {
            "logits": LOGITS, "classes": CLASSES, "present": PRESENT, "known": KNOWN, "losses": losses,
            "start": START, "gradients": GRADIENTS, "optimizers": optimizers,
        },
        indent=1,
    )
)
