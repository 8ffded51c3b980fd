"""Custom generators: a planted one goes through every step to its pages; every broken promise of an entry is named."""

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from atlas.chapters.generative import steps as generative
from atlas.chapters.generative.custom import load_custom
from atlas.chapters.generative.figures.generator import generator_figures
from atlas.chapters.generative.pages.overview import pages
from atlas.chapters.generative.records import chapter_of
from atlas.chapters.generative.results import read as read_generators
from atlas.chapters.generative.steps import RUN
from atlas.core.errors import AtlasError, ConfigError
from atlas.core.results import AtlasResults
from atlas.core.specs import ProbeSet
from atlas.pipeline.explain import plan_lines
from atlas.pipeline.plan import make_plan
from atlas.pipeline.store import Store
from atlas.pipeline.worker import StepContext
from atlas.publish.context import AtlasContext
from atlas.publish.page import Page
from atlas.publish.site import renderer_of
from atlas.recipe.read import read_recipe

CODE = '''
import torch
from torch import nn


class Planted(nn.Module):
    """z [N, 6] to 32 pixels: the first number is how bright the picture is, the others a pattern."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 4 * 4 * 4)
        self.act = nn.ReLU()
        self.rgb = nn.ConvTranspose2d(4, 3, 8, 8)

    def forward(self, z):
        maps = self.act(self.fc(z).view(-1, 4, 4, 4))
        return torch.tanh(self.rgb(maps) + z[:, :1, None, None])


class Halved(Planted):
    """The same in [0, 1]."""

    def forward(self, z):
        return super().forward(z) / 2 + 0.5


NUMBER = 3


def nothing():
    return "a word"


def broken():
    raise KeyError("no such size")


def leaves():
    raise SystemExit(3)
'''
SMALL = """extends = "tiny"
[generative]
generators = []
samples = 60
directions = 2
vectors = 6
chance = 6
units = 2
"""
SCRIPT, MODULE = 'torchscript = "planted.pt"\n', 'module = "planted:Planted"\nweights = "planted.safetensors"\n'
LAYERS = 'first = "fc"\nlayers = ["act"]\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The user's folder: code, its weights, and the same as a TorchScript file."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "planted.py").write_text(CODE)
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(folder)
    import planted

    torch.manual_seed(1)
    module = planted.Planted().eval()
    save_file(module.state_dict(), folder / "planted.safetensors")
    save(module, folder / "planted.pt")
    yield folder
    patch.undo()


