"""Checkpoints of a user's own are loaded and fitted before anything is computed; what they state is in the keys."""

import pytest
import torch

from atlas.core.errors import WeightsError
from atlas.networks import NETWORKS
from atlas.pipeline.gather import check_weights, custom_lines
from atlas.pipeline.plan import make_plan
from atlas.recipe.read import read_recipe
from atlas.weights import load

STATE = load(NETWORKS["alexnet-64"]).module.state_dict()
HEAD = {key: value[:10] for key, value in STATE.items() if key.startswith("fc8.")}
CONV1 = STATE["conv1.weight"]


def recipe(folder, state, more="", like="alexnet-64"):
    torch.save(state, folder / "w.pth")
    own = f'[[networks]]\nname = "mine"\nlike = "{like}"\nweights = "w.pth"\nlayers = ["conv1", "logits"]\n{more}\n'
    rest = "[recurrent]\nnetworks = []\n[generative]\ngenerators = []\n"
    (folder / "atlas.toml").write_text(f'extends = "tiny"\n{own}{rest}')
    return read_recipe(str(folder / "atlas.toml"))


def test_the_plan_lists_what_was_matched_and_left_out(tmp_path):
    [line] = custom_lines(recipe(tmp_path, {"state_dict": {f"model.{key}": v for key, v in STATE.items()}, "epoch": 3}))
    assert line == (
        'network mine (like = "alexnet-64"): w.pth, 16 keys matched, prefix state_dict.model. removed, left out: epoch'
    )


@pytest.mark.parametrize(
    ("changed", "more", "told"),
    [
        (HEAD, "", "w.pth has 10 outputs .fc8.weight., but the class list tiny-imagenet-60 .* 60.*`labels`"),
        (HEAD, 'labels = "twelve.txt"', "has 10 outputs .*twelve.txt of mine .* has 12. .*10 lines"),
        ({"conv1.weight": CONV1.mean(1, keepdim=True)}, "", "conv1.weight is 64 × 1 × 11 × 11, not 64 × 3 × 11 × 11"),
        ({"fc7.bias": STATE["fc7.bias"] * torch.nan}, "", "512 of 512 values of fc7.bias are not finite"),
    ],
)
def test_a_misfit_is_named_before_anything_is_computed(changed, more, told, tmp_path):
    (tmp_path / "twelve.txt").write_text("\n".join(map(str, range(12))))
    with pytest.raises(WeightsError, match=told):
        check_weights(recipe(tmp_path, STATE | changed, more))


def test_the_keys_of_another_network_name_it(tmp_path):
    with pytest.raises(WeightsError, match=r'its keys are those of alexnet-64\. Write like = "alexnet-64"'):
        check_weights(recipe(tmp_path, STATE, like="resnet-64"))


def test_what_the_recipe_states_is_part_of_every_key(tmp_path):
    def keys(more):
        return {
            task.name: task.digest for task in make_plan(recipe(tmp_path, STATE, more)).tasks if "mine" in task.name
        }

    plain, stated = keys(""), keys("mean = [0.5, 0.5, 0.5]\nstd = [0.25, 0.25, 0.25]")
    assert plain.keys() == stated.keys()
    assert not set(plain.values()) & set(stated.values())
    assert plain == keys("")
