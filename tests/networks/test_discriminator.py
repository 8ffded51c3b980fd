"""The InfoGANs' discriminators as networks: the outputs of the trained one, each at a layer of its own."""

import pytest
import torch

from atlas.core.hooks import tap
from atlas.networks import NETWORKS
from atlas.networks.discriminator import PREFIX
from atlas.networks.generators import NUMBERS, SEEDS, SHAPE_CODES
from atlas.networks.modules.infogan import Discriminator
from atlas.weights import load as weights


@pytest.mark.parametrize("seed", SEEDS)
def test_it_answers_as_the_discriminator_that_was_trained(seed):
    spec = NETWORKS[f"infogan-discriminator-{seed}"]
    state = weights.read(weights.locate(spec.weights))
    trained = Discriminator(SHAPE_CODES, NUMBERS).eval()
    trained.load_state_dict(
        {key.removeprefix(PREFIX): value.float() for key, value in state.items() if key.startswith(PREFIX)}
    )
    images = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    network, found = weights.load(spec), {}
    with (
        torch.inference_mode(),
        tap(network.module, spec.layers, lambda layer, value: found.update({layer.name: value})),
    ):
        choice = network.module(images)
        real, wanted, numbers = trained(images)
    torch.testing.assert_close(choice, wanted)
    torch.testing.assert_close(found["real"][:, 0], real)
    torch.testing.assert_close(found["numbers"], numbers)
