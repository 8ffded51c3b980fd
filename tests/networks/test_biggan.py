"""BigGAN-deep: names and shapes of the published file, and its parts against slow re-derivations."""

import torch
from torch import nn

from atlas.networks import biggan
from atlas.networks.generators import GENERATORS
from atlas.networks.labels import class_names
from atlas.networks.modules.biggan import Attention, BigGAN, Norm

SPEC = GENERATORS["biggan-deep-128"]
STATS = 51


def normalized(name, shape, *, bias=True):
    """A parameter under spectral normalization as torch saves it."""
    columns = int(torch.Size(shape[1:]).numel())
    found = {f"{name}.weight_orig": shape, f"{name}.weight_u": shape[:1], f"{name}.weight_v": (columns,)}
    return {f"{name}.bias": shape[:1], **found} if bias else found


def published(width=128, noise=128, classes=1000):
    """Names and shapes of the published file, from its config.json and model.py of pytorch-pretrained-BigGAN."""
    found = {"embeddings.weight": (noise, classes), **normalized("generator.gen_z", (256 * width, 2 * noise))}
    layers = [(16, 16), (16, 16), (16, 16), (16, 8), (8, 8), (8, 4), (4, 4), (4, 2), None, (2, 2), (2, 1)]
    for number, layer in enumerate(layers):
        name = f"generator.layers.{number}"
        if layer is None:
            units = 2 * width
            found[f"{name}.gamma"] = (1,)
            half, eighth = units // 2, units // 8
            parts = (("theta", eighth, units), ("phi", eighth, units), ("g", half, units), ("o_conv", units, half))
            for part, outputs, inputs in parts:
                found |= normalized(f"{name}.snconv1x1_{part}", (outputs, inputs, 1, 1), bias=False)
            continue
        inputs, outputs = (share * width for share in layer)
        inner = inputs // 4
        for norm, units in enumerate((inputs, inner, inner, inner)):
            found[f"{name}.bn_{norm}.running_means"] = found[f"{name}.bn_{norm}.running_vars"] = (STATS, units)
            for part in ("scale", "offset"):
                found |= normalized(f"{name}.bn_{norm}.{part}", (units, 2 * noise), bias=False)
        shapes = ((inner, inputs, 1, 1), (inner, inner, 3, 3), (inner, inner, 3, 3), (outputs, inner, 1, 1))
        for conv, shape in enumerate(shapes):
            found |= normalized(f"{name}.conv_{conv}", shape)
    found |= {"generator.bn.weight": (width,), "generator.bn.bias": (width,)}
    found["generator.bn.running_means"] = found["generator.bn.running_vars"] = (STATS, width)
    return found | normalized("generator.conv_to_rgb", (width, width, 3, 3))


def random_state(**sizes):
    """A published state of small sizes with random numbers.

    Singular vectors as a step of the power iteration leaves them.
    """
    torch.manual_seed(0)
    state = {name: torch.randn(shape) / 4 for name, shape in published(**sizes).items()}
    for name in [name for name in state if name.endswith("running_vars")]:
        state[name] = state[name].abs() + 0.5
    for name in [name.removesuffix("_orig") for name in state if name.endswith("weight_orig")]:
        matrix, u = state[f"{name}_orig"].flatten(1), state[f"{name}_u"]
        state[f"{name}_v"] = nn.functional.normalize(matrix.T @ u, dim=0)
        state[f"{name}_u"] = nn.functional.normalize(matrix @ state[f"{name}_v"], dim=0)
    return state


def small(state, *, width, noise, classes, chosen, truncation=biggan.TRUNCATION):
    module = BigGAN(chosen, truncation, noise=noise, width=width, classes=classes)
    module.load_state_dict(biggan.rename(state))
    return module.eval().requires_grad_(False)


def test_the_published_file_fills_the_module():
    with torch.device("meta"):
        module = SPEC.build()
        state = {name: torch.empty(shape) for name, shape in published().items()}
    found = biggan.rename(state)
    own = {name: value for name, value in module.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert {name: value.shape for name, value in found.items()} == {name: value.shape for name, value in own.items()}


def test_spectral_normalization_is_divided_out_as_torch_does():
    torch.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Conv2d(6, 4, 3))
    layer(torch.randn(1, 6, 5, 5))  # a step of the power iteration
    layer.eval()(torch.randn(1, 6, 5, 5))
    norm = biggan.spectral_norm(layer.weight_orig, layer.weight_u, layer.weight_v)
    torch.testing.assert_close(layer.weight_orig / norm, layer.weight)


def test_a_normalization_is_gain_and_offset_of_the_condition():
    torch.manual_seed(0)
    norm, maps, condition = Norm(3, 4), torch.randn(2, 3, 5, 5), torch.randn(2, 4)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    found = norm(maps, condition)
    for n in range(2):
        for c in range(3):
            gain, offset = 1 + norm.scale.weight[c] @ condition[n], norm.offset.weight[c] @ condition[n]
            plain = (maps[n, c] - norm.running_mean[c]) / (norm.running_var[c] + 1e-4).sqrt()
            torch.testing.assert_close(found[n, c], plain * gain + offset)


