"""What is known of the trainings by this project, read from the model cards beside the weights."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.core.pack import stored


@dataclass(frozen=True, kw_only=True)
class CharacterCard:
    """How a character network was trained, and its loss on files held out of the training."""

    parameters: int
    loss: float = stored("held_out/loss")  # nats per character
    characters: int = stored("held_out/characters")
    epochs: int = stored("recipe/epochs")
    processor_seconds: float = stored("seconds/processor")


@dataclass(frozen=True, kw_only=True)
class SentimentCard:
    """How the sentiment network was trained, and its accuracy on held-out snippets; shares in [0, 1]."""

    words: int = stored("words/count")
    data: str = stored("data/name")
    snippets: int = stored("data/snippets")
    held_out: int = stored("held_out/snippets")
    accuracy: float = stored("held_out/accuracy")
    low: float = stored("held_out/low")  # of the accuracy's 95 % interval
    high: float = stored("held_out/high")
    strong: float = stored("held_out/strong")  # accuracy where the mean score is at least 1 of 4
    weak: float = stored("held_out/weak")  # accuracy where it is weaker
    bag_of_words: float = stored("held_out/baselines/bag of words")  # accuracy of logistic regression on word counts

    @property
    def trained(self) -> int:
        """Snippets that it was trained on."""
        return self.snippets - self.held_out
