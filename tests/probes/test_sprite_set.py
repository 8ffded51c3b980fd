"""The probe set of sprites: what a label, a title and a mask say is what the pixels show."""

import numpy as np

from atlas.probes import decode, probe_source
from atlas.probes.sprite_set import COUNT
from atlas.probes.sprites import FACTORS, TEST_SEED, TRAINING_SEED, draw_factors, render

SET = probe_source("sprites")


def test_every_part_is_whole_and_the_same_every_time():
    parts = SET.parts()
    assert len(parts) * 64 == COUNT
    first, again = SET.make(parts[3]), SET.make(parts[3])
    assert first.webp == again.webp
    assert first.images == again.images
    assert [image.id for image in first.images] == [f"sprite-{number:05}" for number in range(192, 256)]
    assert decode(first.webp).shape == (64, SET.size, SET.size, 3)


def test_the_mask_is_where_something_is_drawn():
    part = SET.make(SET.parts()[0])
    pixels = decode(part.webp).astype(int)
    corner = pixels[0, 0, 0]
    for image, mask in zip(pixels, part.masks, strict=True):
        assert mask.any()
        assert not mask.all()
        assert (image[~mask] == corner).all()
        assert (image[mask] != corner).any(1).all()


def test_label_and_title_say_what_is_drawn():
    """From the pixels: a large one has more of them than a small one, a red one is red.

    A square fills its frame most.
    """
    parts = [SET.make(part) for part in SET.parts()[:8]]
    images = [image for part in parts for image in part.images]
    masks = [mask for part in parts for mask in part.masks]
    pixels = np.concatenate([decode(part.webp) for part in parts]).astype(float)
    area = np.array([mask.sum() for mask in masks])
    for shape in FACTORS[0].values:
        own = np.array([image.label == shape for image in images])
        by_size = [
            area[own & np.array([image.title.startswith(size) for image in images])].mean()
            for size in ("small", "middling", "large")
        ]
        assert by_size == sorted(by_size)
    for index, colour in ((0, "red"), (1, "green"), (2, "blue")):
        own = [n for n, image in enumerate(images) if f" {colour} " in image.title]
        strongest = {int(pixels[n][masks[n]].mean(0).argmax()) for n in own}
        assert strongest == {index}, colour


def test_no_probe_is_one_that_was_learned_or_measured_while_learning():
    shown = decode([webp for part in SET.parts()[:4] for webp in SET.make(part).webp])
    for seed in (TRAINING_SEED, TEST_SEED):
        known = {image.tobytes() for image in render(draw_factors(2000, seed))}
        assert not [image for image in shown if image.tobytes() in known]
