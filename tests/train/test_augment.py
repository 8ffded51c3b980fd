"""Random views: what the resampling matrices do, against answers known in closed form."""

import pytest
import torch

from atlas.train.augment import _resampling, cut_mix, random_views


def test_the_whole_image_is_read_as_it_is():
    weights = _resampling(torch.ones(1), torch.rand(1), torch.zeros(1, dtype=torch.bool), 8, 8)
    torch.testing.assert_close(weights[0], torch.eye(8), atol=1e-5, rtol=0)


def test_a_flip_reads_backwards():
    weights = _resampling(torch.ones(1), torch.rand(1), torch.ones(1, dtype=torch.bool), 8, 8)
    torch.testing.assert_close(weights[0], torch.eye(8).flip(0), atol=1e-5, rtol=0)


def test_half_the_size_averages_neighbours():
    """The antialiased triangle of width 2 at a pixel border weighs the four nearest 1, 3, 3, 1."""
    weights = _resampling(torch.ones(1), torch.zeros(1), torch.zeros(1, dtype=torch.bool), 8, 4)
    torch.testing.assert_close(weights[0, 1], torch.tensor([0, 1, 3, 3, 1, 0, 0, 0]) / 8)


def test_views_keep_a_constant_and_the_side_of_a_ramp():
    generator = torch.Generator().manual_seed(0)
    ramp = torch.arange(64, dtype=torch.uint8)[None, :, None, None].expand(16, 64, 64, 3).clone()
    ramp[..., 2] = 200
    views = random_views(ramp, 48, (0.4, 1.5), generator)
    assert views.shape == (16, 3, 48, 48)
    torch.testing.assert_close(views[:, 2], torch.full((16, 48, 48), 200 / 127.5 - 1))
    assert (views[:, 0].diff(dim=1) >= -1e-6).all()  # rows are never flipped
    assert (views[:, 0].diff(dim=2).abs() < 1e-5).all()  # rows stay rows


def test_flips_happen_about_half_the_time():
    ramp = torch.arange(64, dtype=torch.uint8)[None, None, :, None].expand(200, 64, 64, 3)
    views = random_views(ramp, 64, (0.8, 1.0), torch.Generator().manual_seed(1))
    flipped = (views[:, 0, 0, 0] > views[:, 0, 0, -1]).float().mean()
    assert 0.4 < flipped < 0.6


def test_cut_mix_takes_a_square_from_the_partner():
    views = torch.arange(6.0)[:, None, None, None].expand(6, 3, 16, 16).contiguous()
    for seed in range(8):
        mixed, partner, kept = cut_mix(views, torch.Generator().manual_seed(seed))
        assert sorted(partner.tolist()) == list(range(6))
        for index in range(6):
            own = (mixed[index] == index).float().mean().item()
            if partner[index] != index:
                assert own == pytest.approx(kept, abs=1e-6)
                assert (mixed[index] == partner[index]).float().mean().item() == pytest.approx(1 - kept, abs=1e-6)
