"""Methods that find directions, against slow re-derivations and planted directions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from atlas.chapters.generative.agreement import between_methods, nearest_others
from atlas.chapters.generative.direction_study import study_directions
from atlas.chapters.generative.directions import Direction, cosines, edited, expected_cosine, random_directions, signed
from atlas.chapters.generative.latent import Generator, draw, first_affine, pictures
from atlas.chapters.generative.method import Evidence, stability
from atlas.chapters.generative.methods import METHODS, conditional, ganspace, hyperplane, sefa
from atlas.chapters.generative.methods.hyperplane import varies
from atlas.chapters.generative.study import study_sample
from atlas.core.errors import AtlasError
from atlas.networks.generators import GENERATORS
from tests.fixtures.generative import PUBLISHED, small_dcgan


def evidence(z=None, measures=None, names=(), count=3, **inner):
    """What methods look at; whatever a test does not plant is empty."""
    z = np.zeros((4, 8)) if z is None else z
    return Evidence(GENERATORS["face-dcgan"], z, measures, tuple(names), count, 0, **inner)


def power_iteration(matrix, count):
    """Eigenvectors by repeated multiplication and deflation: slow, and nothing like a library's solver."""
    found = []
    for _ in range(count):
        vector = np.random.default_rng(1).standard_normal(len(matrix))
        for _ in range(5000):
            vector = matrix @ vector
            vector /= np.linalg.norm(vector)
        value = vector @ matrix @ vector
        found.append((value, vector))
        matrix = matrix - value * np.outer(vector, vector)
    return found


def test_sefa_is_the_sorted_eigen_solve():
    affine = np.random.default_rng(0).standard_normal((40, 6)) * np.array([1, 5, 2, 0.5, 3, 4])
    gains, vectors = sefa.spectrum(affine)
    assert (np.diff(gains) <= 0).all()
    for (value, vector), gain, found in zip(power_iteration(affine.T @ affine, 4), gains, vectors, strict=False):
        assert gain == pytest.approx(value, rel=1e-6)
        assert abs(vector @ found) == pytest.approx(1, abs=1e-6)


def test_sefa_direction_moves_the_first_step_most():
    affine = np.random.default_rng(0).standard_normal((50, 8))
    [first] = sefa.find(evidence(affine=affine, count=1))
    reached = np.linalg.norm(affine @ first.vector)
    for other in random_directions(8, 200, 5):
        assert np.linalg.norm(affine @ other) < reached


def test_the_first_step_is_read_with_its_batch_normalization():
    generator = small_dcgan()
    norm, up = generator.module.norm1, generator.module.up1
    norm.running_var.uniform_(0.5, 2)
    norm.weight.uniform_(0.5, 2)
    norm.bias.uniform_(0.5, 2)
    norm.running_mean.uniform_(0.5, 2)
    factor = (norm.weight / (norm.running_var + norm.eps).sqrt()).double().numpy()
    wanted = (up.weight.double().numpy() * factor[None, :, None, None]).reshape(10, -1).T
    assert first_affine(generator) == pytest.approx(wanted, abs=1e-6)
    assert next(generator.module.parameters()).dtype.is_floating_point
    assert up.weight.dtype.itemsize == 4  # back in single precision


def test_regression_recovers_planted_directions_of_a_linear_generator():
    random = np.random.default_rng(0)
    planted = np.linalg.qr(random.standard_normal((12, 12)))[0][:3]  # three orthogonal directions of z
    z = random.standard_normal((4000, 12))
    axes = np.linalg.qr(random.standard_normal((60, 60)))[0][:3]
    activations = (z @ planted.T * [9, 5, 3]) @ axes + 0.01 * random.standard_normal((4000, 60))
    early, shares = ganspace.components(activations, 0)
    seen = evidence(z, early=early, shares=shares)
    found = ganspace.find(seen)
    assert cosines(np.stack([d.vector for d in found]), planted).diagonal() == pytest.approx(1, abs=0.01)
    assert found[0].weight > found[1].weight > found[2].weight
    assert stability(ganspace.METHOD, seen, planted) == pytest.approx([1] * 3, abs=0.02)


