"""Adversarial fine-tuning, the second part of the InfoGAN's training: a critic makes the generator draw sharp edges.

The generator's batch norms keep the statistics of the first part. Batch statistics in its dense layers blur the
pictures, since each picture then depends on the others of its batch.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas import weights
from atlas.chapters.generative.readout import PREFIX
from atlas.networks.modules.infogan import Critic
from atlas.train.infogan import (
    InfoGANRecipe,
    InfoGANRun,
    bound,
    discriminator_targets,
    draw_batch,
    draw_codes,
    information,
    networks,
    optimizer_step,
    set_rates,
    update_average,
)

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer


@dataclass(frozen=True)
class AdversarialRecipe(InfoGANRecipe):
    """Adam for all networks; rates fall linearly from the first step on.

    For `alone` steps only the critic is trained.
    """

    steps: int = 6_000
    alone: int = 150
    generator_rate: float = 3e-4
    critic_rate: float = 4e-4
    discriminator_rate: float = 1e-4
    spread_rate: float = 5e-3


@dataclass
class AdversarialRun(InfoGANRun):
    """A run of the second part; `module` holds the critic too.

    `begun` is the SHA-256 of the weights that it started from.
    """

    recipe: AdversarialRecipe
    begun: str = ""

    def identity(self) -> dict[str, Any]:
        """The settings that must agree for a checkpoint to be continued. It computes in float32 everywhere."""
        settings = {**asdict(self.recipe), "information": list(self.recipe.information)}
        return {"seed": self.seed, "begun": self.begun, **settings, "precision": "float32"}


def start(recipe: AdversarialRecipe, *, seed: int, folder: Path, begun: Path) -> AdversarialRun:
    """A run at step 0 from the weight file `begun` of the first part; the critic's weights are drawn from `seed`."""
    import torch

    torch.manual_seed(seed)
    module, critic = networks(), Critic().to(memory_format=torch.channels_last)
    module["critic"] = critic
    _load(module, weights.read(begun))
    optimizer = _optimizer(recipe, module)
    run = AdversarialRun(recipe, seed, folder, module, optimizer, begun=weights.digest(begun))
    _measure_spread(run)
    return run


def _load(module: nn.ModuleDict, state: dict[str, Tensor]) -> None:
    """Load generator, its running mean and discriminator from the `state` of one weight file."""
    generator = {key: value for key, value in state.items() if not key.startswith(PREFIX)}
    discriminator = {key.removeprefix(PREFIX): value for key, value in state.items() if key.startswith(PREFIX)}
    module["generator"].load_state_dict(generator)
    module["average"].load_state_dict(generator)
    module["discriminator"].load_state_dict(discriminator)


def _optimizer(recipe: AdversarialRecipe, module: nn.ModuleDict) -> Optimizer:
    import torch

    early, late = (0.0, 0.99), (0.5, 0.999)  # Adam's betas
    groups = (
        ("generator", recipe.generator_rate, early),
        ("critic", recipe.critic_rate, early),
        ("discriminator", recipe.discriminator_rate, late),
        ("spread", recipe.spread_rate, late),
    )
    return torch.optim.Adam(
        [{"params": list(module[name].parameters()), "rate": rate, "betas": betas} for name, rate, betas in groups]
    )


def _measure_spread(run: AdversarialRun, count: int = 1000) -> None:
    """Set the spread of each number to the error of the discriminator's head; the weight file does not hold it."""
    import torch

    with torch.no_grad():
        z, _, numbers = draw_codes(count, torch.Generator().manual_seed(run.seed))
        _, _, means = run.module["discriminator"].eval()(run.module["generator"].eval()(z))
        run.spread.copy_((means - numbers).square().mean(0).sqrt().log())


def adversarial_step(run: AdversarialRun, images: Tensor) -> dict[str, float]:
    """One step of critic and discriminator, then one of the generator against the critic and for the codes.

    `images` [M, 3, S, S] uint8 are all training sprites. Returns both losses under their names in the model card:
    "judged" is that of the critic, "fooled" that of the generator.
    """
    run.module.train()
    run.module["generator"].eval()
    set_rates(run, 1 - run.step / run.recipe.steps)
    real, codes = draw_batch(run, images)
    fake = run.module["generator"](codes[0])
    critic_loss = _train_critic_and_discriminator(run, real, fake.detach(), codes)
    generator_loss = _train_generator(run, fake, codes)
    update_average(run.module["average"], run.module["generator"], run.recipe.average)
    return {"judged": round(critic_loss, 4), "fooled": round(generator_loss, 4)}


def _train_critic_and_discriminator(
    run: AdversarialRun, real: Tensor, fake: Tensor, codes: tuple[Tensor, Tensor, Tensor]
) -> float:
    import torch
    from torch.nn import functional as F

    critic, (_, choice, numbers) = run.module["critic"], codes
    critic_loss = F.softplus(-critic(real)).mean() + F.softplus(critic(fake)).mean()
    score, logits, means = run.module["discriminator"](torch.cat([real, fake]))
    discriminator_loss = F.binary_cross_entropy_with_logits(score, discriminator_targets(len(real)))
    bounds = bound(logits[len(real) :], means[len(real) :], run.spread, choice, numbers)
    optimizer_step(run, critic_loss + discriminator_loss - information(run.recipe, bounds))
    return float(critic_loss.item())


def _train_generator(run: AdversarialRun, fake: Tensor, codes: tuple[Tensor, Tensor, Tensor]) -> float:
    """One step of the generator, none while the critic is trained alone; returns the loss against the critic."""
    from torch.nn import functional as F

    critic, discriminator, (_, choice, numbers) = run.module["critic"], run.module["discriminator"], codes
    critic.requires_grad_(False)
    discriminator.requires_grad_(False)
    loss = F.softplus(-critic(fake)).mean()
    if run.step >= run.recipe.alone:
        _, logits, means = discriminator(fake)
        bounds = bound(logits, means, run.spread.detach(), choice, numbers)
        optimizer_step(run, loss - information(run.recipe, bounds))
    critic.requires_grad_(True)
    discriminator.requires_grad_(True)
    return float(loss.item())
