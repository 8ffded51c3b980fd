"""Progressive GAN: names and shapes of the published file with its settings, and the picture, re-derived slowly."""

import sys
from dataclasses import replace
from itertools import pairwise
from types import ModuleType

import torch
from torch.nn import functional

from atlas import weights
from atlas.chapters.generative.latent import draw, load
from atlas.core.sources import CustomFile
from atlas.networks import pgan
from atlas.networks.generators import GENERATORS
from atlas.networks.modules.pgan import PGAN

SPEC = GENERATORS["pgan-celebahq-256"]


def published(z=512, widths=(512, 512, 512, 512, 256, 128, 64)):
    """Names and shapes of `netG`, from the standard configuration and progressive_conv_net.py of pytorch_GAN_zoo."""
    shapes = {"formatLayer": (16 * widths[0], z), "groupScale0.0": (widths[0], widths[0], 3, 3)}
    for scale, (inputs, outputs) in enumerate(pairwise(widths)):
        shapes[f"scaleLayers.{scale}.0"] = (outputs, inputs, 3, 3)
        shapes[f"scaleLayers.{scale}.1"] = (outputs, outputs, 3, 3)
    shapes |= {f"toRGBLayers.{scale}": (3, width, 1, 1) for scale, width in enumerate(widths)}
    return {
        f"{name}.module.{last}": shape if last == "weight" else shape[:1]
        for name, shape in shapes.items()
        for last in ("weight", "bias")
    }


def random_state(z=6, widths=(8, 6, 4)):
    torch.manual_seed(0)
    return {name: torch.randn(shape) for name, shape in published(z, widths).items()}


def unit(x):
    return x / (x**2).mean(1, keepdim=True).add(1e-8).sqrt()


def slowly(state, z, widths):
    """The published forward pass: the constant is multiplied in as it runs, the bias with it."""

    def layer(name, x):
        weight, bias = state[f"{name}.module.weight"], state[f"{name}.module.bias"]
        padding = {"padding": weight.shape[-1] // 2} if weight.ndim == 4 else {}
        run = functional.conv2d if weight.ndim == 4 else functional.linear
        return run(x, weight, bias, **padding) * (2 / weight[0].numel()) ** 0.5

    def active(name, x):
        return unit(functional.leaky_relu(layer(name, x), 0.2))

    x = functional.leaky_relu(layer("formatLayer", unit(z)), 0.2).view(len(z), -1, 4, 4)
    x = active("groupScale0.0", unit(x))
    for scale in range(len(widths) - 1):
        x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        x = active(f"scaleLayers.{scale}.1", active(f"scaleLayers.{scale}.0", x))
    return layer(f"toRGBLayers.{len(widths) - 1}", x)


def test_the_published_file_fills_the_module():
    with torch.device("meta"):
        module = SPEC.build()
        found = pgan.rename({name: torch.empty(shape) for name, shape in published().items()})
    assert {n: v.shape for n, v in found.items()} == {n: v.shape for n, v in module.state_dict().items()}


def test_the_picture_is_that_of_the_published_steps():
    state, widths = random_state(), (8, 6, 4)
    module = PGAN(6, widths)
    module.load_state_dict(pgan.rename(state))
    z = torch.randn(3, 6)
    found = module(z)
    assert found.shape == (3, 3, 16, 16)
    torch.testing.assert_close(found, slowly(state, z, widths), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(module(4 * z), found, rtol=1e-4, atol=1e-5)  # only the direction of z counts


def saved(path, monkeypatch, setting):
    """A file as the zoo writes it: `netG` beside an object of the zoo's settings class, which no longer exists here."""
    module = ModuleType("models.utils.config")
    module.BaseConfig = type("BaseConfig", (), {"__module__": module.__name__, "__qualname__": "BaseConfig"})
    with monkeypatch.context() as patch:
        for name in ("models", "models.utils"):
            patch.setitem(sys.modules, name, ModuleType(name))
        patch.setitem(sys.modules, module.__name__, module)
        config = module.BaseConfig()
        config.depthScale0, config.other = 8, setting
        torch.save({"config": config, "netG": random_state(), "netD": {}, "avgG": {}}, path)
    return path


def test_the_settings_in_the_file_are_read_as_a_plain_record(monkeypatch, tmp_path):
    path = saved(tmp_path / "zoo.pth", monkeypatch, [6, 4])
    assert weights.read(path, "netG").keys() == random_state().keys()
    source = CustomFile(str(path), weights.digest(path), "none")
    spec = replace(SPEC, weights=source, noise=6, size=16, build=lambda: PGAN(6, (8, 6, 4)))
    generator = load(spec)
    z = torch.from_numpy(draw(generator, 2, 0))
    torch.testing.assert_close(generator.module(z), slowly(random_state(), z, (8, 6, 4)), rtol=1e-4, atol=1e-5)
    assert "models.utils.config" not in sys.modules


class Evil:
    def __reduce__(self):
        return (exec, ("import sys; sys.modules['executed'] = sys",))


def test_what_lies_in_the_settings_is_not_run(monkeypatch, tmp_path):
    path = saved(tmp_path / "evil.pth", monkeypatch, Evil())
    assert weights.read(path, "netG").keys() == random_state().keys()
    assert "executed" not in sys.modules
