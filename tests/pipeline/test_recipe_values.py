"""Values of a recipe that do not fit are refused when it is read, in one short line."""

import pytest

from atlas.core.errors import AtlasError, ConfigError, UnknownName
from atlas.recipe.read import read_recipe

NETWORK = '[[networks]]\nname = "resnet-64"\n'
REFUSED = {
    "the same network twice": (NETWORK * 2, "'resnet-64' occurs twice"),
    "the same layer twice": (f'{NETWORK}layers = ["conv1", "conv1"]', "'conv1' occurs twice"),
    "a picture of a misspelt layer": (f"{NETWORK}pictures = {{ conv99 = 2 }}", "no layer of resnet-64 named 'conv99'"),
    "fewer pictures than none": (f"{NETWORK}pictures = {{ conv1 = -2 }}", "greater than or equal to 0"),
    "a map of a layer that is not read": (
        f'{NETWORK}layers = ["conv1"]\nmaps = ["logits"]',
        "no chosen layer of resnet-64 named 'logits'",
    ),
    "icons without a map": (f'{NETWORK}maps = ["logits"]\nicons = ["conv1"]', "with a map named 'conv1'"),
    "a digest of embedded weights": (f'{NETWORK}sha256 = "{"0" * 64}"', "come with the package"),
    "a mean without like": (f"{NETWORK}mean = [0.5, 0.5, 0.5]", 'mean belong to a custom.*like = "resnet-64"'),
    "a network that does not exist": (
        '[[networks]]\nname = "resnet18"\nweights = "x.pth"',
        'like = "(resnet-64|resnet50)"',
    ),
    "like that does not exist": (
        '[[networks]]\nname = "mine"\nlike = "resnet18"\nweights = "x.pth"',
        "no network named 'resnet18'",
    ),
    "labels of another kind": (
        '[[networks]]\nname = "mine"\nlike = "resnet-64"\nweights = "x.pth"\nlabels = "ten.csv"',
        "'ten.csv' is neither a class list.*ends in .txt",
    ),
    "a long name": (f'[[networks]]\nname = "{"a" * 300}"\nlike = "resnet-64"\nweights = "x"', "at most 64"),
    "a deviation of nothing": (
        '[[networks]]\nname = "mine"\nlike = "resnet-64"\nweights = "x"\nstd = [0, 1, 1]',
        "std.0 = 0: Input should be greater than 0",
    ),
    "true for a number": ("seed = true", "seed takes no true or false"),
    "true for a number of pictures": (f'{NETWORK}pictures = {{ "*" = true }}', "pictures takes no true or false"),
    "an endless number": ("[maps]\nmin_dist = inf", "min_dist = inf: Input should be a finite number"),
    "a large seed": ("seed = 4294967296", "seed = 4294967296: Input should be less than"),
    "many steps": ("[pictures]\nsteps = 1000000000", "less than or equal to 10000"),
    "many samples": ("[generative]\nsamples = 1000000000", "less than or equal to 100000"),
    "many characters": ("[recurrent]\ncharacters = 1000000000", "less than or equal to 1000000"),
    "a script as address": ('base_url = "javascript:alert(1)"', "base_url = 'javascript:"),
    "itself": ('extends = "own.toml"', "extends 'own.toml', which extends it in turn"),
    "a packaged recipe that does not exist": ('extends = "tinny"', "Did you mean 'tiny'"),
    "brackets": (f"a = {'[' * 9000}", "nests too many brackets"),
    "nobody's home": ('weights_folder = "~no-such-user-at-all/x"', "home of a user"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_that_does_not_fit_is_refused_in_one_line(case, tmp_path):
    text, told = REFUSED[case]
    (tmp_path / "own.toml").write_text(text if "extends" in text else f'extends = "tiny"\n{text}\n')
    with pytest.raises(AtlasError, match=told) as error:
        read_recipe(str(tmp_path / "own.toml"))
    assert isinstance(error.value, ConfigError | UnknownName)
    assert len(str(error.value)) <= 400 and "\n" not in str(error.value)


def test_every_path_starts_from_the_folder_of_its_recipe(tmp_path, monkeypatch):
    home, here, below = tmp_path / "home", tmp_path / "here", tmp_path / "below"
    for folder in (home, here, below):
        folder.mkdir()
        (folder / "w.pth").write_bytes(folder.name.encode())
        (folder / "names.txt").write_text("a\nb\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    own = '[[networks]]\nname = "mine"\nlike = "resnet-64"\nweights = "w.pth"\nlabels = "names.txt"\n'
    (below / "base.toml").write_text(f'extends = "tiny"\nweights_folder = "files"\n{own}')
    (tmp_path / "top.toml").write_text('extends = "below/base.toml"\n')
    found = read_recipe(str(tmp_path / "top.toml"))
    network = found.networks[0]
    assert (network.weights, network.labels) == (f"{below}/w.pth", f"{below}/names.txt")
    assert found.weights_folder == f"{below}/files"
    settings = ["networks.0.weights=~/w.pth", "networks.0.labels=names.txt"]
    network = read_recipe(str(tmp_path / "top.toml"), settings).networks[0]
    assert (network.weights, network.labels) == (f"{home}/w.pth", f"{here}/names.txt")


def test_a_recipe_may_begin_with_the_mark_of_windows_editors(tmp_path):
    (tmp_path / "own.toml").write_text('\ufeffextends = "tiny"\nname = "mine"\n', encoding="utf-8")
    assert read_recipe(str(tmp_path / "own.toml")).name == "mine"
