"""Every attribution method of the registry on small networks: what the protocol promises."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import FAMILIES, METHODS, methods
from atlas.methods.attribution.target import Target, against_runner_up
from atlas.publish.bibliography import bibliography
from tests.fixtures.networks import wrapped

ALL = list(methods().values())
SIZE = 24
MAPS = LayerSpec("maps", "maps", 8, "Last maps")
LOGITS = LayerSpec("logits", "head", 5, "Class logits", axes="unit")


class Small(nn.Module):
    """Two convolutions with batch normalization, an overlapping pool, a linear head on a global mean."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.first = nn.Sequential(
            nn.Conv2d(3, 6, 5, 2, 2), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        self.maps = nn.Conv2d(6, 8, 3, padding=1)
        self.relu, self.pool = nn.ReLU(), nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(8, 5)
        nn.init.normal_(self.first[1].running_mean, std=0.3)

    def forward(self, x):
        return self.head(self.pool(self.relu(self.maps(self.first(x)))).flatten(1))


@pytest.fixture(scope="module")
def case():
    network = wrapped(Small(), MAPS, LOGITS, size=SIZE)
    explained = Explained(network, layers=[MAPS])
    images = torch.randn(3, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        logits = explained(images)
    return network, explained, images, against_runner_up(logits, logits.argmax(1))


def run(method, explained, images, target, seeds=(11, 12, 13)):
    return method.attribute(explained, images, target, list(seeds))


def of(target, rows):
    return Target(target.weights[rows])


@pytest.mark.parametrize("method", ALL, ids=lambda method: method.name)
class TestEach:
    def test_maps_are_finite_signed_float32_of_the_images_size(self, method, case):
        _, explained, images, target = case
        found = run(method, explained, images, target)
        assert found.maps.shape == (3, SIZE, SIZE)
        assert found.maps.dtype == torch.float32
        assert found.maps.isfinite().all()
        assert not found.maps.requires_grad
        assert found.maps.flatten(1).std(1).min() > 0

    def test_it_is_deterministic_and_says_whether_it_draws_noise(self, method, case):
        _, explained, images, target = case
        once, other = (run(method, explained, images, target, seeds).maps for seeds in ((11, 12, 13), (5, 6, 7)))
        assert torch.equal(once, run(method, explained, images, target).maps)
        assert torch.equal(once, other) != method.seeded

    def test_a_map_does_not_depend_on_the_others_of_its_batch(self, method, case):
        _, explained, images, target = case
        whole = run(method, explained, images, target).maps
        rows = torch.tensor([2, 0])
        less = run(method, explained, images[rows], of(target, rows), (13, 11)).maps
        alone = run(method, explained, images[1:2], of(target, torch.tensor([1])), (12,)).maps
        tolerance = 1e-4 * float(whole.abs().max())
        assert torch.allclose(less, whole[rows], atol=tolerance)
        assert torch.allclose(alone, whole[1:2], atol=tolerance)

    def test_the_network_stays_as_it_is_and_nothing_is_hooked(self, method, case):
        network, explained, images, target = case
        before = {name: value.clone() for name, value in explained.graph.state_dict().items()}
        given = images.clone()
        run(method, explained, images, target)
        assert torch.equal(given, images)
        assert not images.requires_grad
        assert all(torch.equal(value, before[name]) for name, value in explained.graph.state_dict().items())
        for part in (*network.module.modules(), *explained.graph.modules()):
            assert not part._forward_hooks
            assert not part._forward_pre_hooks
            assert not part._backward_hooks
            assert not getattr(part, "sink", None)
        assert all(parameter.grad is None for parameter in explained.graph.parameters())

    def test_what_it_promises_is_kept(self, method, case):
        _, explained, images, target = case
        found = run(method, explained, images, target)
        assert (found.error() is None) == (not method.promise)
        if method.promise and not method.seeded:
            assert float(found.error().max()) < 0.05

    def test_its_card_is_whole(self, method, case):
        assert method.family in FAMILIES
        assert method.needs in ("scores", "gradient", "layer", "graph", "nothing")
        assert method.forward >= 0 <= method.backward
        assert method.title
        assert method.formula
        assert method.summary.endswith(".")
        assert "\n" not in method.summary + method.formula
        assert method.family == "control" or method.paper in bibliography()


def test_methods_are_in_the_order_of_their_families():
    families = [FAMILIES.index(method.family) for method in ALL]
    assert families == sorted(families)
    assert set(methods()) == set(METHODS)


def test_pages_can_list_methods_without_torch():
    code = (
        "import sys; from atlas.methods.attribution.method import methods; methods(); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
