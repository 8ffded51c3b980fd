"""Heat maps against captum 0.9.0: the same network, threads, images, steps and score, in turn in one run.

RISE and Score-CAM, which captum does not have, run against a plain loop in float32 over the same masks. Our maps are
compared with our own in float32, and with the peer's.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from atlas.core.specs import Network
from atlas.methods.attribution import expected_gradients, integrated_gradients, noise, occlusion, rise, score_cam
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.target import Target, against_runner_up
from atlas.networks.modules.normalize import Normalize
from atlas.probes import probe_source
from atlas.probes.webp import decode
from tests.benchmarks.clock import interleaved

IMAGES = 2
LAST = "bn2.act"  # EfficientNet-Lite0's last maps
GOALS = {"integrated-gradients": 2.5, "smoothgrad": 2.5, "occlusion": 3.5, "rise": 3.5, "score-cam": 3.5}


def captum() -> Any | None:
    """The package's methods, or None where it cannot be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from captum import attr
    except ImportError:
        return None
    return attr


class Contrast(nn.Module):
    """What is explained: the sum of weights times logits of each image."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, images: Tensor, weights: Tensor) -> Tensor:
        score: Tensor = (self.module(images) * weights).sum(1)
        return score


@dataclass(frozen=True)
class Case:
    """A network, images of it and what is explained."""

    network: Network
    explained: Explained
    images: Tensor
    target: Target
    turns: Any

    @property
    def fresh(self) -> Tensor:
        """The images, each time a little different, so that no result of the turn before is found."""
        changed: Tensor = self.images + 1e-7 * next(self.turns)
        return changed


def rows(network: Network, pixels: Tensor) -> list[dict[str, Any]]:
    """One row a method: images a processor second of ours and of the peer, their ratio, correlations (the least)."""
    case = _case(network, pixels)
    peers = peers_of(case)
    found = []
    for method in methods().values():
        if method.name not in peers:
            continue
        ours = partial(_maps, method, case)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                spent, theirs = interleaved(ours, peers[method.name], rounds=3)
                agreement = least(ours(), peers[method.name]())
        except (RuntimeError, AssertionError) as error:  # captum has methods that fail on some networks
            found.append({"method": method.name, "error": f"{type(error).__name__}: {str(error).splitlines()[0][:80]}"})
            continue
        with patch("atlas.methods.attribution.explained.native_precision", lambda _device: "float32"):
            exact = method.attribute(Explained(case.network), case.images, case.target, seeds(case)).maps
        row: dict[str, Any] = {"method": method.name, "agreement": agreement, "float32": least(ours(), exact)}
        rates = {"ours": len(case.images) / spent, "peer": len(case.images) / theirs, "faster": theirs / spent}
        found.append(row | rates)
    return found


def seeds(case: Case) -> list[int]:
    """A seed for each image."""
    return list(range(len(case.images)))


def least(one: Tensor, two: Tensor) -> float:
    """The least correlation of two maps of one image."""
    pairs = zip(one.flatten(1).double(), two.flatten(1).double(), strict=True)
    return min(float(torch.corrcoef(torch.stack(pair))[0, 1]) for pair in pairs)


def _case(network: Network, pixels: Tensor) -> Case:
    images = Normalize(network.spec)(pixels)
    explained = Explained(network)
    with torch.no_grad():
        logits = explained(images)
    return Case(network, explained, images, against_runner_up(logits, logits.argmax(1)), count())


def _maps(method: Any, case: Case) -> Tensor:
    maps: Tensor = method.attribute(case.explained, case.fresh, case.target, seeds(case)).maps
    return maps


def peers_of(case: Case) -> dict[str, Callable[[], Tensor]]:
    """What computes the same maps [B, S, S] as our method of the same name; only the plain loops without captum."""
    loops: dict[str, Callable[[], Tensor]] = {
        "rise": partial(plain_rise, case),
        "score-cam": partial(plain_score_cam, case),
    }
    attr = captum()
    return loops if attr is None else loops | of_captum(attr, case)


def of_captum(attr: Any, case: Case) -> dict[str, Callable[[], Tensor]]:
    """Its methods with our settings, summed over the colours."""
    score, weights = Contrast(case.network.module), case.target.weights
    layer = case.network.module.get_submodule(LAST)
    spread = float(case.images.max() - case.images.min()) * noise.LEVEL
    patch_ = case.images.shape[-1] // occlusion.GRID
    noisy: dict[str, Any] = {"nt_samples": noise.SAMPLES, "stdevs": spread, "abs": False}

    def run(method: Any, **settings: Any) -> Tensor:
        found: Tensor = method.attribute(case.fresh, additional_forward_args=(weights,), **settings)
        return found.detach().sum(1)

    def enlarged(method: Any, **settings: Any) -> Tensor:
        maps: Tensor = method.attribute(case.fresh, additional_forward_args=(weights,), **settings)
        return attr.LayerAttribution.interpolate(maps.detach(), case.images.shape[-2:], "bilinear")[:, 0]  # type: ignore[no-any-return]

    baselines = torch.cat([
        expected_gradients.pink(image, seed, samples=expected_gradients.SAMPLES)
        for image, seed in zip(case.images, seeds(case), strict=True)
    ])  # fmt: skip
    tunnel = attr.NoiseTunnel(attr.Saliency(score))
    return {
        "saliency": partial(run, attr.Saliency(score), abs=False),
        "gradient-x-input": partial(run, attr.InputXGradient(score)),
        "integrated-gradients": partial(run, attr.IntegratedGradients(score), n_steps=integrated_gradients.STEPS),
        "smoothgrad": partial(run, tunnel, nt_type="smoothgrad", **noisy),
        "vargrad": partial(run, tunnel, nt_type="vargrad", **noisy),
        "expected-gradients": partial(
            run, attr.GradientShap(score), baselines=baselines, n_samples=expected_gradients.SAMPLES
        ),
        "guided-backprop": partial(run, attr.GuidedBackprop(score)),
        "deconvnet": partial(run, attr.Deconvolution(score)),
        "deeplift": partial(run, attr.DeepLift(score)),
        "grad-cam": partial(enlarged, attr.LayerGradCam(score, layer)),
        "guided-grad-cam": partial(run, attr.GuidedGradCam(score, layer), interpolate_mode="bilinear"),
        "occlusion": partial(
            run, attr.Occlusion(score), sliding_window_shapes=(3, patch_, patch_), strides=(3, patch_, patch_),
            perturbations_per_eval=occlusion.GRID**2,
        ),
    }  # fmt: skip


def plain_rise(case: Case) -> Tensor:
    """RISE over the same masks, the network as it is."""
    found = []
    for row, (image, seed) in enumerate(zip(case.fresh, seeds(case), strict=True)):
        drawn = rise.masks(seed, rise.MASKS, image.shape[-1])
        with torch.no_grad():
            logits = [case.network.module(image * part[:, None]) for part in torch.split(drawn, rise.BATCH)]
        found.append(rise.covariance(torch.cat(logits) @ case.target.weights[row], drawn))
    return torch.stack(found)


class _Plain(Explained):
    """An explained network whose scores are those of the module as it is."""

    def __init__(self, network: Network, explained: Explained) -> None:
        self.__dict__.update(explained.__dict__)
        self.module = network.module

    def score(self, target: Target, row: int | None = None, *, exact: bool = False) -> Callable[[Tensor], Tensor]:
        weights = target.weights if row is None else target.weights[row]
        return lambda images: (self.module(images) * weights).sum(1)


def plain_score_cam(case: Case) -> Tensor:
    """Score-CAM over the same maps, the network as it is."""
    plain = _Plain(case.network, case.explained)
    return score_cam.attribute(plain, case.fresh, case.target, seeds(case)).maps


def table(found: list[dict[str, Any]]) -> str:
    """The rows in words."""
    lines = [f"{'':<22} {'ours /s':>8} {'peer /s':>8} {'faster':>7} {'to float32':>11} {'to peer':>8}  {'to reach':>8}"]
    for row in found:
        if "error" in row:
            lines.append(f"{row['method']:<22} captum fails: {row['error']}")
            continue
        goal = GOALS.get(row["method"], 1.0)
        lines.append(
            f"{row['method']:<22} {row['ours']:>8.2f} {row['peer']:>8.2f} {row['faster']:>6.1f}x {row['float32']:>11.4f}"
            f" {row['agreement']:>8.3f}  {goal:>7.1f}x"
        )
    return "\n".join(lines)


def photographs(size: int, count: int = IMAGES) -> Tensor:
    """[N, 3, size, size] images of the embedded probe set in [0, 1]."""
    source = probe_source("embedded")
    part = source.make(next(iter(source.parts())))
    pixels = torch.from_numpy(decode(part.webp[:count])).permute(0, 3, 1, 2).float() / 255
    return nn.functional.interpolate(pixels, (size, size), mode="bilinear", antialias=True)