def save(module, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.jit.save(torch.jit.trace(module, torch.randn(2, 6)), path)


def read(folder, entry, name="mine", z=6, size=32):
    """A recipe with one custom generator."""
    (folder / "atlas.toml").write_text(f'{SMALL}[[generative.own]]\nname = "{name}"\nz = {z}\nsize = {size}\n{entry}')
    return read_recipe(str(folder / "atlas.toml"))


def load(folder, entry, **changes):
    return load_custom(read(folder, entry, **changes).generative.chosen()[0])


@pytest.fixture(scope="module", params=[SCRIPT, MODULE + LAYERS], ids=["torchscript", "module"])
def made(request, folder, tmp_path_factory):
    """The results of the real steps."""
    found, store = (
        read(folder, request.param, name=f"mine-{len(request.param)}"),
        Store(tmp_path_factory.mktemp("store")),
    )
    plan, context = make_plan(found), StepContext(store, found)
    for task in generative_tasks(plan):
        (entry,) = RUN[task.step](context, [task])
        store.put(task.key, entry)
    [generator] = read_generators(plan, store)
    return generator


def test_the_direction_that_was_planted_is_found(made):
    study = made.directions
    names = [report.name for report in study.directions]
    brightness = study.vectors[names.index("hyperplane-brightness")]
    assert abs(brightness[0]) > 0.9  # one of 60 samples' worth of noise away from the planted axis


def test_methods_are_those_that_can_read_it(made):
    inside = bool(made.spec.layers)
    methods = {report.method for report in made.directions.directions}
    planes = {"hyperplane", "conditional"}
    assert methods == (planes | {"sefa", "ganspace"} if inside else planes)
    assert (made.units.layers, made.units.widths) == ((("act",), (4,)) if inside else ((), ()))
    assert list(made.units.dissections) == list(made.units.layers)


def test_its_pages_are_there_and_say_what_is_left_out(made, tmp_path):
    nothing = ProbeSet("none", "None", "", 32, (), (), None, True)
    results = AtlasResults({"name": "own"}, nothing, lambda: iter(()), {}, {}, lambda _: (), {"generative": (made,)})
    renderer = renderer_of(AtlasContext(results, tmp_path))
    items = {item.path: item for item in pages(renderer.context)}
    texts = {path: renderer.render(item).decode() for path, item in items.items() if isinstance(item, Page)}
    for figure in generator_figures(chapter_of(results), made):
        path, _, anchor = figure.page.partition("#")
        assert f'id="{anchor}"' in texts[path] or f"id={anchor}" in texts[path], figure.page
        assert all(file in items for file in figure.files)
    own = texts[f"generative/{made.spec.name}/index.html"]
    assert ("Not available: SeFa, GANSpace and the dissection of units" in own) == (not made.spec.layers)
    assert made.spec.weights.sha256 in own and "Custom generator" in own
    assert {path for path in texts if path.endswith("/act/index.html")} == (
        {f"generative/{made.spec.name}/act/index.html"} if made.spec.layers else set()
    )


@pytest.mark.parametrize(
    ("entry", "named"), [(SCRIPT, "TorchScript 'planted.pt' (mine)"), (MODULE, "module 'planted:Planted' (mine)")]
)
def test_the_plan_names_what_runs_as_a_program(folder, tmp_path, entry, named):
    found = read(folder, entry)
    lines = list(plan_lines(make_plan(found), Store(tmp_path), workers=1))
    [line] = [line for line in lines if "runs code" in line]
    assert named in line and "SECURITY.md" in line
    plain = make_plan(found.with_sections({"generative": found.generative.model_copy(update={"own": ()})}))
    assert not any("runs code" in line for line in plan_lines(plain, Store(tmp_path), workers=1))


def test_file_and_module_draw_the_same(folder):
    z = torch.from_numpy(np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32))
    one, other = (load(folder, entry).module(z) for entry in (SCRIPT, MODULE))
    assert torch.allclose(one, other, atol=1e-6)


def test_the_averaged_generator_of_a_training_is_found(folder):
    state = load_file(folder / "planted.safetensors")
    other = {f"module.{key}": value + 1 for key, value in state.items()}
    torch.save({"g": other, "g_ema": {f"module.{key}": v for key, v in state.items()}, "step": 3}, folder / "run.pt")
    found = load(folder, MODULE.replace("planted.safetensors", "run.pt")).module.state_dict()
    assert all(found[key].equal(value) for key, value in state.items())


def test_a_range_from_zero_is_the_same_picture(folder):
    from atlas.chapters.generative.latent import draw, pictures

    whole, half = load(folder, MODULE), load(folder, MODULE.replace("Planted", "Halved") + "values = [0, 1]\n")
    z = draw(whole, 4, 0)
    assert np.abs(pictures(whole, z).astype(int) - pictures(half, z)).max() <= 1


def generative_tasks(plan):
    return [task for task in plan.tasks if task.step in RUN]


def digests(found):
    return [task.digest for task in generative_tasks(make_plan(found))]


