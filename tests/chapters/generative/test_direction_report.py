"""Measures of a direction report on constructed strips and on planted readers."""

import json

import numpy as np
import pytest

from atlas.chapters.generative import identity
from atlas.chapters.generative.attributes import ATTRIBUTES, attributes_of, measure, smaller
from atlas.chapters.generative.direction_report import (
    Edits,
    against_chance,
    effect_of,
    effects,
    leakage,
    monotone,
    percentile,
)
from atlas.chapters.generative.direction_study import random_effects
from atlas.chapters.generative.directions import Direction, random_directions
from atlas.chapters.generative.edit_evaluation import make_evaluation
from atlas.chapters.generative.identity import identity_preservation
from atlas.chapters.generative.latent import draw, load, pictures
from atlas.chapters.generative.study import study_sample
from atlas.core.seeds import name_seed
from atlas.networks.generators import GENERATORS
from atlas.networks.readers import DIGESTS
from atlas.train import reader
from atlas.weights import load as weights
from tests.fixtures.generative import small_dcgan

STRENGTHS = np.linspace(-3, 3, 7)


def edits(slopes, bend=0.0):
    """Measures [7, 4, A]: attribute a rises by slopes[a] per strength; `bend` folds those of the last vector."""
    measures = STRENGTHS[:, None, None] * np.asarray(slopes, float)[None, None]
    measures = np.repeat(measures, 4, axis=1)
    measures[-1, -1] -= bend
    return Edits(STRENGTHS, measures, np.ones((7, 4, 3)))


def test_effect_leakage_and_target_of_a_constructed_strip():
    found = effect_of(
        Direction("sefa", 0, np.array([1.0, 0, 0]), 0.1), edits([0.5, -1.0, 0.0]), np.zeros((5, 3)), ("a", "b", "c")
    )
    assert effects(edits([0.5, -1.0, 0.0]).measures) == pytest.approx([3, -6, 0])
    assert found.target == 1
    assert found.leakage == pytest.approx(3 / 2 / 6)
    assert found.monotone == 1
    assert found.percentile == 1
    assert found.curve[3] == pytest.approx(0)
    assert found.identities == pytest.approx(1)


def test_one_step_back_is_not_monotone():
    values = edits([1.0]).measures[:, :, 0]
    assert monotone(values) == 1
    values[3, 0] = values[2, 0]  # a pause is no growth
    assert monotone(values) == pytest.approx(3 / 4)
    assert monotone(-values) == pytest.approx(3 / 4)


def test_leakage_of_what_does_not_move_is_infinite():
    assert leakage(np.array([0.0, 1.0]), 0) == float("inf")


def test_a_chosen_target_pays_for_the_choice():
    chance = np.array([[0.1, 2.0], [0.1, 2.0], [0.1, 0.2], [3.0, 0.1]])
    effect = np.array([1.0, 0.0])
    assert percentile(effect, 0, chance, chosen=False) == pytest.approx(3 / 4)
    assert percentile(effect, 0, chance, chosen=True) == pytest.approx(1 / 4)


def test_the_target_is_what_chance_moves_least():
    chance = np.array([[2.0, 0.1], [-2.0, -0.1]])
    assert against_chance(np.array([3.0, 1.0]), chance) == pytest.approx([1.5, 10])
    found = effect_of(Direction("sefa", 0, np.array([1.0, 0, 0]), 0.1), edits([0.5, 0.4]), chance, ("a", "b"))
    assert found.target == 1  # the smaller effect, but far above what random directions do
    assert against_chance(np.ones(2), np.zeros((3, 2))).min() > 1e6  # nothing moved by chance


def test_a_supervised_direction_keeps_its_own_target():
    found = effect_of(
        Direction("hyperplane", 0, np.array([1.0, 0, 0]), 0.1, attribute="a"),
        edits([0.5, -1.0]),
        np.zeros((5, 2)),
        ("a", "b"),
    )
    assert found.target == 0


