"""The streaming pass against slow re-derivations in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from atlas.chapters.vision.collect import Moments, join, merge_moments, respond, sample_positions
from atlas.core.hooks import tap
from atlas.core.specs import LayerSpec
from atlas.methods.prepare import prepare
from atlas.networks import NETWORKS
from atlas.weights import load

NAMES = ("stem", "block3b", "logits")


@pytest.fixture(scope="module")
def network():
    return load(NETWORKS["efficientnet-lite0"])


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(1).integers(0, 256, (5, 224, 224, 3), dtype=np.uint8)


def outputs(network, pixels, layers):
    """The layers' outputs, kept whole."""
    kept = {}
    with (
        torch.inference_mode(),
        tap(network.module, layers, lambda layer, value: kept.update({layer.name: value.clone()})),
    ):
        network.module(prepare(network, pixels))
    return {name: value.double().numpy() for name, value in kept.items()}


def test_responses_equal_numpy_in_float64(network, pixels):
    layers = [network.spec.layer(name) for name in NAMES]
    found = respond(network, layers, pixels, seeds=list("abcde"))
    whole = outputs(network, pixels, layers)
    for layer in layers:
        values = whole[layer.name].reshape(5, layer.units, -1)
        answer = found[layer.name]
        np.testing.assert_allclose(answer.maxima, values.max(axis=2), rtol=1e-6)
        np.testing.assert_allclose(answer.means, values.mean(axis=2), rtol=2e-3, atol=2e-3)
        flat = values.transpose(1, 0, 2).reshape(layer.units, -1)
        np.testing.assert_allclose(answer.moments.mean, flat.mean(axis=1), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(answer.moments.m2 / answer.moments.count, flat.var(axis=1), rtol=1e-4, atol=1e-9)


def test_samples_are_taken_at_the_drawn_position(network, pixels):
    layer = network.spec.layer("block3b")
    seeds = [f"image-{number}" for number in range(5)]
    answer = respond(network, [layer], pixels, seeds=seeds)["block3b"]
    whole = outputs(network, pixels, [layer])["block3b"]
    rows, columns = sample_positions(seeds, layer, *whole.shape[2:])
    for image in range(5):
        np.testing.assert_allclose(
            answer.sample[image], whole[image, :, rows[image], columns[image]], rtol=1e-2, atol=1e-3
        )
    assert rows.min() >= 1 and rows.max() < whole.shape[2] - 1


def test_batches_do_not_know_of_each_other(network, pixels):
    layer = network.spec.layer("stem")
    whole = respond(network, [layer], pixels, seeds=list("abcde"))["stem"]
    parts = [respond(network, [layer], pixels[i : i + 2], seeds=list("abcde")[i : i + 2])["stem"] for i in (0, 2, 4)]
    joined = join(parts)
    np.testing.assert_allclose(joined.maxima, whole.maxima, rtol=1e-5)
    np.testing.assert_array_equal(joined.sample.shape, whole.sample.shape)
    np.testing.assert_allclose(joined.moments.m2, whole.moments.m2, rtol=1e-5)


@given(
    arrays.arrays(np.float64, st.tuples(st.integers(2, 20), st.just(3)), elements=st.floats(-1e3, 1e3)),
    st.integers(1, 19),
)
def test_moments_merge_exactly(values, at):
    at = min(at, len(values) - 1)
    parts = [
        Moments(len(part), part.mean(axis=0), ((part - part.mean(axis=0)) ** 2).sum(axis=0))
        for part in (values[:at], values[at:])
    ]
    merged = merge_moments(parts)
    np.testing.assert_allclose(merged.mean, values.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(merged.m2, ((values - values.mean(axis=0)) ** 2).sum(axis=0), atol=1e-5)


def test_a_tap_leaves_no_hook_behind_after_an_exception(network, pixels):
    layer = network.spec.layer("stem")

    def fail(_layer, _value):
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"), tap(network.module, [layer], fail):
        network.module(prepare(network, pixels[:1]))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.module.modules())


def test_a_tap_tells_the_calls_of_a_shared_module_apart():
    shared = torch.nn.ReLU(inplace=True)
    module = torch.nn.Sequential(torch.nn.Linear(4, 4), shared, torch.nn.Linear(4, 4), shared)
    layers = [LayerSpec(f"relu{call}", "1", 4, "", axes="unit", call=call) for call in (0, 1)]
    kept = {}
    image = torch.randn(2, 4)
    for _ in range(2):  # the count starts anew at every pass
        with tap(module, layers, lambda layer, value: kept.update({layer.name: value.clone()})):
            output = module(image)
    assert torch.equal(kept["relu1"], output)
    assert not torch.equal(kept["relu0"], output)
