"""Random views: what the resampling matrices do, against answers known in closed form."""

import pytest
import torch

from atlas.train import augment
from atlas.train.augment import _resampling, cut_mix, delete_patches, show


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


def windows_of(count):
    return torch.rand(count, 4, generator=torch.Generator().manual_seed(0))


def test_views_keep_a_constant_and_the_side_of_a_ramp():
    ramp = torch.arange(64, dtype=torch.uint8)[None, :, None, None].expand(16, 64, 64, 3).clone()
    ramp[..., 2] = 200
    views = show(ramp, windows_of(16), torch.arange(16) % 2 == 0)
    assert views.shape == (16, 3, 64, 64)
    torch.testing.assert_close(views[:, 2], torch.full((16, 64, 64), 200 / 127.5 - 1))
    assert (views[:, 0].diff(dim=1) >= -1e-6).all()  # rows are never mirrored
    assert (views[:, 0].diff(dim=2).abs() < 1e-5).all()  # rows stay rows


def test_just_those_that_are_to_be_are_mirrored():
    ramp = torch.arange(64, dtype=torch.uint8)[None, None, :, None].expand(20, 64, 64, 3)
    flipped = torch.arange(20) % 3 == 0
    views = show(ramp, windows_of(20), flipped)
    assert torch.equal(views[:, 0, 0, 0] > views[:, 0, 0, -1], flipped)
    torch.testing.assert_close(views.flip(3), show(ramp, windows_of(20), ~flipped), atol=1e-5, rtol=0)


def test_a_window_shows_its_share_of_the_image(monkeypatch):
    """On a ramp from left to right, first and last column tell where the window begins and ends."""
    monkeypatch.setattr(augment, "AREA", (0.25, 0.25))
    ramp = torch.arange(64, dtype=torch.uint8)[None, None, :, None].expand(1, 64, 64, 3)
    for place in (0.0, 0.5, 1.0):
        window = torch.tensor([[0.3, 0.5, 0.2, place]])  # an aspect of 1
        row = (show(ramp, window, torch.zeros(1, dtype=torch.bool))[0, 0, 0] + 1) * 127.5
        first = place * 32 + 0.25 - 0.5  # centre of the first half pixel, the pixels' centres at whole numbers
        expected = (first + torch.arange(64) / 2).clamp(0, 63)
        torch.testing.assert_close(row, expected, atol=1e-3, rtol=0)


def test_windows_are_always_the_same_ones_and_differ_among_themselves():
    drawn = augment.draw_windows(5)
    assert drawn.shape == (augment.VIEWS, 5, 4)
    assert torch.equal(drawn, augment.draw_windows(5))
    assert len(drawn.reshape(-1, 4).unique(dim=0)) == 5 * augment.VIEWS


def test_cut_mix_takes_a_square_from_the_image_before():
    views = torch.arange(6.0)[:, None, None, None].expand(6, 3, 16, 16).contiguous()
    for area, down, right in ((0.0, 0.5, 0.5), (0.25, 0.0, 0.999), (0.5, 0.3, 0.9), (1.0, 0.0, 0.0)):
        mixed, kept = cut_mix(views, area, down, right)
        assert kept == pytest.approx(1 - area, abs=0.03)  # whole pixels
        for index in range(6):
            assert (mixed[index] == index).float().mean().item() == pytest.approx(kept, abs=1e-6)
            assert (mixed[index] == (index - 1) % 6).float().mean().item() == pytest.approx(1 - kept, abs=1e-6)
    corner = cut_mix(views, 0.25, 0.0, 0.999)[0][1, 0]
    assert (corner[:8, 8:] == 0).all()


def test_one_patch_of_the_chosen_images_is_deleted():
    views = torch.rand(32, 3, 64, 64, generator=torch.Generator().manual_seed(0)) + 1
    before = views.clone()
    places = torch.rand(2, 32, generator=torch.Generator().manual_seed(1))
    gone = delete_patches(views, places, share=0.5, grid=4) == 0
    assert torch.equal(views, before)
    assert torch.equal(gone.flatten(1).any(1), places[1] < 0.5)
    for index in (places[1] < 0.5).nonzero().flatten().tolist():
        row, column = divmod(int(places[0, index] * 16), 4)
        expected = torch.zeros(3, 64, 64, dtype=torch.bool)
        expected[:, 16 * row : 16 * row + 16, 16 * column : 16 * column + 16] = True
        assert torch.equal(gone[index], expected)


def test_no_share_deletes_nothing():
    views = torch.rand(4, 3, 64, 64)
    assert torch.equal(delete_patches(views, torch.rand(2, 4), share=0.0, grid=4), views)
