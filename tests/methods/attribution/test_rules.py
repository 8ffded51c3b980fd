"""Guided backpropagation, deconvnet, DeepLift and LRP against slow derivations, on ReLUs and layers of every form."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import NotValid, methods
from atlas.methods.attribution.relevance import Box, Epsilon, Rules, alpha_beta, attribution, gamma, relevance_of_layers
from atlas.methods.attribution.target import Target
from atlas.methods.visualize.graph import Scale
from atlas.networks import NETWORKS
from atlas.networks.modules.lrn import LocalResponseNorm
from atlas.weights import load
from tests.fixtures.networks import wrapped

SIZE = 8
LOGITS = LayerSpec("logits", "head", 4, "Class logits", axes="unit")
ARCHITECTURES = [
    "alexnet-64",
    "zfnet-64",
    "vgg-64",
    "googlenet-64",
    "resnet-64",
    "densenet-64",
    "senet-64",
    "efficientnet-lite0",
]


# ------------------------------------------------------------------ guided backpropagation and deconvnet


class Rectified(nn.Module):
    """Two convolutions and a head; `how` says how its two ReLUs are written."""

    def __init__(self, how):
        super().__init__()
        torch.manual_seed(4)
        self.one, self.two = nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.Conv2d(5, 4, 3, padding=1)
        self.head = nn.Linear(4 * 4 * 4, 4)
        self.how, reused = how, nn.ReLU()
        self.relus = nn.ModuleList(
            [nn.ReLU(inplace=True), nn.ReLU(inplace=True)] if how == "in place" else [reused, reused]
        )

    def forward(self, x):
        relu = {
            "functional": [F.relu] * 2,
            "in place, functional": [partial(F.relu, inplace=True)] * 2,
            "method": [lambda x: x.relu()] * 2,
            "method, in place": [lambda x: x.relu_()] * 2,
        }.get(self.how, self.relus)
        return self.head(relu[1](self.two(relu[0](self.one(x)))).flatten(1))


HOWS = ["in place", "reused", "functional", "in place, functional", "method", "method, in place"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", ["guided-backprop", "deconvnet"])
def test_rectified_signals_layer_by_layer(name, how):
    net = Rectified(how)
    images, weights = torch.randn(2, 3, SIZE, SIZE), torch.randn(2, 4)
    with torch.no_grad():
        one = F.conv2d(images, net.one.weight, net.one.bias, 2, 1)
        two = F.conv2d(one.clamp(min=0), net.two.weight, net.two.bias, padding=1)
        signal = (weights @ net.head.weight).reshape(2, 4, 4, 4)
        open_ = (two > 0, one > 0) if name == "guided-backprop" else (1, 1)
        signal = F.conv_transpose2d(signal.clamp(min=0) * open_[0], net.two.weight, padding=1)
        signal = F.conv_transpose2d(
            signal.clamp(min=0) * open_[1], net.one.weight, stride=2, padding=1, output_padding=1
        )
        explained = Explained(wrapped(net, LOGITS, size=SIZE))
    found = methods()[name].attribute(explained, images, Target(weights), [0, 0]).maps
    assert torch.allclose(found, signal.sum(1), atol=1e-5)
    assert found.abs().max() > 0.01


def test_a_network_without_relus_has_no_guided_backpropagation():
    class Smooth(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.act, self.head = nn.Conv2d(3, 2, 3), nn.SiLU(), nn.Linear(2 * 36, 4)

        def forward(self, x):
            return self.head(self.act(self.conv(x)).flatten(1))

    explained = Explained(wrapped(Smooth(), LOGITS, size=SIZE))
    with pytest.raises(NotValid, match="no ReLU"):
        methods()["guided-backprop"].attribute(explained, torch.randn(1, 3, SIZE, SIZE), Target(torch.ones(1, 4)), [0])


# ------------------------------------------------------------------ LRP, entry by entry


class Everything(nn.Module):
    """A convolution, an overlapping pool, a gated branch with a skip, a normalization that is not folded, a dense head."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(6)
        self.one, self.pool = nn.Conv2d(3, 2, 3, padding=1), nn.MaxPool2d(3, 2)
        self.two, self.gate = nn.Conv2d(2, 2, 3, padding=1), nn.Conv2d(2, 2, 1)
        self.norm, self.head = nn.BatchNorm2d(2), nn.Linear(2, 4)
        nn.init.normal_(self.norm.running_mean, std=0.2)
        nn.init.uniform_(self.norm.weight, -1, 1)

    def forward(self, x):
        x = self.pool(F.relu(self.one(x)))
        branch = self.two(x) * self.gate(x.mean((2, 3), keepdim=True)).sigmoid()
        x = F.relu(self.norm(F.relu(branch + x)))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


