"""The speech detector: against torch's convolutions and LSTM, the Fourier transform, and sounds that are known."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch.nn import functional as F

from atlas.chapters.recurrent.sounds import SOUNDS, VOICE, make
from atlas.chapters.recurrent.speech import CHUNK, RATE, chunks_of, detector_of, features, listen, magnitudes
from atlas.chapters.recurrent.speech_study import last_states, truncated
from atlas.chapters.recurrent.steps import weight_file
from atlas.networks.recurrent import SPEECH


@pytest.fixture(scope="module")
def state():
    return load_file(weight_file(SPEECH))


@pytest.fixture(scope="module")
def detector(state):
    return detector_of(state)


def heard_by_torch(state, sound):
    """The published order of work (tinygrad_model.py), in torch."""
    held = {name: torch.from_numpy(values) for name, values in state.items()}
    cell = torch.nn.LSTMCell(128, 128)
    cell.load_state_dict(
        {name.removeprefix("lstm_cell."): held[name] for name in held if name.startswith("lstm_cell.")}
    )
    whole = F.pad(torch.from_numpy(sound.astype(np.float32))[None], (64, -len(sound) % CHUNK))
    found, memory = [], None
    with torch.inference_mode():
        for at in range(64, whole.shape[1], CHUNK):
            x = F.pad(whole[:, None, at - 64 : at + CHUNK], (0, 64), "reflect")
            x = F.conv1d(x, held["stft_conv.weight"], stride=128)
            x = (x[:, :129] ** 2 + x[:, 129:] ** 2).sqrt()
            for number, stride in ((1, 1), (2, 2), (3, 2), (4, 1)):
                x = F.conv1d(x, held[f"conv{number}.weight"], held[f"conv{number}.bias"], stride, padding=1).relu()
            memory = cell(x.squeeze(-1), memory)
            out = F.conv1d(memory[0].unsqueeze(-1).relu(), held["final_conv.weight"], held["final_conv.bias"])
            found.append(float(out.sigmoid()))
    return np.array(found)


@pytest.mark.parametrize("name", [VOICE, "white noise", "sweep"])
def test_it_hears_as_torch_does(state, detector, name):
    sound = make(name, 0.9, np.random.default_rng(0))
    found, _ = listen(detector, sound)
    assert np.abs(found - heard_by_torch(state, sound)).max() < 1e-5


def test_its_first_layer_is_a_windowed_fourier_transform(detector):
    """The stored basis is Hann's window times cosines and sines; numpy's own transform gives the same magnitudes."""
    chunks = chunks_of(make("white noise", 0.2, np.random.default_rng(1)))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256)
    slow = np.stack([np.abs(np.fft.rfft(chunks[:, at : at + 256] * window)) for at in (0, 128, 256, 384)], 2)
    assert np.allclose(magnitudes(detector, chunks), slow, atol=1e-4)


def test_chunks_overlap_by_their_context():
    sound = np.arange(1, 1100) / 2000
    chunks = chunks_of(sound)
    assert chunks.shape == (3, 64 + CHUNK + 64)
    assert np.allclose(chunks[0, :64], 0)
    assert np.allclose(chunks[1, :64], sound[CHUNK - 64 : CHUNK])
    assert np.allclose(chunks[0, 576:], sound[CHUNK - 2 : CHUNK - 66 : -1])  # mirrored without the last sample
    assert np.allclose(chunks[2, 64 + 1099 - 2 * CHUNK : 576], 0)


def test_a_voice_is_told_from_the_rest(detector):
    most = {name: listen(detector, make(name, 2.0, np.random.default_rng(5)))[0].max() for name in SOUNDS}
    others = max(value for name, value in most.items() if name != VOICE)
    assert most[VOICE] > others + 0.1
    assert others < 0.5


def test_a_memory_as_long_as_the_sound_is_all_of_it(detector):
    sound = make(VOICE, 0.5, np.random.default_rng(2))
    heard, (probability, trace) = features(detector, sound), listen(detector, sound)
    assert np.allclose(truncated(detector, heard, len(heard)), probability, atol=1e-5)
    short = last_states(detector.cell, heard, 2)
    from atlas.chapters.recurrent.trace import replay

    for t in (0, 1, 7):
        assert np.allclose(short[t], replay(detector.cell, heard[max(0, t - 1) : t + 1]).h[-1], atol=1e-5)
    assert not np.allclose(short, trace.h, atol=1e-3)


@pytest.mark.parametrize("name", list(SOUNDS))
def test_sounds_have_their_length_and_level(name):
    sound = make(name, 0.7, np.random.default_rng(3))
    assert len(sound) == round(0.7 * RATE)
    assert np.isfinite(sound).all()
    level = np.sqrt(np.mean(sound**2))
    assert level < 1e-4 if name == "silence" else level == pytest.approx(0.05)


def test_the_tone_is_440_hertz():
    spectrum = np.abs(np.fft.rfft(make("tone", 1.0, np.random.default_rng(0))))
    assert spectrum.argmax() == 440
