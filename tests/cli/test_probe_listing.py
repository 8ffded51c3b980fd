"""Images of a probe set counted, against counts of the images themselves."""

import json
from collections import Counter

from typer.testing import CliRunner

from atlas.cli.app import command_line
from atlas.cli.probe_listing import counted
from atlas.probes import probe_source


def listed(*arguments):
    done = CliRunner().invoke(command_line(), ["list", "probes", "embedded", "-r", "tiny", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_images_are_counted_by_kind_licence_and_group():
    source = probe_source("embedded")
    parts = [source.make(part) for part in source.parts()[:3]]  # the limit of the recipe
    images = [image for part in parts for image in part.images]
    masks = [mask for part in parts for mask in part.masks]
    rows = json.loads(listed("--format", "json"))
    assert rows == counted(parts)
    assert rows[0]["images"] == len(images) == 192
    assert rows[0]["with mask"] == sum(mask is not None for mask in masks) > 0
    assert {row["value"]: row["images"] for row in rows if row["by"] == "kind"} == Counter(i.kind for i in images)
    assert {row["value"]: row["images"] for row in rows if row["by"] == "licence"} == Counter(i.licence for i in images)
    drawings = next(row for row in rows if row["value"] == "drawing")
    assert drawings["works"] == len({image.source for image in images if image.kind == "drawing"})
    assert drawings["with mask"] == drawings["images"]
    assert sum(row["images"] for row in rows if row["by"] == "group") == len(images)


def test_the_table_has_a_line_of_names():
    lines = listed().splitlines()
    assert lines[0].split() == ["by", "value", "images", "works", "with", "label", "with", "class", "with", "mask"]
    assert lines[1].startswith("all") and " 192 " in lines[1]
