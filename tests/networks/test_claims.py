"""What a summary claims of a network is marked as its paper's: our own measurement may say otherwise."""

import re

import pytest

from atlas.networks import NETWORKS

CLAIM = re.compile(
    r"dead|alias|more accurate|fewer errors|cheap|cost|matches|stops hurting|can be trained|as deep as|twelfth|third of its"
)


@pytest.mark.parametrize("name", [name for name in NETWORKS if NETWORKS[name].summary])
def test_a_claim_is_the_papers(name):
    for clause in re.split(r"[:;] |\. ", NETWORKS[name].summary):
        assert not CLAIM.search(clause) or "the paper" in clause, clause


def test_the_rule_finds_claims():
    assert CLAIM.search("small kernels keep it cheap") and not CLAIM.search("Inception modules concatenate")
