"""First part of the InfoGAN's training, on procedural sprites (Chen et al. 2016).

On the way the lower bound of the mutual information and the alignment with the known factors are measured.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from atlas.chapters.generative.disentangle import mig
from atlas.chapters.generative.readout import read_codes
from atlas.networks.generators import NOISE, NUMBERS, SHAPE_CODES
from atlas.networks.modules.infogan import Discriminator, Generator
from atlas.probes.sprites import LEARNED, TEST_SEED, TRAINING_SEED, draw_factors, render
from atlas.runtime.precision import native_autocast, native_precision
from atlas.train import checkpoint

if TYPE_CHECKING:
    from torch import Tensor, nn

NAME = "infogan-sprites"
CHECKPOINT_SECONDS = 60.0


@dataclass(frozen=True)
class InfoGANRecipe:
    """Adam for both networks; rates fall linearly over the second half.

    `information` holds the weights of the bounds of choice and numbers in the loss. The generator that is shipped is
    the running mean (`average` is its decay) of the trained one's weights.
    """

    steps: int = 20_000
    batch: int = 64
    generator_rate: float = 5e-4
    discriminator_rate: float = 2e-4
    information: tuple[float, float] = (1.0, 0.2)
    average: float = 0.999
    images: int = LEARNED
    every: int = 500  # steps between two rows of the curve


@dataclass
class InfoGANRun:
    """A run at some step.

    `module` holds both networks, the averaged generator and the log spread of the numbers' head.
    """

    recipe: InfoGANRecipe
    seed: int
    folder: Path
    module: nn.ModuleDict
    optimizer: Any
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    SAVED: ClassVar[tuple[str, ...]] = ("step", "seconds", "history")

    @property
    def spread(self) -> nn.Parameter:
        """[K], the log spread of each number's head."""
        return self.module["spread"].get_parameter("log")

    def identity(self) -> dict[str, Any]:
        """The settings that must agree for a checkpoint to be continued."""
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self.recipe).items()}
        return {"network": NAME, "seed": self.seed, **plain, "precision": native_precision("cpu")}


Run = TypeVar("Run", bound=InfoGANRun)


def start(recipe: InfoGANRecipe, *, seed: int, folder: Path) -> InfoGANRun:
    """A run at step 0, its weights drawn from `seed`."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    module = networks()
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(part.weight, std=0.02)
    generator, discriminator, spread = module["generator"], module["discriminator"], module["spread"]
    module["average"].load_state_dict(generator.state_dict())
    optimizer = torch.optim.Adam(
        [
            {"params": list(generator.parameters()), "rate": recipe.generator_rate},
            {"params": [*discriminator.parameters(), *spread.parameters()], "rate": recipe.discriminator_rate},
        ],
        betas=(0.5, 0.999),
    )
    return InfoGANRun(recipe, seed, folder, module, optimizer)


def networks() -> nn.ModuleDict:
    """New networks: generator, discriminator, running mean of the generator, log spread of the numbers' head."""
    import torch
    from torch import nn

    z, spread = NOISE + NUMBERS + SHAPE_CODES, nn.Module()
    spread.register_parameter("log", nn.Parameter(torch.zeros(NUMBERS)))
    parts = {
        "generator": Generator(z),
        "discriminator": Discriminator(SHAPE_CODES, NUMBERS),
        "average": Generator(z).requires_grad_(False),
        "spread": spread,
    }
    return nn.ModuleDict(parts).to(memory_format=torch.channels_last)


def draw_codes(count: int, generator: Any) -> tuple[Tensor, Tensor, Tensor]:
    """z [N, Z], choice [N] int64 and numbers [N, K] in [-1, 1]; z is standard normal noise, numbers, one-hot choice."""
    import torch

    choice = torch.randint(SHAPE_CODES, (count,), generator=generator)
    numbers = torch.rand(count, NUMBERS, generator=generator) * 2 - 1
    noise = torch.randn(count, NOISE, generator=generator)
    return torch.cat([noise, numbers, torch.nn.functional.one_hot(choice, SHAPE_CODES).float()], 1), choice, numbers


