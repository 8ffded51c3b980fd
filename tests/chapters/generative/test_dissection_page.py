"""The page of a dissected unit of a generator: its place among the others, its numbers, its pictures."""

import re

from atlas.chapters.generative.figures.units import rank_of
from tests.fixtures.generative import make_generators


def test_units_lead_to_one_another_in_the_order_of_their_numbers(site):
    folder = site / "generative/face-dcgan/layer2"
    found = make_generators()[0].units.dissections["layer2"]
    units, amounts = found.units.tolist(), found.ablated
    assert len(units) >= 2
    for place, unit in enumerate(units):
        text = (folder / str(unit) / "index.html").read_text("utf-8")
        assert re.findall(r'rel="prev" href="../(\d+)/', text) == [str(one) for one in units[max(0, place - 1) : place]]
        assert re.findall(r'rel="next" href="../(\d+)/', text) == [str(one) for one in units[place + 1 : place + 2]]
        assert f"{place + 1} of {len(units)} dissected" in text
        assert f"{255 * amounts[place]:.2f} grey levels on average: rank {rank_of(amounts, place)} of the" in " ".join(
            text.split()
        )
        assert f"pictures/generative/face-dcgan/layer2-{unit}.avif" in text
        assert f'href="{unit}/index.html"' in (folder / "index.html").read_text("utf-8")
