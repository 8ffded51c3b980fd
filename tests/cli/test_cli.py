"""The command line as a user meets it: help, lists, errors that say what to do, citations of a built atlas."""

import gc
import json
import os
import re
import subprocess
import sys

import pytest

from atlas.chapters.generative.methods import METHODS
from atlas.cli.listing import listings
from atlas.core.chapter import parts
from atlas.networks import NETWORKS
from atlas.networks.generators import GENERATORS
from atlas.networks.recurrent import RECURRENT
from atlas.pipeline.explain import explain_lines, plan_lines
from atlas.pipeline.task import steps


def atlas(*arguments, cwd=None, environment=None):
    return subprocess.run(
        [sys.executable, "-m", "atlas", *arguments], capture_output=True, text=True, check=False, cwd=cwd,
        env={**os.environ, "COLUMNS": "160", **(environment or {})},
    )  # fmt: skip


def test_help_names_every_command():
    from atlas.cli.app import command_line

    told = atlas("--help").stdout
    for command in command_line().registered_commands:
        assert (command.name or command.callback.__name__) in told


@pytest.mark.parametrize(
    "module",
    [
        "atlas.cli.app",
        "atlas.networks",
        "atlas.pipeline.plan",
        "atlas.publish.site",
        "atlas.chapters.vision.figures.unit",
    ],
)
def test_imports_are_light(module):
    heavy = "{'torch', 'timm', 'torchvision', 'umap', 'sklearn', 'skimage', 'matplotlib', 'pyarrow'}"
    code = f"import {module}, sys; print({heavy} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )


@pytest.mark.parametrize("what", listings())
def test_lists_are_the_same_as_text_and_json(what):
    rows = json.loads(atlas("list", what, "--format", "json").stdout)
    lines = atlas("list", what).stdout.splitlines()
    assert len(rows) == len(lines) > 0
    assert all(str(next(iter(row.values()))) in line for row, line in zip(rows, lines, strict=True))


@pytest.mark.parametrize(
    ("what", "registry"),
    [("networks", NETWORKS), ("recurrent", RECURRENT), ("generators", GENERATORS), ("steps", steps()), ("methods", METHODS)],
)  # fmt: skip
def test_everything_that_is_registered_is_listed(what, registry):
    rows = json.loads(atlas("list", what, "-f", "json").stdout)
    names = [row["name"] for row in rows]
    assert set(registry) <= set(names)
    assert len({(row.get("kind"), row["name"]) for row in rows}) == len(rows)
    assert what == "methods" or names == list(registry)