def planted_attributes(z):
    """Two attributes that share a part of z: the normals are 60 degrees apart."""
    second = np.array([0.5, np.sqrt(0.75)])
    return np.stack([z[:, 0], z[:, :2] @ second], 1)


def test_hyperplanes_of_a_planted_generator_and_the_conditional_edit():
    z = np.random.default_rng(0).standard_normal((6000, 8))
    seen = evidence(z, planted_attributes(z), ("a", "b"))
    first, second = hyperplane.find(seen)
    assert first.vector[0] > 0.99
    assert second.vector[:2] @ [0.5, np.sqrt(0.75)] > 0.99
    assert first.weight > 0.95
    cleared, _ = conditional.find(seen)
    assert (cleared.name, cleared.attribute) == ("conditional-a", "a")
    assert cleared.weight == pytest.approx(np.sqrt(0.75), abs=0.03)  # sin 60 degrees
    before, after = planted_attributes(z), planted_attributes(z + 2 * cleared.vector)
    assert np.abs((after - before)[:, 1]).max() < 0.1  # what it was freed of stays
    assert (after - before)[:, 0].min() > 1.5  # sin 60 degrees of the effect is left
    assert not conditional.orthogonal_to(first.vector, first.vector[None]).any()


def test_a_normal_that_is_wholly_made_of_the_others_gives_no_conditional_direction():
    z = np.random.default_rng(0).standard_normal((2000, 6))
    measures = np.stack([z[:, 0], z[:, 0] * 2, z[:, 1]], 1)  # two names for one thing
    assert [found.attribute for found in conditional.find(evidence(z, measures, "abc"))] == ["c"]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_what_it_is_and_gives_unit_vectors_of_its_own_name(name):
    random = np.random.default_rng(0)
    z = random.standard_normal((200, 8))
    early, shares = ganspace.components(random.standard_normal((200, 20)), 0)
    found = METHODS[name].find(
        evidence(
            z,
            z[:, :2],
            ("brightness", "contrast"),
            affine=random.standard_normal((30, 8)),
            early=early,
            shares=shares,
        )
    )
    assert all(direction.method == name for direction in found)
    assert [np.linalg.norm(direction.vector) for direction in found] == pytest.approx([1] * len(found))
    assert METHODS[name].words.endswith(".") and METHODS[name].weight and METHODS[name].paper


