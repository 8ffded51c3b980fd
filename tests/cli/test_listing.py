"""Lists are those of all chapters, joined by name."""

from atlas.cli.listing import listings, registered
from atlas.core.chapter import parts
from atlas.publish.bibliography import bibliography


def rows(name):
    return [row for listing in listings()[name] for row in listing()]


def test_methods_of_all_chapters_are_in_one_list_with_papers_that_exist():
    found = rows("methods")
    kinds = {"feature visualization", "image attribution", "attribution", "latent directions"}
    assert {row["kind"] for row in found} == kinds
    assert len({(row["kind"], row["name"]) for row in found}) == len(found)
    assert all(row["paper"] in bibliography() for row in found if row["paper"])


def test_what_is_registered_is_in_a_list_and_has_weights_for_the_doctor():
    named = {row["name"] for _, part in parts("listing") for listing in part.LISTINGS.values() for row in listing()}
    assert registered() and all(spec.name in named and spec.weights.licence for spec in registered())


def test_steps_are_listed_with_their_versions():
    assert {"name": "responses", "version": 1, "title": "responses"} in rows("steps")