def matrix(function, shape):
    """[outputs, inputs] of a linear function, and its bias, one input at a time."""
    zero = function(torch.zeros(1, *shape, dtype=torch.float64)).flatten()
    units = torch.eye(int(np.prod(shape)), dtype=torch.float64).reshape(-1, *shape)
    columns = [function(one[None]).flatten() - zero for one in units]
    return torch.stack(columns, 1).numpy(), zero.numpy()


def positive(value):
    return max(value, 0.0)


def negative(value):
    return min(value, 0.0)


def shared(rule, weights, bias, x, relevance):
    """The relevance of the inputs of one layer, contribution by contribution; outputs without relevance are skipped."""
    outputs = weights @ x + bias
    spread = float(np.sqrt(np.mean(outputs**2)))
    found = np.zeros(len(x))
    for j, r in enumerate(relevance):
        terms = [weights[j, i] * x[i] for i in range(len(x))]
        if rule == "epsilon":
            terms_of, whole = terms, outputs[j] + 0.25 * spread * (1 if outputs[j] >= 0 else -1)
        elif rule == "gamma":
            own = positive if outputs[j] >= 0 else negative
            terms_of = [term + 0.25 * own(term) for term in terms]
            whole = sum(terms_of) + bias[j] + 0.25 * own(bias[j])
        elif rule == "z+":
            terms_of = [positive(term) for term in terms]
            whole = sum(terms_of) + positive(bias[j])
        elif rule == "alpha2":
            above = sum(map(positive, terms)) + positive(bias[j])
            below = sum(map(negative, terms)) + negative(bias[j])
            terms_of = [2 * positive(t) / max(above, 1e-30) - negative(t) / min(below, -1e-30) for t in terms]
            whole = 1.0
        else:  # the z-box of pixels between -1 and 1
            terms_of = [w * value + positive(w) - negative(w) for w, value in zip(weights[j], x, strict=True)]
            whole = sum(terms_of)
        if r != 0 and whole != 0:  # without contributions the stabilizer takes all
            found += r * np.array(terms_of) / whole
    return found


def slow(net, image, weights, rules):
    """The relevance of the pixels of one image."""
    with torch.no_grad():
        one = net.one(image[None])
        pooled, switches = F.max_pool2d(one.clamp(min=0), 3, 2, return_indices=True)
        two, gate = net.two(pooled), net.gate(pooled.mean((2, 3), keepdim=True)).sigmoid()
        whole = two * gate + pooled
        scaled = net.norm(whole.clamp(min=0))
        mean = scaled.clamp(min=0).mean((2, 3))
        logits = net.head(mean)[0]
    pixels, convolution, dense = rules
    flat = lambda values: values.flatten().numpy()  # noqa: E731
    relevance = shared(dense, net.head.weight.numpy(), net.head.bias.numpy(), flat(mean), (weights * logits).numpy())
    shape = tuple(scaled.shape[1:])
    relevance = shared(convolution, *matrix(lambda x: x.mean((2, 3)), shape), flat(scaled.clamp(min=0)), relevance)
    relevance = shared(convolution, *matrix(net.norm, shape), flat(whole.clamp(min=0)), relevance)
    both = np.concatenate([np.eye(len(relevance))] * 2, 1)
    relevance = shared(
        convolution, both, np.zeros(len(relevance)), np.concatenate([flat(two * gate), flat(pooled)]), relevance
    )
    branch, skip = np.split(relevance, 2)
    relevance = shared(convolution, *matrix(net.two, shape), flat(pooled), branch) + skip
    up = np.zeros(one.numel())
    for at, r in enumerate(relevance):
        channel = at // (len(relevance) // 2)
        up[channel * one[0, 0].numel() + int(switches.flatten()[at])] += r
    return shared(pixels, *matrix(net.one, tuple(image.shape)), flat(image), up).reshape(image.shape)


RULES = {
    "epsilon": Epsilon(0.25), "gamma": gamma(0.25), "z+": alpha_beta(1.0), "alpha2": alpha_beta(2.0),
    "box": Box((-1.0,) * 3, (1.0,) * 3),
}  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ("epsilon",) * 3,
        ("gamma", "gamma", "epsilon"),
        ("box", "z+", "epsilon"),
        ("z+",) * 3,
        ("alpha2", "alpha2", "epsilon"),
    ],
    ids="-".join,
)
def test_relevance_is_that_of_the_slow_derivation(names):
    net = Everything().double()
    network = wrapped(net, LOGITS, size=SIZE)
    images = torch.rand(2, 3, SIZE, SIZE, dtype=torch.float64) * 2 - 1
    weights = torch.tensor([[1.0, -1.0, 0, 0.5], [0, 1.0, -1.0, 0]], dtype=torch.float64)
    found = attribution(Explained(network), images, Target(weights), Rules(*(RULES[name] for name in names)))
    for n in range(2):
        expected = slow(net, images[n], weights[n], names).sum(0)
        assert found.maps[n].numpy() == pytest.approx(expected, rel=1e-4, abs=1e-5 * np.abs(expected).max())
    assert found.error().max() < 1e-9


