"""Embedding, recurrent layers, one linear head."""

from __future__ import annotations

from torch import Tensor, nn

LAYERS: dict[str, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}
State = Tensor | tuple[Tensor, Tensor] | None


class Recurrent(nn.Module):
    """Symbols [B, T] int64 to outputs [B, T, outputs] at every position, and the last state.

    Without `outputs`, an encoder, to its states.
    """

    def __init__(
        self,
        cell: str,
        *,
        symbols: int,
        embedding: int,
        hidden: int,
        outputs: int,
        layers: int = 1,
        rectified: bool = False,
        directions: int = 1,
    ) -> None:
        super().__init__()
        kind: dict[str, str] = {"nonlinearity": "relu"} if rectified else {}
        self.embed = nn.Embedding(symbols, embedding)
        self.directions = directions
        self.cell = LAYERS[cell](
            embedding, hidden, num_layers=layers, batch_first=True, bidirectional=directions == 2, **kind
        )
        self.head = nn.Linear(hidden * directions, outputs) if outputs else nn.Identity()

    def forward(self, symbols: Tensor, state: State = None) -> tuple[Tensor, State]:
        states, last = self.cell(self.embed(symbols), state)
        return self.head(states), last
