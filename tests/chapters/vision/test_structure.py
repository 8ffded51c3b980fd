"""The structure of a network against small networks whose structure is known, and every registered one."""

import pytest
import torch
from torch import nn

from atlas.chapters.vision.structure import multiply_adds, structure
from atlas.core.specs import LayerSpec, Network
from atlas.networks import NETWORKS, densenet, googlenet
from atlas.weights import freeze

SPECS = {spec.name: spec for spec in (*NETWORKS.values(), googlenet.SPEC, densenet.SPEC)}
HEADS = {f"infogan-discriminator-{seed}": {"real", "numbers"} for seed in range(3)}  # what they read besides a class
DEPTHS = {
    "alexnet-64": 8,
    "zfnet-64": 8,
    "vgg-64": 13,
    "resnet-64": 14,
    "senet-64": 14,
    "efficientnet-lite0": 50,
    "googlenet-64": 22,
    "densenet-64": 52,
}


def random_network(spec):
    torch.manual_seed(0)
    return Network(spec, freeze(spec.build()))


@pytest.fixture(scope="module", params=list(SPECS))
def made(request):
    return SPECS[request.param], structure(random_network(SPECS[request.param]))


def test_every_layer_lies_on_one_part_with_its_units(made):
    spec, found = made
    places = {name: part for part in found.parts for name in part.layers}
    assert set(places) == {layer.name for layer in spec.layers}
    assert sum(len(part.layers) for part in found.parts) == len(spec.layers)
    for layer in spec.layers:
        assert places[layer.name].units == layer.units, layer.name


def test_parts_read_only_what_came_before_and_end_in_the_classes(made):
    spec, found = made
    for place, part in enumerate(found.parts):
        assert all(before < place for before in part.after)
        assert bool(part.after) == (part.kind != "input")
    assert found.parts[-1].layers == (spec.logits.name,)
    read = {before for part in found.parts for before in part.after}
    heads = {place for place, part in enumerate(found.parts) if set(part.layers) & HEADS.get(spec.name, set())}
    assert read == set(range(len(found.parts) - 1)) - heads  # nothing is computed for nothing


def test_depth_of_the_known_ones(made):
    spec, found = made
    if spec.name in DEPTHS:
        assert found.depth == DEPTHS[spec.name]


def test_first_filters_are_the_first_weights(made):
    spec, found = made
    first = next(part for part in random_network(spec).module.modules() if isinstance(part, nn.Conv2d))
    assert found.filters.shape == tuple(first.weight.shape)
    torch.testing.assert_close(torch.from_numpy(found.filters), first.weight)


def kinds(name):
    return [part.kind for part in structure(random_network(SPECS[name])).parts]


def test_what_makes_each_architecture_is_seen():
    assert kinds("resnet-64").count("sum") == 6
    assert kinds("senet-64").count("gate") == 6
    assert "gate" not in kinds("resnet-64")
    assert kinds("alexnet-64").count("norm") == 2
    inception = structure(random_network(SPECS["googlenet-64"])).parts
    assert [len(part.after) for part in inception if part.kind == "join"] == [4] * 9
    dense = structure(random_network(SPECS["densenet-64"])).parts
    joins = [len(part.after) for part in dense if part.kind == "join"]
    assert joins == [*range(2, 6), *range(2, 10), *range(2, 14)]  # each reads all before it in its block


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.left = nn.Conv2d(4, 4, 1)
        self.right = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = self.norm(self.first(x)).relu()
        x = x + self.left(x) + self.right(x)
        return self.head(x.mean((2, 3)))


def test_a_small_network_by_hand():
    spec = googlenet.SPEC
    layers = (LayerSpec("first", "norm", 4, "First"), LayerSpec("logits", "head", 5, "Logits", axes="unit"))
    spec = type(spec)(**{**vars(spec), "layers": layers, "input_size": 16, "build": Small})
    found = structure(random_network(spec))
    told = [(part.kind, part.units, part.side, part.after) for part in found.parts]
    assert told == [
        ("input", 3, 16, ()),
        ("convolution", 4, 8, (0,)),
        ("convolution", 4, 8, (1,)),
        ("sum", 4, 8, (1, 2)),
        ("convolution", 4, 8, (1,)),
        ("convolution", 4, 8, (4,)),
        ("sum", 4, 8, (3, 5)),
        ("pool", 4, 0, (6,)),
        ("linear", 5, 0, (7,)),
    ]
    assert found.parts[1].words == "3 × 3, stride 2"
    assert found.parts[1].layers == ("first",)
    assert found.depth == 4
    assert found.multiply_adds == 64 * 4 * 27 + 64 * 4 * 4 + 2 * 64 * 4 * 36 + 20


def test_multiply_adds_of_a_known_stack():
    stack = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Flatten(), nn.Linear(8 * 16 * 16, 10))
    assert multiply_adds(stack, 16) == 16 * 16 * 8 * 3 * 9 + 8 * 16 * 16 * 10
