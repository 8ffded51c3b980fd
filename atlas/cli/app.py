"""The command line: `atlas COMMAND`. It reads options, calls the library and prints; no science here."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from atlas import __version__
from atlas.cli.options import (
    SITE,
    STORE,
    DeviceOption,
    FormatOption,
    JobsOption,
    OutOption,
    RecipeOption,
    SetOption,
    StoreOption,
)
from atlas.core.chapter import parts
from atlas.core.errors import AtlasError, UnknownName
from atlas.runtime.memory import set_up

INTERRUPTED = 130  # the exit code that typer makes of Ctrl-C

app = typer.Typer(
    help="Turn neural networks into a static web site that shows what every unit has learned.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def command_line() -> typer.Typer:
    """All commands: those below, and those that chapters add."""
    known = {command.name for command in app.registered_commands}
    for _, part in parts("commands"):
        for name, command in part.COMMANDS.items():
            if name not in known:
                app.command(name)(command)
    return app


def main() -> None:
    """Run the command line; a user's mistake is one clear line and exit code 1."""
    set_up()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` and `timeout` stop it as Ctrl-C does
    try:
        command_line()()
    except AtlasError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as left:
        if left.code == INTERRUPTED:
            print("\nInterrupted. What was finished is kept; run the same command again to go on.", file=sys.stderr)
        raise


def _version(wanted: bool) -> None:
    if wanted:
        print(f"atlas {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Representation Atlas."""


def _plan(recipe: str | None, settings: list[str] | None, device: str = "cpu") -> Any:
    from atlas.pipeline.plan import make_plan
    from atlas.recipe.read import read_recipe

    return make_plan(read_recipe(recipe, settings or ()), device=device)


@app.command()
def build(
    recipe: RecipeOption = None,
    settings: SetOption = None,
    out: OutOption = SITE,
    store: StoreOption = STORE,
    device: DeviceOption = "cpu",
    jobs: JobsOption = 0,
    offline: Annotated[bool, typer.Option("--offline", envvar="ATLAS_OFFLINE", help="never download")] = False,
    *,
    random_weights: Annotated[
        bool, typer.Option("--random-weights", help="for benchmarks: networks that learned nothing; no site is written")
    ] = False,
) -> None:
    """Build the site. What is computed already is reused; a killed build goes on where it was."""
    from rich.console import Console

    from atlas.pipeline.build import build as build_atlas
    from atlas.pipeline.gather import gather
    from atlas.pipeline.plan import make_plan
    from atlas.pipeline.progress import BuildProgress
    from atlas.pipeline.store import Store
    from atlas.recipe.read import lock_path, read_recipe

    if offline:
        os.environ["ATLAS_OFFLINE"] = "1"
    console = Console(highlight=False, soft_wrap=True)
    workers = jobs or os.cpu_count() or 1
    asked = read_recipe(recipe, settings or ())
    asked = asked.randomized() if random_weights else gather(asked, lock_path(recipe))
    plan = make_plan(asked, device=device)
    if asked.probes.is_own:
        console.print(f"probe set {plan.probes}")
    progress = BuildProgress(console, workers)
    try:
        built = build_atlas(
            plan, Store(store), out, workers=workers, progress=progress, say=console.print, layer_done=progress.site
        )
    finally:
        progress.close()
    if built.index is not None:
        console.print(built.told)


@app.command()
def plan(
    recipe: RecipeOption = None, settings: SetOption = None, store: StoreOption = STORE, device: DeviceOption = "cpu"
) -> None:
    """Show what a build would compute, what is cached, how long it may take and how large the site will be."""
    from atlas.pipeline.explain import plan_lines
    from atlas.pipeline.store import Store

    print("\n".join(plan_lines(_plan(recipe, settings, device), Store(store), workers=os.cpu_count() or 1)))


@app.command()
def explain(
    path: Annotated[
        str, typer.Argument(help="network/layer/unit, network/cell or generator, such as efficientnet-lite0/block3b/17")
    ],
    recipe: RecipeOption = None,
    settings: SetOption = None,
    store: StoreOption = STORE,
    device: DeviceOption = "cpu",
) -> None:
    """Show the steps and keys behind a unit, a cell or a generator.

    For each missing result it shows which field of the key differs from the nearest stored one.
    """
    from atlas.pipeline.explain import explain_lines
    from atlas.pipeline.store import Store

    print("\n".join(explain_lines(_plan(recipe, settings, device), Store(store), path)))


@app.command()
def doctor(store: StoreOption = STORE) -> None:
    """Check the environment: libraries, weights, disk, browser. Exit code 1 when something is missing."""
    from atlas.cli.doctor import checks

    found = list(checks(store))
    for check in found:
        print(f"{'ok  ' if check.good else 'BAD '} {check.name}: {check.detail}")
    if not all(check.good for check in found):
        raise typer.Exit(1)


@app.command()
def check(
    store: StoreOption = STORE,
    site: Annotated[Path, typer.Option("--site", envvar="ATLAS_OUT", help="folder of the site")] = SITE,
) -> None:
    """Check every result of the store and every file of the site against its digest. Exit code 1 for a fault."""
    from atlas.cli.check import check as checked

    if not checked(store, site):
        raise typer.Exit(1)


@app.command()
def serve(
    out: OutOption = SITE,
    port: Annotated[int, typer.Option("--port", "-p", help="port on this machine", min=0, max=65535)] = 8000,
) -> None:
    """Serve the site on this machine only, until Ctrl-C."""
    from atlas.cli.serve import serve as serve_site

    serve_site(out, port)


def _results(recipe: str | None, settings: list[str] | None, store: Path, device: str) -> Any:
    from atlas.pipeline.results import read_results
    from atlas.pipeline.run import pending
    from atlas.pipeline.store import Store

    found = _plan(recipe, settings, device)
    missing = pending(found, Store(store))
    if missing:
        raise AtlasError(f"{len(missing)} results of this recipe are not computed yet. Run `atlas build` first.")
    return read_results(found, Store(store))


@app.command()
def cite(
    figure: Annotated[str, typer.Argument(help="id of a figure, such as efficientnet-lite0/block3b/17/channel")],
    format: Annotated[str, typer.Option("--format", "-f", help="bibtex, ris, csl-json or text")] = "bibtex",
    recipe: RecipeOption = None,
    settings: SetOption = None,
    store: StoreOption = STORE,
    device: DeviceOption = "cpu",
) -> None:
    """Print the citation of a figure."""
    from atlas.publish.catalogue import find
    from atlas.publish.cite import cite as cited
    from atlas.publish.cite import issue_date
    from atlas.publish.imprint import imprint_of

    results = _results(recipe, settings, store, device)
    base = results.recipe["base_url"]
    imprint = imprint_of(results.recipe)
    print(cited(find(results, figure), format, base_url=base, issued=issue_date(), imprint=imprint).rstrip())


@app.command("figure")
def write_figure_file(
    figure: Annotated[str, typer.Argument(help="id of a figure (`atlas list figures`)")],
    format: Annotated[str, typer.Option("--format", "-f", help="png, svg or pdf")] = "png",
    out: Annotated[Path, typer.Option("--out", "-o", help="file or folder")] = Path(),
    recipe: RecipeOption = None,
    settings: SetOption = None,
    store: StoreOption = STORE,
    device: DeviceOption = "cpu",
) -> None:
    """Write a figure as an image file with caption, licence and citation inside."""
    from atlas.publish.catalogue import find
    from atlas.publish.export import write_figure

    results = _results(recipe, settings, store, device)
    print(write_figure(results, find(results, figure), format, out, base_url=results.recipe["base_url"]))


@app.command("list")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="networks, layers, recurrent, generators, methods, probes, steps, recipes, figures or measures"
        ),
    ],
    name: Annotated[
        str, typer.Argument(help="of `probes`: a probe set whose images are counted; each is read, which takes a while")
    ] = "",
    format: FormatOption = "text",
    recipe: RecipeOption = None,
    settings: SetOption = None,
    store: StoreOption = STORE,
    device: DeviceOption = "cpu",
) -> None:
    """List what there is, as text or JSON."""
    import json

    if format not in ("text", "json"):
        raise UnknownName("format", format, ("text", "json"))
    if name:
        print(_images_counted(what, name, recipe, settings, format))
        return

    from atlas.cli.listing import listings, measured

    lists, of_results = listings(), measured()
    if what not in of_results and what not in lists:
        raise UnknownName("list", what, (*lists, *of_results))
    if what in of_results:
        rows = of_results[what](_results(recipe, settings, store, device))
    else:
        rows = [row for listing in lists[what] for row in listing()]
    if format == "json":
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print("\n".join("  ".join(str(value) for value in row.values()) for row in rows))


def _images_counted(what: str, name: str, recipe: str | None, settings: list[str] | None, format: str) -> str:
    import json

    from atlas.cli.accuracy import source_of
    from atlas.cli.probe_listing import counted, table
    from atlas.recipe.read import read_recipe

    if what != "probes":
        raise UnknownName("list with a name", what, ("probes",))
    source, parts = source_of(read_recipe(recipe, [*(settings or ()), f"probes={name}"]))
    rows = counted(source.make(part) for part in parts)
    return json.dumps(rows, indent=1, ensure_ascii=False) if format == "json" else table(rows)


@app.command()
def accuracy(
    network: Annotated[
        str, typer.Argument(help="a network of the recipe, or a registered one [all of the recipe]")
    ] = "",
    probes: Annotated[
        str, typer.Option("--probes", help="a probe set with classes that the network knows [the recipe's]")
    ] = "",
    recipe: RecipeOption = None,
    settings: SetOption = None,
    device: DeviceOption = "cpu",
) -> None:
    """Measure top-1 and top-5 accuracy on labelled probe images, by kind of image."""
    from atlas.cli.accuracy import lines, measure, networks_of, source_of
    from atlas.recipe.read import read_recipe

    asked = read_recipe(recipe, [*(settings or ()), *([f"probes={probes}"] if probes else [])])
    source, parts = source_of(asked)
    for spec in networks_of(asked, network):
        found = measure(spec, source, parts=parts, folder=asked.weights_folder, device=device)
        print("\n".join(lines(spec.name, source.name, found)), flush=True)


@app.command()
def train(
    network: Annotated[str, typer.Argument(help="a network with a training recipe, such as vgg-64")],
    out: Annotated[Path, typer.Option("--out", "-o", help="folder of checkpoints and logs")] = Path("runs"),
    data: Annotated[Path | None, typer.Option("--data", envvar="ATLAS_DATA", help="training data's folder")] = None,
    epochs: Annotated[int | None, typer.Option("--epochs", help="instead of the recipe's", min=1)] = None,
    seed: Annotated[int, typer.Option("--seed", help="the same seed gives the same weights")] = 0,
    threads: Annotated[int | None, typer.Option("--threads", help="processor threads [all]", min=1)] = None,
    device: DeviceOption = "cpu",
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="do not continue from a checkpoint")] = False,
) -> None:
    """Train one of the embedded networks; a killed run goes on from its last checkpoint."""
    from functools import partial

    import torch

    from atlas.train.train import train as run_training

    if threads:
        torch.set_num_threads(threads)
    run_training(
        network,
        out=out,
        data=data,
        epochs=epochs,
        seed=seed,
        device=device,
        resume=not fresh,
        progress=partial(print, flush=True),
    )
