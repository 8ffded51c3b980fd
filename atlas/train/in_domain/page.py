"""The page of the comparison, made from its record alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from atlas.core.specs import Array
from atlas.methods.attribution.method import methods
from atlas.methods.evaluation.single_deletion import GRID
from atlas.methods.evaluation.summary import ranks
from atlas.networks import NETWORKS
from atlas.publish.words import MINUS, count, listed
from atlas.train.in_domain.scores import FEW, IMAGES
from atlas.train.in_domain.tuning import KINDS

COMMAND = "ATLAS_DATA=FOLDER python -m atlas.train.in_domain"
NOTICED = 0.05  # of Kendall's tau: less is no change of a ranking
MOVED = 3.0  # ranks
HALF = f"{100 * KINDS['deleted']:.0f} %"
HEAD = f"""# In-domain single deletion

Deletion scores count it for a heat map if deleting what it marks lowers the score. But a network has never seen an
image with a hole, so the fall may be owed to the hole. Hesse, Schaub-Meyer and Roth
([arXiv:2407.11910](https://arxiv.org/abs/2407.11910)) fine-tune a network on images that lack a patch, and only then
score methods on it (IDSDS): by the rank correlation between the relevance of each of {GRID} × {GRID} patches and the
fall of the score when that patch becomes grey.

Here each miniature was tuned for one epoch from its shipped weights, at a tenth of its first rate, with one patch
deleted from {HALF} of the images, and, as a control for any further training, with whole images. The score is the
predicted class minus the runner-up. The images are validation photographs of tiny-imagenet-60: {IMAGES} for each
method, {FEW} for one that takes many passes. `{COMMAND}` computes this page and
[its data](in-domain-deletion.json), from which all its figures and findings are made.
"""
MEANING = """Tau is over the methods that are no controls. Two rankings over the same images err alike, so the last
columns compare rankings over one half of the images with those over the other, over {halves} random halves: both on the
shipped weights, then one on the shipped and one on the tuned weights. What tuning changes is the difference; less than
{noticed:g} on average is called no change.
"""
OCCLUSION = "Occlusion deletes patches itself, so its score is high by construction.\n"


def page(record: Mapping[str, Any], halves: int) -> str:
    """The whole page in Markdown."""
    networks = record["networks"]
    parts = [
        HEAD,
        f"## Finding\n\n{finding(networks)}\n",
        "## The ranking of methods, by network\n",
        by_network(networks),
    ]
    parts += [
        MEANING.format(halves=halves, noticed=NOTICED),
        "## Scores of methods, mean over networks\n",
        by_method(networks),
        OCCLUSION,
    ]
    return "\n".join(parts)


def finding(networks: Sequence[Mapping[str, Any]]) -> str:
    """Whether the ranking changes, and how foreign deleted patches were."""
    tau, same, other = (_taus(networks, "deleted", key) for key in ("tau", "same", "other"))
    verdict = "changes" if float((same - other).mean()) >= NOTICED else "does not change"
    lost = [_lost(networks, kind) for kind in ("shipped", "deleted")]
    return (
        f"Tuning on deleted patches {verdict} the ranking of attribution methods beyond what the choice of images "
        f"does: over {count(len(networks), 'network')}, Kendall's tau between halves of the images is "
        f"{_two(same.mean())} on the shipped weights and {_two(other.mean())} between shipped and tuned ones "
        f"({_two(tau.mean())} on the same images, {_two(tau.min())} to {_two(tau.max())}). {_control(networks)}"
        f"{_movers(networks)} A deleted patch costs the shipped networks {lost[0]} points of top-1 accuracy on "
        f"average, the tuned ones {lost[1]}."
    )


def _taus(networks: Sequence[Mapping[str, Any]], kind: str, key: str) -> Array:
    """A value of the agreement with weights of a kind, for each network that has them."""
    return np.array([network["agreement"][kind][key] for network in networks if kind in network["agreement"]])


def _two(value: float) -> str:
    """Two decimals."""
    return f"{value:.2f}".replace("-", MINUS)


def _control(networks: Sequence[Mapping[str, Any]]) -> str:
    """How much any further training changes, where it was tried."""
    both = [network for network in networks if "whole" in network["agreement"]]
    if not both:
        return ""
    deleted, whole = (_taus(both, kind, "other").mean() for kind in ("deleted", "whole"))
    return (
        f"In {count(len(both), 'network')} that were tuned on whole images, too, it is {_two(whole)} then, and "
        f"{_two(deleted)} after tuning on deleted patches. "
    )


def _lost(networks: Sequence[Mapping[str, Any]], kind: str) -> str:
    found = [n["weights"][kind]["top1"] - n["weights"][kind]["top1_deleted"] for n in networks]
    return f"{100 * float(np.mean(found)):.1f}"


def _movers(networks: Sequence[Mapping[str, Any]]) -> str:
    """Which methods' mean rank moves much."""
    names = _names(networks, controls=False)
    change = mean_ranks(networks, "deleted", names) - mean_ranks(networks, "shipped", names)
    moved = [f"{methods()[name].title} ({by:+.1f})" for name, by in zip(names, change, strict=True) if abs(by) >= MOVED]
    if not moved:
        return f"No method's mean rank moves by {MOVED:g} or more."
    return f"By {MOVED:g} or more move the mean ranks of {listed(moved).replace('-', MINUS)}, of {len(names)}."


def by_network(networks: Sequence[Mapping[str, Any]]) -> str:
    """Accuracy and agreement, a row a network and kind of tuning."""
    rows = [
        "| network | tuned on | top-1 | with a patch deleted | tau to shipped | halves, shipped | halves, to shipped |",
        "|---|---|---|---|---|---|---|",
    ]
    for network in networks:
        title = NETWORKS[network["network"]].title
        for kind, weights in network["weights"].items():
            own = network["agreement"].get(kind)
            cells = [_two(own[key]) for key in ("tau", "same", "other")] if own else ["", "", ""]
            what = {"shipped": "(shipped)", "deleted": "deleted patches", "whole": "whole images"}[kind]
            shares = [f"{100 * weights[key]:.1f} %" for key in ("top1", "top1_deleted")]
            rows.append(f"| {' | '.join([title, what, *shares, *cells])} |")
    return "\n".join(rows) + "\n"


def by_method(networks: Sequence[Mapping[str, Any]]) -> str:
    """Scores and ranks, a row a method, the best on shipped weights first, then the controls."""
    names, controls = _names(networks, controls=False), _names(networks, controls=True)
    order = [names[place] for place in np.argsort(mean_ranks(networks, "shipped", names), kind="stable")]
    columns = [mean_ranks(networks, kind, names) for kind in ("shipped", "deleted")]
    both = dict(zip(names, np.transpose(columns), strict=True))
    rows = [
        "| method | images | shipped | tuned on deleted patches | mean rank, shipped | mean rank, tuned |",
        "|---|---|---|---|---|---|",
    ]
    for name in [*order, *controls]:
        entries = [network["weights"]["shipped"]["methods"].get(name) for network in networks]
        most = max(entry["images"] for entry in entries if entry)
        means = [_two(_mean(networks, kind, name)) for kind in ("shipped", "deleted")]
        places = [f"{rank:.1f}" for rank in both[name]] if name in both else ["control", "control"]
        rows.append(f"| {' | '.join([methods()[name].title, str(most), *means, *places])} |")
    return "\n".join(rows) + "\n"


def mean_ranks(networks: Sequence[Mapping[str, Any]], kind: str, names: Sequence[str]) -> Array:
    """[M] mean rank of the methods `names` over the networks that have them, on weights of a kind."""
    found = []
    for network in networks:
        entries = network["weights"][kind]["methods"]
        found.append(ranks(np.array([entries[name]["mean"] if name in entries else np.nan for name in names])))
    mean: Array = np.nanmean(found, axis=0)
    return mean


def _mean(networks: Sequence[Mapping[str, Any]], kind: str, name: str) -> float:
    """The mean score of a method over the networks that have it."""
    found = [network["weights"][kind]["methods"].get(name) for network in networks]
    return float(np.mean([entry["mean"] for entry in found if entry]))


def _names(networks: Sequence[Mapping[str, Any]], *, controls: bool) -> list[str]:
    known = {name for network in networks for name in network["weights"]["shipped"]["methods"]}
    return [m.name for m in methods().values() if (m.family == "control") == controls and m.name in known]