def bound(logits: Tensor, means: Tensor, spread: Tensor, choice: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Lower bounds in nats of the mutual information of picture and code: of the choice (a scalar), of each number [K].

    Entropy of the code plus the mean log likelihood of the true code under the head (Chen et al. 2016, equation 5); the
    numbers' head is Gaussian with one learned log `spread` [K] each. `logits` [N, choices] and `means` [N, K] are the
    head's outputs, `choice` [N] and `numbers` [N, K] the true codes.
    """
    import torch
    from torch.nn import functional as F

    of_choice = math.log(SHAPE_CODES) - F.cross_entropy(logits, choice)
    squares = ((numbers - means) / spread.exp()).square()
    likelihood = -0.5 * squares - spread - 0.5 * math.log(2 * math.pi)
    return of_choice, math.log(2) + torch.mean(likelihood, 0)


def run_to_end(
    run: Run,
    train_step: Callable[[Run, Tensor], dict[str, float]],
    *,
    report: Callable[[str], None] = print,
    stop_after: int | None = None,
) -> None:
    """Train from `run.step` on, with a checkpoint every minute and at the end; ends early at the step `stop_after`."""
    import torch

    images = torch.from_numpy(render(draw_factors(run.recipe.images, TRAINING_SEED))).permute(0, 3, 1, 2)
    saved = begun = time.monotonic()
    first = run.step
    while run.step < run.recipe.steps and run.step != stop_after:
        before = time.monotonic()
        losses = train_step(run, images)
        run.step += 1
        if run.step % run.recipe.every == 0:
            run.history.append({"step": run.step, **losses, **measure(run)})
            report(_progress(run, (time.monotonic() - begun) / (run.step - first)))
        run.seconds += time.monotonic() - before
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            checkpoint.save(run)
            saved = time.monotonic()
    checkpoint.save(run)


def _progress(run: InfoGANRun, per_step: float) -> str:
    values = ", ".join(f"{key} {value:.3f}" for key, value in run.history[-1].items() if key != "step")
    left = per_step * (run.recipe.steps - run.step) / 60
    return f"{NAME}, seed {run.seed}: step {run.step}/{run.recipe.steps}, {values}, {left:.1f} min left"


def train_step(run: InfoGANRun, images: Tensor) -> dict[str, float]:
    """One step of the discriminator with its code head, one of the generator.

    `images` [M, 3, S, S] uint8 are all training sprites. Returns both losses under their names in the model card:
    "judged" is that of the discriminator, "fooled" that of the generator.
    """
    import torch
    from torch.nn import functional as F

    generator, discriminator = run.module["generator"], run.module["discriminator"]
    run.module.train()
    set_rates(run, min(1.0, 2 * (1 - run.step / run.recipe.steps)))
    real, (z, choice, numbers) = draw_batch(run, images)
    with native_autocast():
        fake = generator(z)
    discriminator_loss = _train_discriminator(run, real, fake.detach(), (choice, numbers))
    discriminator.requires_grad_(False)
    with native_autocast():
        score, logits, means = (part.float() for part in discriminator(fake))
    generator_loss = F.binary_cross_entropy_with_logits(score, torch.ones(len(score)))
    bounds = bound(logits, means, run.spread.detach(), choice, numbers)
    optimizer_step(run, generator_loss - information(run.recipe, bounds))
    discriminator.requires_grad_(True)
    update_average(run.module["average"], generator, run.recipe.average)
    return {"judged": round(discriminator_loss, 4), "fooled": round(generator_loss.item(), 4)}


def _train_discriminator(run: InfoGANRun, real: Tensor, fake: Tensor, codes: tuple[Tensor, Tensor]) -> float:
    """One step of discriminator and code head on pictures and the `codes` (choice, numbers) of the generated ones."""
    import torch
    from torch.nn import functional as F

    with native_autocast():
        score, logits, means = (part.float() for part in run.module["discriminator"](torch.cat([real, fake])))
    loss = F.binary_cross_entropy_with_logits(score, discriminator_targets(len(real)))
    bounds = bound(logits[len(real) :], means[len(real) :], run.spread, *codes)
    optimizer_step(run, loss - information(run.recipe, bounds))
    return float(loss.item())


def set_rates(run: InfoGANRun, share: float) -> None:
    """Set the rate of every parameter group to `share` of its own base rate."""
    for group in run.optimizer.param_groups:
        group["lr"] = group["rate"] * share


def draw_batch(run: InfoGANRun, images: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
    """Real pictures [N, 3, S, S] in [-1, 1] and as many codes (`draw_codes`), by the seed and the step of the run."""
    import torch

    random = torch.Generator().manual_seed(run.seed * 1_000_003 + run.step)
    chosen = torch.randint(len(images), (run.recipe.batch,), generator=random)
    return images[chosen].float() / 127.5 - 1, draw_codes(run.recipe.batch, random)


def discriminator_targets(count: int) -> Tensor:
    """Targets [2 N] for `count` real and then as many generated pictures: 0.9 and 0 (one-sided label smoothing)."""
    import torch

    return torch.cat([torch.full((count,), 0.9), torch.zeros(count)])


def information(recipe: InfoGANRecipe, bounds: tuple[Tensor, Tensor]) -> Tensor:
    """The information term of the loss: the weighted sum of the bounds of choice and numbers."""
    choice_weight, number_weight = recipe.information
    return choice_weight * bounds[0] + number_weight * bounds[1].sum()


def optimizer_step(run: InfoGANRun, loss: Tensor) -> None:
    """One step of the optimizer on `loss`, for the parameters that have a gradient."""
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    run.optimizer.step()


def update_average(average: nn.Module, trained: nn.Module, decay: float) -> None:
    """Move the exponential running mean `average` of weights towards those of `trained` by 1 - `decay`."""
    import torch

    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), trained.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


def measure(run: InfoGANRun, count: int = 2000) -> dict[str, float]:
    """Bounds of choice and numbers on generated pictures, and the mutual information gap (MIG) on sprites."""
    import torch

    average, discriminator = run.module["average"].eval(), run.module["discriminator"].eval()
    with torch.inference_mode():
        z, choice, numbers = draw_codes(count, torch.Generator().manual_seed(TEST_SEED))
        _, logits, means = discriminator(average(z))
        of_choice, of_numbers = bound(logits, means, run.spread, choice, numbers)
        factors = draw_factors(count, TEST_SEED)
        gaps = mig(read_codes(discriminator, render(factors)), factors)
    return {
        "bound_choice": round(float(of_choice), 4),
        "bound_numbers": round(float(of_numbers.sum()), 4),
        "mig": round(float(gaps.mean()), 4),
    }
