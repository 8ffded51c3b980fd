"""Training of the sentiment network: the sign of the score from the state after the last word of a snippet.

The target is sigmoid(2 score), so that weak opinions count less. Three kinds of dropout limit overfitting to a small
data set: of words (they become unknown), of entries of the embedding (for a whole snippet), and of entries of the last
state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.words import Vocabulary, learn
from atlas.core.specs import Array, RecurrentSpec
from atlas.networks.recurrent import SENTIMENT, build
from atlas.train.recurrent_loop import open_forget_gate
from atlas.train.snippets import Snippet

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

    from atlas.networks.modules.recurrent import Recurrent


@dataclass(frozen=True)
class SentimentRecipe:
    """How the sentiment network is trained; the rate rises over 50 steps, then falls linearly to zero."""

    spec: RecurrentSpec
    rate: float = 2e-3
    epochs: int = 8
    batch: int = 64
    least: int = 2  # times that a word must occur to be known
    sharpness: float = 2.0  # of the target: sigmoid(sharpness * score)
    word_dropout: float = 0.1
    embedding_dropout: float = 0.5
    state_dropout: float = 0.5
    embedding_scale: float = 0.1
    clip: float = 1.0
    forget_bias: float = 1.0


SENTIMENT_RECIPE = SentimentRecipe(SENTIMENT)
WARMUP = 50  # steps
POOL = 20  # batches are cut from so many batches' snippets, sorted by length


@dataclass
class SentimentRun:
    """A run: the network, its vocabulary, and the mean loss of each epoch so far."""

    recipe: SentimentRecipe
    epochs: int
    seed: int
    vocabulary: Vocabulary
    module: Recurrent
    history: list[float] = field(default_factory=list)
    seconds: float = 0.0
    core_seconds: float = 0.0

    def identity(self) -> dict[str, Any]:
        """All settings that decide the weights."""
        plain = {key: value for key, value in vars(self.recipe).items() if isinstance(value, int | float)}
        return {"network": self.recipe.spec.name, "seed": self.seed, **plain, "epochs": self.epochs}


def start(recipe: SentimentRecipe, snippets: Sequence[Snippet], *, epochs: int, seed: int) -> SentimentRun:
    """A run at its start: words from the snippets that are not held out, weights drawn from `seed`."""
    import torch

    torch.manual_seed(seed)
    vocabulary = learn((snippet.words for snippet in snippets if not snippet.held_out), least=recipe.least)
    spec = replace(recipe.spec, symbols=len(vocabulary))
    module = build(spec)
    torch.nn.init.normal_(module.embed.weight, 0, recipe.embedding_scale)
    open_forget_gate(module, recipe.forget_bias)
    return SentimentRun(replace(recipe, spec=spec), epochs, seed, vocabulary, module)


def run_to_end(run: SentimentRun, snippets: Sequence[Snippet], *, report: Callable[[str], None] = print) -> None:
    """Train all epochs; the same seed gives the same weights on the same machine with one thread."""
    import torch

    known = [run.vocabulary.encode(snippet.words) for snippet in snippets if not snippet.held_out]
    scores = np.array([snippet.score for snippet in snippets if not snippet.held_out], np.float32)
    optimizer = torch.optim.Adam(run.module.parameters(), run.recipe.rate)
    rng = np.random.default_rng(run.seed)
    total, step = run.epochs * -(-len(known) // run.recipe.batch), 0
    begun, begun_core = time.monotonic(), time.process_time()
    for epoch in range(run.epochs):
        losses = []
        for chosen in batches([len(words) for words in known], run.recipe.batch, rng):
            for group in optimizer.param_groups:
                group["lr"] = run.recipe.rate * min(1.0, (step + 1) / WARMUP) * (1 - step / total)
            losses.append(_train_step(run, optimizer, [known[index] for index in chosen], scores[chosen]))
            step += 1
        run.history.append(float(np.mean(losses)))
        report(f"{run.recipe.spec.name}: epoch {epoch + 1} of {run.epochs}, loss {run.history[-1]:.3f}")
    run.seconds, run.core_seconds = time.monotonic() - begun, time.process_time() - begun_core


def _train_step(run: SentimentRun, optimizer: Optimizer, texts: Sequence[Array], scores: Array) -> float:
    import torch

    symbols, last = pad(texts)
    loss = _loss(run, symbols, last, torch.from_numpy(scores))
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.module.parameters(), run.recipe.clip)
    optimizer.step()
    return float(loss.detach())


def batches(lengths: Sequence[int], size: int, rng: np.random.Generator) -> Iterator[Array]:
    """Indices of snippets in batches of similar length, every snippet once, in an order drawn from `rng`."""
    order = rng.permutation(len(lengths))
    for first in range(0, len(order), size * POOL):
        pool = order[first : first + size * POOL]
        pool = pool[np.argsort([lengths[index] for index in pool], kind="stable")]
        yield from (pool[start : start + size] for start in range(0, len(pool), size))


def pad(texts: Sequence[Array]) -> tuple[Tensor, Tensor]:
    """Symbols [B, T], padded with zeros, and the index [B] of the last symbol of each text."""
    import torch

    symbols = np.zeros((len(texts), max(map(len, texts))), np.int64)
    for row, text in enumerate(texts):
        symbols[row, : len(text)] = text
    return torch.from_numpy(symbols), torch.tensor([len(text) - 1 for text in texts])


def _loss(run: SentimentRun, symbols: Tensor, last: Tensor, scores: Tensor) -> Tensor:
    import torch
    from torch.nn import functional as F

    recipe, module = run.recipe, run.module
    dropped = (torch.rand(symbols.shape) < recipe.word_dropout) & (symbols > 0)
    embedded = module.embed(torch.where(dropped, 1, symbols))
    mask = torch.rand(len(symbols), 1, embedded.shape[2]) >= recipe.embedding_dropout
    states, _ = module.cell(embedded * mask / (1 - recipe.embedding_dropout))
    state = F.dropout(states[torch.arange(len(symbols)), last], recipe.state_dropout)
    target = torch.sigmoid(recipe.sharpness * scores)
    return F.binary_cross_entropy_with_logits(module.head(state)[:, 0], target)


def sentiment_logits(module: Recurrent, texts: Sequence[Array], *, batch: int = 256) -> Array:
    """The logit [N] after the last symbol of each text; above zero is positive."""
    import torch

    logits = []
    with torch.inference_mode():
        for first in range(0, len(texts), batch):
            symbols, last = pad(texts[first : first + batch])
            outputs, _ = module(symbols)
            logits.append(outputs[torch.arange(len(symbols)), last, 0].numpy())
    return np.concatenate(logits)