def test_the_reader_recovers_a_linear_generator_and_likeness_forgets_the_edit():
    random = np.random.default_rng(0)
    z = random.standard_normal((600, 4))
    base = random.standard_normal((4, 32 * 32 * 3)) * 9
    rgb = np.clip(128 + z @ base, 0, 255).astype(np.uint8).reshape(-1, 32, 32, 3)
    reader = identity.reader_of(small_dcgan(name="a stranger").spec, rgb, z)  # none is shipped: a linear one
    assert reader.kind == "linear"
    assert reader.r2 > 0.95
    other = z.copy()
    other[:, 0] += 3
    moved = np.clip(128 + other @ base, 0, 255).astype(np.uint8).reshape(-1, 32, 32, 3)
    vector = np.eye(4)[0]
    assert identity.identity_preservation(reader.read(rgb), reader.read(moved), vector).mean() > 0.9
    assert abs(identity.identity_preservation(reader.read(rgb), reader.read(np.roll(moved, 1, 0)), vector).mean()) < 0.2


def test_a_reader_of_noise_reads_nothing():
    random = np.random.default_rng(0)
    rgb = random.integers(0, 256, (300, 32, 32, 3), dtype=np.uint8)
    assert identity.fit(rgb, random.standard_normal((300, 4))).r2 < 0.05


def flat(value, size=64):
    return np.full((1, size, size, 3), value, np.uint8)


def left_and_right(left, right):
    rgb = flat(0)
    rgb[:, :, :32], rgb[:, :, 32:] = left, right
    return rgb


def marked(value, rows, columns, mark=0):
    rgb = flat(value)
    rgb[:, rows, columns] = mark
    return rgb


MIDDLE, FIRST, LAST = slice(22, 42), slice(12, 24), slice(40, 52)
HIGHER = {
    "brightness": (flat(20), flat(200)),
    "contrast": (flat(90), left_and_right(0, 255)),
    "warmth": (flat((10, 10, 200)), flat((200, 10, 10))),
    "saturation": (flat(90), flat((200, 10, 10))),
    "sharpness": (flat(90), left_and_right(0, 255)),
    "turn": (left_and_right((200, 100, 50), 90), left_and_right(90, (200, 100, 50))),
    "light": (left_and_right(200, 50), left_and_right(50, 200)),
    "ground": (flat(20), flat(200)),
    "mouth": (marked(150, slice(20, 40, 4), MIDDLE), marked(150, slice(44, 56, 4), MIDDLE)),
    "forehead": (marked(150, slice(0, 18), slice(0, 64)), marked(50, slice(0, 18), slice(0, 64), 200)),
    "pupil": (flat(150), marked(150, MIDDLE, MIDDLE)),
    "gaze-x": (marked(150, MIDDLE, FIRST), marked(150, MIDDLE, LAST)),
    "gaze-y": (marked(150, FIRST, MIDDLE), marked(150, LAST, MIDDLE)),
    "x": (marked(0, MIDDLE, FIRST, 255), marked(0, MIDDLE, LAST, 255)),
    "y": (marked(0, FIRST, MIDDLE, 255), marked(0, LAST, MIDDLE, 255)),
    "area": (marked(0, MIDDLE, FIRST, 255), marked(0, MIDDLE, MIDDLE, 255)),
    "hue": (marked(0, MIDDLE, MIDDLE, (255, 0, 0)), marked(0, MIDDLE, MIDDLE, (0, 0, 255))),
}


@pytest.mark.parametrize("name", list(HIGHER))
def test_attributes_grow_as_their_words_say(name):
    subject = next(a.subjects[0] for a in ATTRIBUTES if a.name == name)
    at = [a.name for a in attributes_of(subject)].index(name)
    low, high = (measure(rgb, subject)[0, at] for rgb in HIGHER[name])
    assert low < high


def test_a_darker_or_flatter_picture_is_neither_sharper_nor_smoother():
    rgb = np.random.default_rng(0).integers(0, 120, (1, 64, 64, 3), dtype=np.uint8)
    at = [attribute.name for attribute in attributes_of("faces")].index("sharpness")
    dark, plain, flatter = (measure(one.astype(np.uint8), "faces")[0, at] for one in (rgb, rgb * 2, rgb + 100))
    assert dark == pytest.approx(plain, rel=0.15)
    assert flatter == pytest.approx(dark, rel=0.01)


def test_only_the_slant_has_its_own_test():
    assert {attribute.name for attribute in ATTRIBUTES} - set(HIGHER) == {"slant"}


def test_every_subject_has_attributes_and_their_names_are_unique():
    for subject in ("faces", "eyes", "sprites"):
        names = [attribute.name for attribute in attributes_of(subject)]
        assert len(names) >= 5
        assert len(set(names)) == len(names)