# ------------------------------------------------------------------ every architecture


@pytest.fixture(scope="module", params=ARCHITECTURES)
def network(request):
    return load(NETWORKS[request.param])


def doubled(network, layers=()):
    """The network in float64, at a size of the test's patience."""
    size = min(network.spec.input_size, 64)
    explained = Explained(network, layers=layers, size=size)
    explained.graph.double()
    images = torch.rand(2, 3, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(2)) * 2 - 1
    with torch.no_grad():
        logits = explained(images)
    weights = torch.zeros_like(logits)
    best = logits.topk(2).indices
    weights[torch.arange(2), best[:, 0]], weights[torch.arange(2), best[:, 1]] = 1, -1
    return explained, images, Target(weights)


@pytest.mark.parametrize("rule", ["epsilon", "gamma"])
def test_without_biases_all_relevance_reaches_the_pixels(network, rule):
    explained, images, target = doubled(network)
    for module in explained.graph.modules():
        if getattr(module, "bias", None) is not None:
            module.bias.zero_()
        if isinstance(module, Scale):
            module.shift.zero_()
    each = Epsilon(1e-13) if rule == "epsilon" else gamma(0.25)
    found = attribution(explained, images, target, Rules(each, each, each))
    with torch.no_grad():
        scores = target.scores(explained(images))
    assert torch.allclose(found.expected, scores)
    total = found.maps.double().flatten(1).sum(1)
    assert torch.allclose(total, scores, rtol=1e-3, atol=1e-3 * float(scores.abs().max()))
    assert all(float(term.abs().max()) == 0 for name, term in found.ledger.items() if name.endswith("bias"))


@pytest.mark.parametrize("name", ["lrp-epsilon", "lrp-gamma", "lrp-composite"])
def test_with_biases_map_and_ledger_sum_to_the_score(network, name):
    explained, images, target = doubled(network)
    found = methods()[name].attribute(explained, images, target, [0, 0])
    assert float(found.error().max()) < 1e-6
    assert any(name.endswith("bias") and term.abs().max() > 0 for name, term in found.ledger.items())


CROSSED = {"head": "conv_head", "fc7": "fc7", "norm5": "features.norm5", "conv5_1": "add", "inception5b": "inception5b"}
"""Layers that all paths cross, and the first entry of the ledger below them."""


def test_the_relevance_of_a_layer_is_what_nothing_above_it_took(network):
    layers = {layer.name: layer for layer in network.spec.layers}
    layer = next(layers[name] for name in CROSSED if name in layers)
    explained, images, target = doubled(network, [layer])
    found, layers = relevance_of_layers(explained, images, target, Rules(*[Epsilon(0.25)] * 3))
    whole = layers[layer.name].flatten(1).sum(1)
    names = list(found.ledger)
    above = names[: next(index for index, name in enumerate(names) if name.startswith(CROSSED[layer.name]))]
    assert 2 <= len(above) <= 4
    assert torch.allclose(whole + sum(found.ledger[name] for name in above), found.expected, atol=1e-9)
    assert not torch.allclose(whole, found.maps.double().flatten(1).sum(1))


def test_deeplift_is_complete(network):
    explained, images, target = doubled(network)
    found = methods()["deeplift"].attribute(explained, images, target, [0, 0])
    assert float(found.error().max()) < 1e-9


def test_deeplift_is_complete_with_torchs_response_norm():
    class Normed(nn.Module):
        def __init__(self, norm):
            super().__init__()
            torch.manual_seed(8)
            self.conv, self.norm, self.head = nn.Conv2d(3, 8, 3, padding=1), norm, nn.Linear(8 * 9, 4)

        def forward(self, x):
            return self.head(F.max_pool2d(self.norm(F.relu(self.conv(x))), 3, 2).flatten(1))

    images = torch.randn(2, 3, SIZE, SIZE, dtype=torch.float64)
    maps = []
    for norm in (nn.LocalResponseNorm(5, 0.5, 0.75, 2.0), LocalResponseNorm(8, alpha=0.5)):
        explained = Explained(wrapped(Normed(norm).double(), LOGITS, size=SIZE))
        found = methods()["deeplift"].attribute(explained, images, Target(torch.eye(4)[:2]), [0, 0])
        assert float(found.error().max()) < 1e-12
        maps.append(found.maps)
    assert torch.allclose(*maps)
