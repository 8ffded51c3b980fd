"""What is cut from a network: clamps whose gradient can be redirected, in place where nobody else reads."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from atlas.core.specs import LayerSpec, Network, Unit
from atlas.methods.visualize import Settings, ascend, visualize_units
from atlas.methods.visualize.graph import LOOK, PLAIN, Clamp, _plain_modules, cut
from atlas.networks import NETWORKS
from atlas.weights.load import load

NAME = "efficientnet-lite0"


def watched(low, high, **how):
    clamp = Clamp(low, high, **how)
    clamp.watched = True
    return clamp


def test_a_dead_clamp_passes_the_gradient_only_while_it_is_redirected():
    clamp = watched(0.0, float("inf"))
    x = torch.tensor([[-1.0, -2.0], [-1.0, 3.0]], requires_grad=True)
    loss = -clamp(x).sum()
    (dead,) = torch.autograd.grad(loss, x, retain_graph=True)
    assert dead.tolist() == [[0, 0], [0, -1]]
    clamp.redirect = True
    (helped,) = torch.autograd.grad(loss, x)
    assert helped.tolist() == [[-1, -1], [0, -1]]  # only the image that is dead everywhere


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_what_is_redirected_value_by_value(memory):
    random = torch.Generator().manual_seed(0)
    x = torch.where(torch.rand(6, 3, 4, 4, generator=random) < 0.5, -1.0, 7.0)
    x[3:] = torch.rand(3, 3, 4, 4, generator=random) * 12 - 3  # alive in part
    x = x.contiguous(memory_format=memory).requires_grad_()
    incoming = torch.randn(6, 3, 4, 4, generator=random)
    clamp = watched(0.0, 6.0)
    clamp.redirect = True
    (found,) = torch.autograd.grad(clamp(x), x, incoming)
    for row in zip(found.flatten(1).tolist(), x.flatten(1).tolist(), incoming.flatten(1).tolist(), strict=True):
        alive = any(0 < value < 6 for value in row[1])
        for got, value, gradient in zip(*row, strict=True):
            inward = gradient < 0 if value <= 0 else gradient > 0  # a step goes against the gradient
            assert got == (gradient if (0 < value < 6 if alive else inward) else 0)


@pytest.mark.parametrize("place", [0, LOOK - 1, LOOK, 2 * LOOK - 1])
def test_one_value_that_passes_anywhere_keeps_an_image_alive(place):
    x = torch.full((2, 2 * LOOK), -1.0)
    x[1, place] = 1.0
    clamp = watched(0.0, 6.0)
    clamp.redirect = True
    (found,) = torch.autograd.grad(-clamp(x.requires_grad_()).sum(), x)
    assert found[0].eq(-1).all()
    assert found[1].nonzero().tolist() == [[place]]


@pytest.mark.parametrize("watch", [False, True])
@pytest.mark.parametrize("high", [6.0, float("inf")])
def test_in_place_it_gives_the_same_numbers_and_the_same_gradient(high, watch):
    x = (torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 5).requires_grad_()
    wanted = functional.relu(x) if high == float("inf") else functional.relu6(x)
    clamp = Clamp(0.0, high, inplace=True)
    clamp.watched = watch
    found = clamp(values := x * 1)
    assert found.data_ptr() == values.data_ptr()
    assert torch.equal(found, wanted)
    incoming = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(2))
    assert torch.equal(*(torch.autograd.grad(output, x, incoming)[0] for output in (found, wanted)))


class TwoReaders(nn.Module):
    """The first convolution is read by the ReLU and by the sum; the second by its ReLU only."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)

    def forward(self, x):
        x = self.first(x)
        return functional.relu(self.second(functional.relu(x))) + x


def test_what_another_reads_too_is_not_clamped_in_place():
    torch.manual_seed(0)
    module = nn.Sequential(TwoReaders(), nn.Conv2d(3, 2, 1)).eval()
    image = torch.randn(1, 3, 4, 4)
    graph = cut(Network(NETWORKS[NAME], module), LayerSpec("last", "1", 2, ""), image)
    assert [part.inplace for part in graph.modules() if isinstance(part, Clamp)] == [False, True]
    assert torch.equal(graph(image), module(image))


@pytest.mark.parametrize(
    ("name", "layer"), [("senet-64", "conv4_2"), (NAME, "block3a"), ("densenet-64", "transition1")]
)
def test_to_be_ready_to_help_changes_no_bit_of_a_picture_that_lives(name, layer, monkeypatch):
    network = load(NETWORKS[name])
    units = [Unit(name, layer, index) for index in range(4)]
    settings = Settings(size=32, steps=6, transforms=2, precision="float32")

    def pictures():
        return [
            found.rgb.tobytes()
            for found in visualize_units(network, network.spec.layer(layer), units, settings, seed=0)
        ]

    ready = pictures()
    monkeypatch.setattr(ascend, "REDIRECTED_STEPS", 0)
    assert ready == pictures()


def test_a_dead_start_is_helped_on_and_each_step_looks_once(monkeypatch):
    """A unit behind a ReLU that no image of the start passes finds what excites it."""
    module = nn.Sequential(nn.Conv2d(3, 1, 1), nn.ReLU(), nn.Conv2d(1, 1, 1)).eval().requires_grad_(False)
    module[0].weight.data, module[0].bias.data = torch.ones(1, 3, 1, 1), torch.tensor([-2.0])
    module[2].weight.data, module[2].bias.data = torch.ones(1, 1, 1, 1), torch.zeros(1)
    network, layer = Network(NETWORKS[NAME], module), LayerSpec("last", "2", 1, "")
    settings = Settings(size=32, steps=40, transforms=2, precision="float32")
    looks = []
    forward = Clamp.forward
    monkeypatch.setattr(Clamp, "forward", lambda clamp, x: looks.append(torch.is_grad_enabled()) or forward(clamp, x))
    [picture] = visualize_units(network, layer, [Unit(NAME, "last", 0)], settings, seed=0)
    assert picture.curve[0] == 0
    assert picture.curve[-1] > 0
    assert sum(looks) == len(picture.curve)


class BranchOnShape(nn.Module):
    """Pools large maps only, as heads for several sizes do."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        x = self.conv(x)
        return functional.max_pool2d(x, 2) if x.shape[-1] > 4 else x


@pytest.mark.parametrize("side", [4, 8])
def test_a_branch_on_shapes_is_decided_for_the_example_and_modules_stay_as_they_were(side):
    before = nn.Module.__call__, nn.Module.__getattr__
    module = nn.Sequential(BranchOnShape(), nn.Conv2d(2, 2, 1)).eval()
    image = torch.randn(1, 3, side, side)
    graph = cut(Network(NETWORKS[NAME], module), LayerSpec("last", "1", 2, ""), image)
    assert (nn.Module.__call__, nn.Module.__getattr__) == before
    assert torch.equal(graph(image), module(image))


def test_the_tracers_patches_are_undone_for_a_while_even_if_that_fails(monkeypatch):
    def traced(module, *inputs):
        return PLAIN["__call__"](module, *inputs)

    monkeypatch.setattr(nn.Module, "__call__", traced)
    with pytest.raises(ZeroDivisionError), _plain_modules():
        assert nn.Module.__call__ is PLAIN["__call__"]
        raise ZeroDivisionError
    assert nn.Module.__call__ is traced