def test_the_help_of_list_names_every_list():
    told = re.sub(r"\s+", " ", atlas("list", "--help").stdout)
    assert all(re.search(rf"\b{what}\b", told) for what in (*listings(), "figures"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["plan", "--recipe", "tinny"], "Did you mean 'tiny'"),
        (["plan", "--recipe", "no.toml"], "no.toml cannot be read"),
        (["plan", "-r", "tiny", "--set", "pictures.size"], "key=value"),
        (["plan", "-r", "tiny", "--set", "pictures.size=7"], "pictures.size = 7"),
        (
            ["plan", "-r", "tiny", "--set", "pictures.stepz=4"],
            "pictures.stepz = 4: There is no field named 'stepz'. Did you mean 'steps'",
        ),
        (["plan", "-r", "tiny", "--set", "networks.0.layer=['stem']"], "Did you mean 'layers'"),
        (["plan", "-r", "tiny", "--device", "gpu"], "There is no device 'gpu'. Choose cpu, cuda"),
        (["plan", "-r", "tiny", "--device", "cuda:64"], "Choose --device cpu"),
        (["build", "-r", "tiny", "--store", "/dev/null/store"], "Name another folder with --store"),
        (["plan", "-r", "tiny", "--set", "networks.0.layers=['stam']"], "Did you mean 'stem'"),
        (["explain", "efficientnet-lite0/stem/32", "-r", "tiny"], "0 … 31"),
        (["explain", "alexnet/stem/1", "-r", "tiny"], "efficientnet-lite0"),
        (["list", "netwroks"], "Did you mean 'networks'"),
        (["list", "figure"], "Did you mean 'figures'"),
        (["explain", "char-lstm/100000", "-r", "tiny"], f"0 … {RECURRENT['char-lstm'].cells - 1}"),
        (["explain", "char-lstn", "-r", "tiny"], "Did you mean 'char-lstm'"),
        (["explain", "face-gan", "-r", "tiny"], "face-dcgan"),
        (["serve", "--out", "nowhere"], "Run `atlas build` first"),
        (["cite", "x", "-r", "tiny", "--store", "nowhere"], "Run `atlas build` first"),
        (["accuracy", "efficientnet-lite0", "-r", "tiny", "--probes", "sprites"], "Choose a probe set"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments, expected, tmp_path):
    done = atlas(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and expected in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_recipe_is_named(tmp_path):
    (tmp_path / "atlas.toml").write_text("name = [")
    done = atlas("plan", cwd=tmp_path)
    assert done.returncode == 1 and "atlas.toml is not TOML" in done.stderr


def test_an_own_recipe_extends_a_packaged_one(tmp_path):
    (tmp_path / "atlas.toml").write_text('extends = "tiny"\nname = "mine"\nseed = 3\n')
    assert "recipe mine" in atlas("plan", cwd=tmp_path).stdout


def test_doctor_finds_this_environment_ready(tmp_path):
    done = atlas("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert all(f"weights of {name}:" in done.stdout for name in (*NETWORKS, *RECURRENT, *GENERATORS))


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json", "text"])
def test_a_built_figure_can_be_cited(built, format):
    index = built.plan.recipe.networks[0].pictured(built.plan.recipe.networks[0].spec.layer("block3b"))[0]
    figure = f"efficientnet-lite0/block3b/{index}/channel"
    done = atlas("cite", figure, "-r", "tiny", "--store", str(built.store.root), "--format", format)
    assert done.returncode == 0, done.stderr
    assert "block3b" in done.stdout and "Representation Atlas" in done.stdout


@pytest.mark.parametrize(("format", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_a_built_figure_can_be_written(built, tmp_path, format, magic):
    done = atlas(
        "figure",
        "efficientnet-lite0/block3b/map",
        "-r",
        "tiny",
        "--store",
        str(built.store.root),
        "-f",
        format,
        "-o",
        str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.iterdir()
    assert file.read_bytes().startswith(magic)


def test_an_unknown_figure_says_what_there_is(built):
    done = atlas("cite", "efficientnet-lite0/block3b/999/channel", "-r", "tiny", "--store", str(built.store.root))
    assert done.returncode == 1 and "error: " in done.stderr


def test_a_built_unit_is_explained(built):
    done = atlas("explain", "efficientnet-lite0/block3b/10", "-r", "tiny", "--store", str(built.store.root))
    assert done.returncode == 0 and "to do" not in done.stdout and done.stdout.count("stored") >= 6
    changed = atlas(
        "explain",
        "efficientnet-lite0/block3b/10",
        "-r",
        "tiny",
        "--set",
        "pictures.steps=5",
        "--store",
        str(built.store.root),
    )
    assert "parameters.settings.steps: 4 -> 5" in changed.stdout


@pytest.mark.parametrize(
    ("path", "chapter"), [("char-lstm/0", "recurrent"), ("char-lstm", "recurrent"), ("face-dcgan", "generative")]
)
def test_a_built_cell_and_a_built_generator_are_explained(built, path, chapter):
    lines = list(explain_lines(built.plan, built.store, path))
    name = path.partition("/")[0]
    [part] = [part for found, part in parts("plan") if found.name == chapter]
    own = {task.step for task in built.plan.tasks if task.name == name}
    assert own and own <= {step.name for step in part.STEPS}
    assert own <= {line.split()[0] for line in lines}
    assert all(re.fullmatch(r"\w+ +stored +[0-9a-f]{16}  \S+", line) for line in lines)
    done = atlas("explain", path, "-r", "tiny", "--store", str(built.store.root))
    assert (done.returncode, done.stdout.splitlines()) == (0, lines)


def test_the_plan_expects_the_site_about_as_large_as_it_is(built):
    """Within a third, on a recipe that the estimate was not made from."""
    expected = re.search(r"site: about (\d+) MB", list(plan_lines(built.plan, built.store, workers=2))[-1])
    found = json.loads((built.site / "atlas.json").read_text())["counts"]["bytes"] / 1e6
    assert 0.67 < int(expected[1]) / found < 1.5, found


def test_the_plan_of_a_built_recipe_has_nothing_to_do(built):
    assert "nothing to compute" in atlas("plan", "-r", "tiny", "--store", str(built.store.root)).stdout


def asked(state):
    return os.getenv("THP_MEM_ALLOC_ENABLE")


@pytest.mark.parametrize(("own", "reached"), [(None, "1"), ("0", "0")])
def test_workers_ask_for_huge_pages_unless_told_otherwise(monkeypatch, own, reached):
    from atlas.cli import app as cli
    from atlas.runtime.processes import processes

    def command():
        with processes(1, int) as workers:
            found.append(workers.submit(asked).result())

    found = []
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", own or "")
    if own is None:
        monkeypatch.delenv("THP_MEM_ALLOC_ENABLE")
    monkeypatch.setattr(cli, "command_line", lambda: command)
    cli.main()
    assert found == [reached]


def test_a_command_seldom_looks_for_garbage(monkeypatch):
    from atlas.cli import app as cli

    usual, found = gc.get_threshold(), []
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", "0")  # as `main` leaves it, so that it is put back
    monkeypatch.setattr(cli, "command_line", lambda: lambda: found.append(gc.get_threshold()[0]))
    try:
        gc.set_threshold(700)
        cli.main()
    finally:
        gc.set_threshold(*usual)
    assert found[0] > 10_000
