"""Labels of Python source, character by character, against labels made by hand."""

import numpy as np
import pytest

from atlas.chapters.recurrent.concepts import CONCEPTS, label, pairs
from atlas.chapters.recurrent.source import read_library

TEXT = '''"""Doc."""
def f(a, b=(1, 2)):  # note
    'inner doc'
    return "x" + g[a]
'''


def marked(name):
    """The characters that a concept marks."""
    return "".join(character for character, on in zip(TEXT, label(TEXT)[name], strict=True) if on)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("docstring", '"""Doc.""' + "'inner doc"),
        ("string", '"x'),
        ("comment", "# note"),
        ("keyword", "defreturn"),
        ("brackets", "(a, b=(1, 2)" + "[a"),
        ("leading", " " * 8),
    ],
)
def test_marks(name, expected):
    assert marked(name) == expected


def test_sizes():
    labels = label(TEXT)
    assert labels["depth"].max() == 2
    assert labels["depth"][TEXT.index("1, 2")] == 2
    assert labels["depth"][-1] == 0
    assert labels["indentation"][TEXT.index("return")] == 4
    assert labels["indentation"][TEXT.index("    'inner")] == 0
    assert labels["column"][TEXT.index("def")] == 1
    assert labels["column"][TEXT.index("\n")] == 0


def test_a_hash_in_a_string_is_no_comment():
    text = "a = '# no'\n"
    assert not label(text)["comment"].any()
    assert label(text)["string"].sum() == len("'# no")


def test_every_held_out_file_can_be_labelled():
    files = [file for file in read_library() if file.held_out]
    assert len(files) >= 20
    for file in files[:6]:
        labels = label(file.text)
        assert set(labels) == {concept.name for concept in CONCEPTS}
        assert all(len(values) == len(file.text) and np.isfinite(values).all() for values in labels.values())
        assert labels["depth"][-1] == 0


def test_pairs():
    text = 'f(a, [1], r\'x\', """y""", \'\')\n'
    expected = [("[", "]", "bracket"), ("'", "'", "quote"), ("'", "'", "quote"), ("(", ")", "bracket")]
    found = pairs(text)
    assert [(text[first], text[last], kind) for first, last, kind in found] == expected
    assert found[1][:2] == (text.index("'"), text.index("',"))