def test_attention_place_by_place():
    torch.manual_seed(0)
    layer, maps = Attention(16), torch.randn(1, 16, 4, 4)
    nn.init.constant_(layer.gamma, 0.7)
    found = layer(maps)
    pooled = [(slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)) for i in range(2) for j in range(2)]
    keys = [layer.snconv1x1_phi(maps)[0, :, y, x].amax((1, 2)) for y, x in pooled]
    values = [layer.snconv1x1_g(maps)[0, :, y, x].amax((1, 2)) for y, x in pooled]
    for y, x in ((0, 0), (1, 3)):
        likeness = torch.stack([layer.snconv1x1_theta(maps)[0, :, y, x] @ key for key in keys]).softmax(0)
        mixed = sum(share * value for share, value in zip(likeness, values, strict=True))
        wanted = maps[0, :, y, x] + 0.7 * layer.snconv1x1_o_conv.weight[:, :, 0, 0] @ mixed
        torch.testing.assert_close(found[0, :, y, x], wanted)


def test_the_classes_are_those_of_the_list():
    names = class_names("imagenet-1k")
    assert {place: names[place] for place in biggan.CLASSES} == biggan.CLASSES


def test_a_choice_is_its_class_and_the_noise_is_truncated():
    sizes = {"width": 16, "noise": 8, "classes": 20}
    state = random_state(**sizes)
    module = small(state, **sizes, chosen=(3, 7))
    z = torch.randn(1, 8)
    one = module(torch.cat([z, torch.tensor([[0.0, 1.0]])], 1))
    condition = torch.cat([0.5 * z, state["embeddings.weight"][:, 7][None]], 1)
    torch.testing.assert_close(one, module.generator(condition))
    assert one.shape == (1, 3, 128, 128)
    assert one.abs().max() <= 1
    assert (one - module(torch.cat([z, torch.tensor([[1.0, 0.0]])], 1))).abs().max() > 1e-4


class Published:
    """What the published file draws, in double precision, one condition at a time: by its own names, from the paper's figures and
    model.py of pytorch-pretrained-BigGAN, with statistics of the truncation 0.5."""

    def __init__(self, state):
        self.state = {name: value.double() for name, value in state.items()}

    def weight(self, name):
        weight, u, v = (self.state[f"{name}.weight_{part}"] for part in ("orig", "u", "v"))
        return weight / torch.einsum("i,ij,j->", u, weight.flatten(1), v)

    def conv(self, name, maps):
        weight = self.weight(name)
        return nn.functional.conv2d(maps, weight, self.state.get(f"{name}.bias"), padding=weight.shape[-1] // 2)

    def norm(self, name, maps, gain, offset):
        mean, var = (self.state[f"{name}.running_{part}"][(STATS - 1) // 2] for part in ("means", "vars"))
        rows = zip(maps[0], mean, var, gain, offset, strict=True)
        return torch.stack([(one - m) / (v + 1e-4).sqrt() * g + o for one, m, v, g, o in rows])[None]

    def block(self, name, maps, condition, *, grows):
        inner = maps
        for number in range(4):
            norm = f"{name}.bn_{number}"
            gain, offset = (self.weight(f"{norm}.{part}") @ condition for part in ("scale", "offset"))
            inner = self.norm(norm, inner, 1 + gain, offset).relu()
            inner = doubled(inner) if grows and number == 1 else inner
            inner = self.conv(f"{name}.conv_{number}", inner)
        kept = maps[:, : inner.shape[1]]
        return inner + (doubled(kept) if grows else kept)

    def attention(self, name, maps):
        query, key, value = (self.conv(f"{name}.snconv1x1_{part}", maps)[0] for part in ("theta", "phi", "g"))
        key, value = (nn.functional.max_pool2d(part, 2).flatten(1) for part in (key, value))
        share = torch.einsum("cyx,cp->yxp", query, key).softmax(-1)
        mixed = torch.einsum("yxp,cp->cyx", share, value)[None]
        return maps + self.state[f"{name}.gamma"] * self.conv(f"{name}.snconv1x1_o_conv", mixed)

    def picture(self, condition):
        whole = self.weight("generator.gen_z") @ condition + self.state["generator.gen_z.bias"]
        maps = whole.view(4, 4, -1).permute(2, 0, 1)[None]  # channels last, as TensorFlow has them
        for number, grows in enumerate((False, True, False, True, False, True, False, True, None, False, True)):
            name = f"generator.layers.{number}"
            maps = self.attention(name, maps) if grows is None else self.block(name, maps, condition, grows=grows)
        maps = self.norm(
            "generator.bn", maps, self.state["generator.bn.weight"], self.state["generator.bn.bias"]
        ).relu()
        return self.conv("generator.conv_to_rgb", maps)[:, :3].tanh()


def doubled(maps):
    return maps.repeat_interleave(2, 2).repeat_interleave(2, 3)


def test_the_module_draws_what_the_published_file_draws():
    sizes = {"width": 16, "noise": 8, "classes": 20}
    state = random_state(**sizes)
    ours, published_one = small(state, **sizes, chosen=(3, 7)), Published(state)
    z = torch.randn(2, 8).clamp(-2, 2)
    found = ours(torch.cat([z, torch.eye(2)], 1))
    assert found.std() > 0.1
    for one, chosen, picture in zip(z, (3, 7), found, strict=True):
        condition = torch.cat([0.5 * one, state["embeddings.weight"][:, chosen]]).double()
        torch.testing.assert_close(picture[None].double(), published_one.picture(condition), rtol=1e-4, atol=1e-4)
