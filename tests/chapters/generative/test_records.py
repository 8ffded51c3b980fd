"""Results in the store: the names of arrays and facts are those of earlier versions, and records come back as they went in."""

import json
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from safetensors.numpy import load, save

from atlas.chapters.generative.direction_study import DirectionStudy
from atlas.chapters.generative.plan import STEPS
from atlas.chapters.generative.records import GeneratorCard
from atlas.chapters.generative.results import _card
from atlas.chapters.generative.sprite_study import CodeStudy, RealSprites
from atlas.chapters.generative.study import QualityStudy, Sample, UnitStudy
from atlas.core.pack import pack, unpack
from atlas.networks.generators import GENERATORS
from tests.fixtures.generative import SPRITES, make_generators

PLAIN, CODED, _ = make_generators()
RECORDS = [PLAIN.sample, PLAIN.directions, PLAIN.units, PLAIN.quality, CODED.codes, CODED.directions, SPRITES]
NAMES = {
    Sample: ("features measures power rgb z", ""),
    UnitStudy: ("layer1/ablated layer1/units layer3/inserted_map layer3/percentile", "layers widths"),
    QualityStudy: ("interpolation power truncation truncations", "checkerboard longest"),
    DirectionStudy: (
        "agreement agreement_chance chance chance_identity conditional cosines matrix vectors "
        "sefa-0/curve sefa-0/doses sefa-0/effect sefa-0/identity sefa-0/strip",
        "attributes chance chance_identity directions expected_cosine methods reader reader_r2 reader_r2_numbers repeats "
        "samples shown stability strangers vectors",
    ),
    CodeStudy: (
        "distance grid importance information information_null informativeness informativeness_null made mig mig_null nearest",
        "codes completeness completeness_null disentanglement disentanglement_null factors frechet frechet_floor judge judged "
        "learned mig mig_null nearest_made nearest_real precision precision_floor recall recall_floor spectrum_real sprites",
    ),
    RealSprites: (
        "features learned",
        "frechet_floor judge judged learned nearest_real precision_floor recall_floor spectrum_real",
    ),
}


def same(one, other):
    if is_dataclass(one):
        assert type(one) is type(other)
        for part in fields(one):
            same(getattr(one, part.name), getattr(other, part.name))
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    elif isinstance(one, dict):
        assert set(one) == set(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    else:
        assert one == other


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_from_the_store_under_its_old_names(record):
    arrays, facts = pack(record)
    expected_arrays, expected_facts = (set(names.split()) for names in NAMES[type(record)])
    assert expected_arrays <= set(arrays)
    assert expected_facts == set(facts)
    data = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})  # as the store does
    same(record, unpack(type(record), load(data), json.loads(json.dumps(facts))))


def test_steps_keep_the_names_that_their_keys_have():
    stored = {step.name: step.stored or step.name for step in STEPS}
    assert stored["samples"] == "generated" and stored["latent_maps"] == "latents"
    assert list(stored.values()) == [
        "sprites",
        "generated",
        "directions",
        "dissections",
        "latents",
        "qualities",
        "codes",
    ]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_model_card_of_a_shipped_infogan_is_read(seed):
    spec = GENERATORS[f"infogan-sprites-{seed}"]
    card = _card(spec)
    assert isinstance(card, GeneratorCard)
    assert card.seed == seed and card.steps == card.recipe["steps"]
    assert card.curve[-1].step > card.steps  # fine-tuning goes on
    assert all(0 <= point.mig <= 1 for point in card.curve)