def test_every_file_of_the_folder_is_a_method():
    files = {path.stem for path in Path(sefa.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(METHODS) == files
    assert list(METHODS) == sorted(METHODS, key=lambda name: METHODS[name].order)
    assert all(bool(method.repeat) == bool(method.resampled) for method in METHODS.values())


def test_what_cannot_be_read_is_left_out():
    assert sefa.find(evidence()) == ganspace.find(evidence()) == []


def test_the_nearest_direction_is_of_another_paper_and_meets_the_best_of_as_many_random_ones():
    axes = np.eye(20)
    tilted = (axes[0] + axes[1]) / np.sqrt(2)
    found = nearest_others(
        [
            Direction("sefa", 0, axes[0], 0),
            Direction("hyperplane", 0, tilted, 0, attribute="a"),
            Direction("conditional", 0, tilted, 0, attribute="a"),
            Direction("ganspace", 0, axes[5], 0),
        ],
        seed=0,
    )
    assert found[0].name == "hyperplane-a"
    assert (found[0].cosine, found[0].percentile) == pytest.approx((np.sqrt(0.5), 1), abs=0.01)
    assert found[1].name == "sefa-0"  # not the conditional one, which is made of it
    assert (found[3].cosine, found[3].percentile) == pytest.approx(
        (0, 0), abs=1e-9
    )  # every random direction comes nearer


def test_noise_gives_a_hyperplane_that_does_not_hold_out():
    z = np.random.default_rng(0).standard_normal((4000, 20))
    accuracy = hyperplane.fit(z, np.random.default_rng(1).standard_normal(4000))[1]
    assert accuracy < 0.55


def test_an_edit_adds_the_strength_or_sets_it():
    generator = small_dcgan(numbers=2)
    spec, z = generator.spec, draw(generator, 5, 0)
    vector = np.eye(spec.free)[spec.noise]
    added = edited(spec, z, Direction("x", 0, vector, 0.0), [-1.0, 2.0])
    assert added[:, :, spec.noise] == pytest.approx(np.stack([z[:, spec.noise] - 1, z[:, spec.noise] + 2]), abs=1e-6)
    placed = edited(spec, z, Direction("x", 0, vector, 0.0, absolute=True), [-1.0, 2.0])
    assert placed[:, :, spec.noise] == pytest.approx(np.array([[-1.0] * 5, [2.0] * 5]), abs=1e-6)
    assert (np.delete(placed, spec.noise, 2) == np.delete(z, spec.noise, 1)).all()


@pytest.mark.parametrize("size", [2, 3, 100])
def test_expected_cosine_is_that_of_random_pairs(size):
    a, b = random_directions(size, 20_000, 0), random_directions(size, 20_000, 1)
    assert expected_cosine(size) == pytest.approx(np.abs((a * b).sum(1)).mean(), rel=0.02)


def test_an_attribute_that_is_the_same_everywhere_does_not_vary():
    assert not varies(np.zeros(20))
    assert varies(np.linspace(0, 1, 20))


def test_a_grey_generator_is_measured_by_what_differs_and_a_constant_one_is_refused():
    closed = small_dcgan(first="", layers=(), subject="pictures")
    grey = Generator(closed.spec, torch.nn.Sequential(closed.module, Grey()))
    sample = study_sample(grey, count=60, seed=0)
    study = study_directions(grey, sample, count=2, vectors=4, chance=4, seed=0)
    assert study.attributes == ("brightness", "contrast", "sharpness")
    assert {report.method for report in study.directions} == {"hyperplane", "conditional"}
    assert study.rescoring.plain.shape == (3, 3) and np.isfinite(study.rescoring.plain).all()
    still = replace(sample, measures=np.zeros_like(sample.measures))
    with pytest.raises(AtlasError, match="the same from every z"):
        study_directions(grey, still, count=2, vectors=4, chance=4, seed=0)


class Grey(torch.nn.Module):
    def forward(self, rgb):
        return rgb.mean(1, keepdim=True).expand(-1, 3, -1, -1)


def test_agreement_between_methods_is_that_of_each_direction_with_its_nearest():
    axes = np.eye(50)
    tilted = (axes[0] + axes[9]) / np.sqrt(2)
    agreement = between_methods(
        [
            Direction("sefa", 0, axes[0], 0),
            Direction("sefa", 1, axes[1], 0),
            Direction("ganspace", 0, tilted, 0),
        ],
        seed=0,
    )
    assert agreement.methods == ("sefa", "ganspace")
    assert agreement.table == pytest.approx(np.array([[1, np.sqrt(0.5) / 2], [np.sqrt(0.5), 1]]))
    assert agreement.chance[1] == pytest.approx(
        expected_cosine(50), rel=0.1
    )  # of one direction; the nearest of two is nearer
    assert agreement.chance[0] > agreement.chance[1]


def test_a_sign_is_chosen_not_left_open():
    vector = np.array([0.1, -3.0, 0.2])
    assert (signed(vector) == signed(-vector)).all()
    assert signed(vector)[1] > 0


@pytest.mark.parametrize("name", [name for name in GENERATORS if name not in PUBLISHED])
def test_every_generator_loads_strictly_and_draws(name):
    from atlas.chapters.generative.latent import load

    generator = load(GENERATORS[name])
    spec = generator.spec
    z = draw(generator, 3, 0)
    rgb = pictures(generator, z)
    assert rgb.shape == (3, spec.size, spec.size, 3)
    assert rgb.std() > 10
    assert (rgb == pictures(generator, z)).all()
    quick = pictures(generator, z, quick=True).astype(int)
    assert np.abs(quick - rgb).mean() < 1.5
    paths = dict(generator.module.named_modules())
    assert all(layer.path in paths for layer in spec.layers)
