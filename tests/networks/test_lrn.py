"""Local response normalization against torch's own."""

import pytest
import torch

from atlas.networks.modules.lrn import LocalResponseNorm


@pytest.mark.parametrize("channels", [3, 8, 64])
@pytest.mark.parametrize("alpha", [1e-4, 0.5])
def test_equals_torch(channels, alpha):
    x = torch.randn(2, channels, 5, 7, generator=torch.Generator().manual_seed(0)) * 3
    expected = torch.nn.LocalResponseNorm(5, alpha, 0.75, 2.0)(x)
    found = LocalResponseNorm(channels, alpha=alpha)(x)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


def test_gradient_equals_torch():
    x = torch.randn(2, 16, 4, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 16, 4, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    norm = LocalResponseNorm(16, alpha=0.5).double()
    (expected,) = torch.autograd.grad((torch.nn.LocalResponseNorm(5, 0.5, 0.75, 2.0)(x) * weight).sum(), x)
    (found,) = torch.autograd.grad((norm(x) * weight).sum(), x)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
