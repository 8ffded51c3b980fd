"""Own recurrent networks for tests, as somebody else writes one, and a recipe that names it."""

import json

import torch
from safetensors.torch import save_file
from torch import nn

from atlas.build import recipe as current
from atlas.build.plan import make_plan
from atlas.build.recurrent import RUN
from atlas.build.results import _recurrent
from atlas.config import read_recipe
from atlas.press import Press
from atlas.views import ATLAS_VIEWS
from atlas.views.page import Page

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


def studied(recipe, store):
    """The results of the network `mine`, every step of it run into the store."""
    plan = make_plan(recipe)
    current.use(recipe)
    try:
        for task in plan.tasks:
            if task.step in RUN and task.parameters.get("network", "mine") == "mine" and not store.has(task.digest):
                [entry] = RUN[task.step](store, [task])
                store.put(task.key, entry)
        return _recurrent(plan, store, recipe.recurrent.chosen()[0])
    finally:
        current.use(read_recipe("tiny"))


def rendered(results, folder):
    """The chapter's pages by path."""
    press = Press(results, folder, "")
    return {
        item.path: press.render(item).decode()
        for view in ("recurrent", "reliance", "states", "cell")
        for item in ATLAS_VIEWS[view](press.desk, ())
        if isinstance(item, Page)
    }
