"""Records as the store keeps them: what goes in comes out, through real safetensors and JSON, under the names that are promised."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
import pytest
from safetensors.numpy import load, save

from atlas.core.pack import PLACE, pack, stored, unpack
from atlas.core.specs import Array


@dataclass(frozen=True)
class Direction:
    name: str
    weight: float
    strip: Array


@dataclass(frozen=True)
class Peak:
    cell: int
    curve: Array | None = None


@dataclass(frozen=True)
class Maps:
    highest: Array
    lowest: Array


@dataclass(frozen=True)
class Study:
    scores: Array
    quality: Peak
    peaks: tuple[Peak, ...]
    directions: tuple[Direction, ...] = stored(by="name")
    by_layer: Mapping[str, Array] = stored("layers")
    by_kind: Mapping[str, tuple[Peak, ...]]
    shown: tuple[str, ...]
    maps: Mapping[str, Maps] = stored("", keys="shown")
    causes: tuple[tuple[str, float], ...] = stored("errors/causes")
    pair: tuple[int, str]
    free: Array | None = None
    share: float | None = None


def study():
    rng = np.random.default_rng(0)
    return Study(
        scores=rng.normal(size=(3, 2)),
        quality=Peak(4, rng.normal(size=2)),
        peaks=(Peak(1), Peak(2, np.arange(3))),
        directions=(Direction("sefa-0", 0.5, np.ones(2)), Direction("code-1", 0.25, np.zeros(2))),
        by_layer={"conv1": np.ones(1), "a/b": np.zeros(1)},
        by_kind={"x": (Peak(3, np.ones(1)),), "y": ()},
        shown=("conv2", "conv1"),
        maps={"conv2": Maps(np.ones(2), np.zeros(2)), "conv1": Maps(np.ones(3), np.zeros(3))},
        causes=(("rare", 0.5),),
        pair=(1, "a"),
        share=np.float32(0.5),
    )


def through_disk(record):
    arrays, facts = pack(record)
    return load(save(arrays)), json.loads(json.dumps(facts))


def same(one, other):
    if is_dataclass(one):
        assert type(one) is type(other)
        for part in fields(one):
            same(getattr(one, part.name), getattr(other, part.name))
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert set(one) == set(other)  # the store keeps no order of names
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, tuple):
        assert isinstance(other, tuple) and len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    else:
        assert one == other


def test_what_goes_in_comes_out():
    same(study(), unpack(Study, *through_disk(study())))


def test_mappings_have_one_order():
    found = unpack(Study, *through_disk(study()))
    assert list(found.by_layer) == ["a/b", "conv1"]  # a file of arrays keeps no order of its own
    assert list(found.maps) == ["conv2", "conv1"]  # as the record lists them


def test_names_are_those_promised():
    arrays, facts = pack(study())
    assert set(arrays) == {
        "scores", "quality/curve", "peaks/1/curve", "sefa-0/strip", "code-1/strip", "layers/conv1", "layers/a/b", "by_kind/x/0/curve",
        "conv2/highest", "conv2/lowest", "conv1/highest", "conv1/lowest",
    }  # fmt: skip
    assert facts["errors"] == {"causes": [("rare", 0.5)]} or facts["errors"]["causes"][0][0] == "rare"
    assert facts["directions"] == [{"name": "sefa-0", "weight": 0.5}, {"name": "code-1", "weight": 0.25}]
    assert set(facts) == {"quality", "peaks", "directions", "by_kind", "shown", "errors", "pair", "free", "share"}
    assert facts["share"] == 0.5 and type(facts["share"]) is float
    assert "free" not in arrays and facts["free"] is None


def test_what_is_missing_is_named():
    arrays, facts = through_disk(study())
    del arrays["scores"]
    with pytest.raises(KeyError, match="Study has nothing under 'scores'"):
        unpack(Study, arrays, facts)


@dataclass(frozen=True)
class Decision:
    score: float
    by_method: Mapping[str, Array] = stored("", only=("lrp", "gradient"))
    symbols: Array
    curve: Mapping[str, Array]


@dataclass(frozen=True)
class Decisions:
    decisions: tuple[Decision, ...] = stored(by=PLACE)
    running: Array


def test_records_may_lie_at_their_place_alone_and_share_a_level_with_a_mapping():
    one = Decision(0.5, {"lrp": np.ones(2), "gradient": np.zeros(2)}, np.arange(2), {"lrp": np.arange(3)})
    other = Decision(0.25, {"lrp": np.ones(1)}, np.arange(1), {})
    record = Decisions((one, other), np.ones(3))
    arrays, facts = through_disk(record)
    assert set(arrays) == {"0/lrp", "0/gradient", "0/symbols", "0/curve/lrp", "1/lrp", "1/symbols", "running"}
    assert facts == {"decisions": [{"score": 0.5}, {"score": 0.25, "curve": {}}]}
    same(record, unpack(Decisions, arrays, facts))


@dataclass(frozen=True)
class Optional:
    peak: Peak | None = None


def test_a_record_may_be_missing_or_none():
    same(Optional(), unpack(Optional, *through_disk(Optional())))
    same(Optional(), unpack(Optional, {}, {}))
    same(Optional(Peak(1)), unpack(Optional, *through_disk(Optional(Peak(1)))))
