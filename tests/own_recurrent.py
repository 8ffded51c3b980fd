"""Own recurrent networks for tests, as somebody else writes one, and a recipe that names it."""

import json

import torch
from safetensors.torch import save_file
from torch import nn

SYMBOLS = ["<pad>", "<unknown>", *(chr(code) for code in range(126, 31, -1)), "\n", "é"]  # in an order of their own
LAYERS = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}


class Own(nn.Module):
    """A network as somebody else writes one."""

    def __init__(self, kind, *, hidden=12, embedding=7, symbols=None, **options):
        super().__init__()
        symbols = symbols or len(SYMBOLS)
        self.tokens = nn.Embedding(symbols, embedding) if embedding else None
        self.core = LAYERS[kind](embedding or symbols, hidden, batch_first=True, **options)
        self.readout = nn.Linear((self.core.proj_size or hidden) * (1 + self.core.bidirectional), symbols)

    def forward(self, numbers):
        read = self.tokens(numbers) if self.tokens else nn.functional.one_hot(numbers, self.core.input_size).float()
        return self.readout(self.core(read)[0])


def own(kind, **options):
    torch.manual_seed(4)
    return Own(kind, **options).eval().requires_grad_(False)


def written(folder, module, *, symbols=SYMBOLS, file="mine.pt", **fields):
    """A recipe with the network `mine`, beside its files."""
    if file.endswith(".pt"):
        torch.save(module.state_dict(), folder / file)
    else:
        save_file(module.state_dict(), folder / file)
    (folder / "symbols.json").write_text(json.dumps(symbols))
    more = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    text = f"""extends = "tiny"
[recurrent]
networks = []
characters = 400
places = 20
[[recurrent.own]]
name = "mine"
weights = "{file}"
vocabulary = "symbols.json"
{more}"""
    (folder / "atlas.toml").write_text(text)
    return str(folder / "atlas.toml")
