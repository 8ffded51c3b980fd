"""What makes each miniature what it is; layers, tracing and size for all that can be trained."""

import pytest
import torch
from torch import nn

from atlas.networks import NETWORKS
from atlas.train.recipes import RECIPES

NAMES = ("alexnet-64", "zfnet-64", "vgg-64", "resnet-64", "senet-64", "densenet-64", "googlenet-64")


def built(name):
    torch.manual_seed(0)
    return RECIPES[name].spec.build().eval()


def images():
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(3))


def test_all_seven_can_be_trained():
    assert sorted(RECIPES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_layers_exist_with_their_units(name):
    spec, module = RECIPES[name].spec, built(name)
    shapes = {}
    for layer in spec.layers:
        keep = lambda part, given, out, key=layer.name: shapes.update({key: tuple(out.shape)})  # noqa: E731
        module.get_submodule(layer.path).register_forward_hook(keep)
    with torch.inference_mode():
        module(images())
    assert len(shapes) == len(spec.layers)  # names are unique and every module fired
    for layer in spec.layers:
        assert shapes[layer.name][1] == layer.units, layer
        assert (len(shapes[layer.name]) == 4) == layer.spatial, layer
    assert spec.logits.units == 60


@pytest.mark.parametrize("name", NAMES)
def test_can_be_traced_and_stays_small(name):
    module = built(name)
    traced = torch.fx.symbolic_trace(module)
    with torch.inference_mode():
        assert torch.equal(traced(images()), module(images()))
    assert 1e6 <= sum(parameter.numel() for parameter in module.parameters()) <= 3e6


@pytest.mark.parametrize("name", NAMES)
def test_in_the_atlas_only_with_trained_weights(name):
    assert (name in NETWORKS) == bool(RECIPES[name].spec.weights.sha256)


def test_alexnet_halves_do_not_see_each_other():
    """Krizhevsky et al.: convolutions 2, 4 and 5 read only the half on their own GPU."""
    module = built("alexnet-64")
    for convolution in (module.conv2, module.conv4, module.conv5):
        x = torch.randn(1, convolution.in_channels, 8, 8, requires_grad=True)
        half = convolution.out_channels // 2
        (gradient,) = torch.autograd.grad(convolution(x)[:, :half].sum(), x)
        inputs = convolution.in_channels // 2
        assert gradient[:, :inputs].abs().sum() > 0
        assert gradient[:, inputs:].abs().sum() == 0


def test_zfnet_is_alexnet_with_a_finer_dense_first_half():
    alexnet, zfnet = built("alexnet-64"), built("zfnet-64")
    assert (alexnet.conv1.kernel_size, alexnet.conv1.stride) == ((11, 11), (4, 4))
    assert (zfnet.conv1.kernel_size, zfnet.conv1.stride) == ((7, 7), (2, 2))
    assert all(part.groups == 1 for part in zfnet.modules() if isinstance(part, nn.Conv2d))
    for name in ("conv3", "fc6", "fc7", "fc8"):  # the same afterwards
        assert alexnet.get_submodule(name).weight.shape == zfnet.get_submodule(name).weight.shape


def test_senet_is_resnet_with_gates():
    resnet, senet = built("resnet-64"), built("senet-64")
    added = set(senet.state_dict()) - set(resnet.state_dict())
    assert set(resnet.state_dict()) <= set(senet.state_dict())
    assert added and all(".se." in key for key in added)
    assert RECIPES["senet-64"].epochs == RECIPES["resnet-64"].epochs


def test_auxiliary_classifier_serves_training_only():
    trained = RECIPES["googlenet-64"].build()
    assert isinstance(trained.train()(images()), tuple)
    assert isinstance(trained.eval()(images()), torch.Tensor)
    assert not [key for key in built("googlenet-64").state_dict() if "auxiliary" in key]