def test_everything_that_changes_a_picture_is_in_the_keys(folder, tmp_path):
    for name in ("planted.pt", "planted.safetensors"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    before = digests(read(tmp_path, MODULE))
    assert digests(read(tmp_path, MODULE)) == before
    for other in (LAYERS, "values = [0, 1]\n", 'subject = "faces"\n', 'code_sha256 = "ab"\n'):
        assert not set(digests(read(tmp_path, MODULE + other))) & set(before)
    assert digests(read(tmp_path, MODULE + 'title = "Other"\n')) == before
    (tmp_path / "planted.safetensors").write_bytes(b"another")
    assert not set(digests(read(tmp_path, MODULE))) & set(before)


@pytest.mark.parametrize(
    ("entry", "changes", "told"),
    [
        ('torchscript = "none.pt"\n', {}, r"no weight file .*none\.pt"),
        ('torchscript = "planted.safetensors"\n', {}, "cannot be read as TorchScript"),
        ("", {}, "either `torchscript`"),
        (SCRIPT + MODULE, {}, "either `torchscript`"),
        (SCRIPT + LAYERS, {}, "no part of it can be read"),
        ('module = "planted:Planted"\n', {}, "random weights never reach the site"),
        (MODULE.replace(":Planted", ""), {}, "not of the form"),
        (MODULE.replace("planted:", "plantd:"), {}, "finds no module 'plantd'"),
        (MODULE.replace(":Planted", ":Plantd"), {}, "has no 'Plantd'"),
        (MODULE.replace(":Planted", ":NUMBER"), {}, "is a int and cannot be called"),
        (MODULE.replace(":Planted", ":nothing"), {}, "builds a str"),
        (MODULE.replace(":Planted", ":broken"), {}, "no such size"),
        (MODULE.replace(":Planted", ":leaves"), {}, r"cannot be built: it ends the program \(SystemExit\)"),
        (SCRIPT, {"z": 7}, r"z of shape \(8, 7\) is refused.*Is z = 7 right"),
        (SCRIPT, {"size": 64}, r"gives \(8, 3, 32, 32\), not \(8, 3, 64, 64\)"),
        (SCRIPT, {"size": 33}, "Input should be 32, 64"),
        (SCRIPT, {"name": "face-dcgan"}, "not be a registered name"),
        (SCRIPT + "values = [0, 1]\n", {}, r"outside \[0, 1\]"),
        (SCRIPT + "values = [0, 255]\n", {}, r"values\.1 = 255"),
        (MODULE + 'first = "rgb"\n', {}, "not affine"),
        (MODULE + 'first = "fcc"\n', {}, "Did you mean 'fc'"),
        (MODULE + 'layers = ["fc"]\n', {}, "not maps"),
        (SCRIPT + 'sha256 = "ab"\n', {}, "not the pinned weight file"),
    ],
)
def test_what_does_not_fit_is_named(folder, entry, changes, told):
    with pytest.raises(AtlasError, match=told):
        load(folder, entry, **changes)


def test_names_are_not_shared(folder):
    twice = f'{SCRIPT}[[generative.own]]\nname = "mine"\nz = 6\nsize = 32\n{SCRIPT}'
    with pytest.raises(ConfigError, match="occurs twice"):
        read(folder, twice)


class Around(torch.nn.Module):
    """The planted generator with something done to its pictures."""

    def __init__(self, inner, change):
        super().__init__()
        self.inner, self.change = inner, change

    def forward(self, z):
        return self.change(self.inner(z))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rgb: rgb / 0, "not finite"),
        (lambda rgb: rgb * 0, "same picture from every z"),
        (lambda rgb: rgb * torch.rand(1), "another picture from the same z"),
        (lambda rgb: rgb - rgb.mean(0) if len(rgb) > 1 else rgb, "depends on the others of its batch|outside"),
        (lambda rgb: (rgb, rgb), "gives a tuple"),
    ],
)
def test_pictures_that_cannot_be_used_are_named(folder, change, told):
    spec = read(folder, SCRIPT).generative.chosen()[0]
    around = replace(spec, build=lambda: Around(spec.build(), change), low=-9.0)
    with pytest.raises(ConfigError, match=f"generative.own.mine.*({told})"):
        load_custom(around)


def test_every_worker_knows_it(folder, tmp_path):
    recipe = read(folder, SCRIPT, name="known")
    [task] = [task for task in make_plan(recipe).tasks if task.name == "known" and task.step == "samples"]
    found = generative._generator(StepContext(Store(tmp_path), recipe), task)
    assert found.spec.name == "known"
    assert re.fullmatch("[0-9a-f]{64}", found.spec.weights.sha256)