def test_pictures_are_measured_at_64_pixels():
    rgb = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 3), dtype=np.uint8)
    small = smaller(rgb)
    assert small.shape == (2, 64, 64, 3)
    assert small[0, 0, 0, 0] == pytest.approx(rgb[0, :2, :2, 0].mean(), abs=0.51)


def test_slant_knows_left_from_right_and_is_zero_where_nothing_is():
    down = np.zeros((1, 32, 32, 3), np.uint8)
    down[0, np.arange(32), np.arange(32)] = 255
    at = [attribute.name for attribute in attributes_of("sprites")].index("slant")
    falling, rising, empty = (measure(rgb, "sprites")[0, at] for rgb in (down, down[:, :, ::-1], flat(0, 32)))
    assert falling == pytest.approx(0.5, abs=0.01)
    assert rising == pytest.approx(-0.5, abs=0.01)
    assert empty == 0


def test_a_small_network_learns_to_read_z_from_pictures():
    random = np.random.default_rng(0)
    z = random.standard_normal((500, 2)).astype(np.float32)
    sides = np.where(np.arange(32) < 16, z[:, :1], z[:, 1:])  # each number is the brightness of a half
    rgb = np.clip(128 + 40 * np.repeat(sides[:, None, :, None], 32, 1).repeat(3, 3), 0, 255).astype(np.uint8)
    recipe = reader.ReaderRecipe(epochs=6, batch=20, rate=3e-3)
    module, curve = reader.fit(z[:400], rgb[:400], (z[400:], rgb[400:]), recipe=recipe, seed=0, progress=lambda _: None)
    assert [row["epoch"] for row in curve] == [1, 2, 3, 4, 5, 6]
    assert curve[-1]["held_out_r2"] > 0.8
    found = identity.Convolutional(module, curve[-1]["held_out_r2"]).read(rgb[400:])
    assert identity.explained(found, z[400:]) == pytest.approx(curve[-1]["held_out_r2"], abs=1e-3)


def test_the_share_that_is_explained_in_closed_form():
    z = np.array([[0.0, 2.0], [2.0, 0.0]])
    assert identity.explained(z, z) == 1
    assert identity.explained(np.ones((2, 2)), z) == 0  # the mean
    assert identity.explained(z + 0.5, z) == pytest.approx(1 - 4 * 0.25 / 4)


def test_an_edit_of_nothing_keeps_all_and_chance_is_measured_as_it_says(monkeypatch):
    monkeypatch.setattr(
        "atlas.runtime.precision.native_precision", lambda device: "float32"
    )  # no bits from the batch's size
    generator = small_dcgan()
    sample = study_sample(generator, count=80, seed=0)
    evaluation = make_evaluation(generator, sample, vectors=6, seed=0)
    still, rgb = evaluation.edits(Direction("x", 0, np.zeros(10), 0.0), np.array([-1.0, 0.0, 1.0]))
    assert (rgb == evaluation.plain).all()
    assert identity_preservation(still.estimates[0], evaluation.estimates, np.zeros(10)) == pytest.approx(1)
    assert effects(still.measures) == pytest.approx(0)
    luck = random_effects(evaluation, 5, 0)
    assert luck.identities.shape == (5,) and luck.identities.max() < 1
    [own] = random_directions(10, 1, name_seed("face-dcgan/chance", 0))
    z = evaluation.z[:3].astype(float)
    ends = [measure(pictures(generator, (z + strength * own).astype(np.float32)), "faces") for strength in (-3, 3)]
    assert luck.effects[0] == pytest.approx(
        (ends[1] - ends[0]).mean(0)[evaluation.varying] / evaluation.scale, abs=1e-3
    )


@pytest.mark.parametrize("name", DIGESTS)
def test_a_shipped_reader_fits_its_generator_and_its_card(name):
    spec = GENERATORS[name]
    generator = load(spec)
    z = draw(generator, 200, 12345)
    found = identity.reader_of(spec, smaller(pictures(generator, z)), z[:, : spec.free])
    path = weights.locate(spec.reader)
    card = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert found.kind == "convolutional"
    assert card["weights"]["sha256"] == spec.reader.sha256
    assert card["data"]["weights_sha256"] == spec.weights.sha256
    assert found.r2 == pytest.approx(card["held_out"]["r2"], abs=0.04)
    recipe = reader.RECIPES[f"reader-{name}"]
    assert {key: card["recipe"][key] for key in vars(recipe)} == vars(recipe)
