"""Second part of the InfoGAN's training: a critic of its own teaches the generator edges, while its batch norms stand still.

Batch statistics in the generator's dense layers blur what it draws (the others in the batch move each picture), so they are
kept as the first part left them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.chapters.generative.readout import PREFIX
from atlas.networks.modules.infogan import Critic
from atlas.train.infogan import (
    InfoGANRecipe,
    InfoGANRun,
    bound,
    descend,
    draw_batch,
    draw_codes,
    follow,
    informed,
    networks,
    real_then_made,
    set_rates,
)
from atlas.weights import load as weights

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class SharpenRecipe(InfoGANRecipe):
    """Adam for all; rates fall linearly from the first step on. The critic learns `alone` before the generator moves."""

    steps: int = 6_000
    alone: int = 150
    generator_rate: float = 3e-4
    critic_rate: float = 4e-4
    discriminator_rate: float = 1e-4
    spread_rate: float = 5e-3


@dataclass
class SharpenRun(InfoGANRun):
    """A run of the second part; `module` holds the critic too. `begun` is the digest of the weights that it started from."""

    recipe: SharpenRecipe
    begun: str = ""

    def identity(self) -> dict[str, Any]:
        """What must agree for a checkpoint to be continued. It computes in float32 everywhere."""
        return {"seed": self.seed, "begun": self.begun, **asdict(self.recipe), "information": list(self.recipe.information),
                "precision": "float32"}  # fmt: skip


def start(recipe: SharpenRecipe, *, seed: int, folder: Path, begun: Path) -> SharpenRun:
    """A run at step 0 from the weight file `begun` of the first part; the critic's weights are drawn from `seed`."""
    import torch

    torch.manual_seed(seed)
    module, critic = networks(), Critic().to(memory_format=torch.channels_last)
    module["critic"] = critic
    made, judge = module["generator"], module["discriminator"]
    state = weights.read(begun)
    ours = {key: value for key, value in state.items() if not key.startswith(PREFIX)}
    theirs = {key.removeprefix(PREFIX): value for key, value in state.items() if key.startswith(PREFIX)}
    for part, values in ((made, ours), (module["average"], ours), (judge, theirs)):
        part.load_state_dict(values)
    optimizer = torch.optim.Adam([
        {"params": list(made.parameters()), "rate": recipe.generator_rate, "betas": (0.0, 0.99)},
        {"params": list(critic.parameters()), "rate": recipe.critic_rate, "betas": (0.0, 0.99)},
        {"params": list(judge.parameters()), "rate": recipe.discriminator_rate, "betas": (0.5, 0.999)},
        {"params": list(module["spread"].parameters()), "rate": recipe.spread_rate, "betas": (0.5, 0.999)},
    ])  # fmt: skip
    run = SharpenRun(recipe, seed, folder, module, optimizer, begun=weights.digest(begun))
    _measure_spread(run)
    return run


def _measure_spread(run: SharpenRun, count: int = 1000) -> None:
    """Set the spread of each number to the error that its head makes: the weight file does not hold it."""
    import torch

    with torch.no_grad():
        z, _, numbers = draw_codes(count, torch.Generator().manual_seed(run.seed))
        _, _, means = run.module["discriminator"].eval()(run.module["generator"].eval()(z))
        run.spread.copy_((means - numbers).square().mean(0).sqrt().log())


def sharpen_step(run: SharpenRun, images: Tensor) -> dict[str, float]:
    """One step of critic and discriminator, then one of the generator, which answers to the critic and to the code head."""
    import torch
    from torch.nn import functional as F

    made, judge, critic = run.module["generator"], run.module["discriminator"], run.module["critic"]
    run.module.train()
    made.eval()
    set_rates(run, 1 - run.step / run.recipe.steps)
    real, (z, choice, numbers) = draw_batch(run, images)
    fake = made(z)

    judged = F.softplus(-critic(real)).mean() + F.softplus(critic(fake.detach())).mean()
    score, logits, means = judge(torch.cat([real, fake.detach()]))
    known = F.binary_cross_entropy_with_logits(score, real_then_made(len(real)))
    bounds = bound(logits[len(real) :], means[len(real) :], run.spread, choice, numbers)
    descend(run, judged + known - informed(run.recipe, bounds))

    critic.requires_grad_(False)
    judge.requires_grad_(False)
    fooled = F.softplus(-critic(fake)).mean()
    if run.step >= run.recipe.alone:
        _, logits, means = judge(fake)
        descend(run, fooled - informed(run.recipe, bound(logits, means, run.spread.detach(), choice, numbers)))
    critic.requires_grad_(True)
    judge.requires_grad_(True)
    follow(run.module["average"], made, run.recipe.average)
    return {"judged": round(judged.item(), 4), "fooled": round(fooled.item(), 4)}
