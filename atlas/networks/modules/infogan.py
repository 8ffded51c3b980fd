"""InfoGAN (Chen et al. 2016) for 32-pixel sprites: generator, and discriminator with a head for the codes."""

from __future__ import annotations

from torch import Tensor, nn


def _up(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def _down(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(0.1))


class Generator(nn.Module):
    """z [N, Z] (choice as one-hot, numbers, noise) to RGB [N, 3, 32, 32] in [-1, 1]."""

    def __init__(self, z: int, width: int = 64) -> None:
        super().__init__()
        self.width = width
        self.fc1 = nn.Linear(z, 256, bias=False)
        self.norm1 = nn.BatchNorm1d(256)
        self.fc2 = nn.Linear(256, width * 16, bias=False)
        self.norm2 = nn.BatchNorm1d(width * 16)
        self.up1 = _up(width, width)
        self.up2 = _up(width, width // 2)
        self.rgb = nn.ConvTranspose2d(width // 2, 3, 4, 2, 1)

    def forward(self, z: Tensor) -> Tensor:
        dense = self.norm2(self.fc2(self.norm1(self.fc1(z)).relu())).relu()
        grid = dense.view(-1, self.width, 4, 4)
        rgb: Tensor = self.rgb(self.up2(self.up1(grid)))
        return rgb.tanh()


class Discriminator(nn.Module):
    """RGB [N, 3, 32, 32] in [-1, 1] to the logit of "real" [N], choice logits [N, C] and number means [N, K]."""

    def __init__(self, choices: int, numbers: int, width: int = 24) -> None:
        super().__init__()
        self.choices = choices
        self.conv1 = _down(3, width)
        self.conv2 = _down(width, 2 * width)
        self.conv3 = _down(2 * width, 4 * width)
        self.fc = nn.Linear(4 * width * 16, 128)
        self.act = nn.LeakyReLU(0.1)
        self.real = nn.Linear(128, 1)
        self.hidden = nn.Sequential(nn.Linear(128, 128), nn.LeakyReLU(0.1))
        self.codes = nn.Linear(128, choices + numbers)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.act(self.fc(self.conv3(self.conv2(self.conv1(images))).flatten(1)))
        codes = self.codes(self.hidden(features))
        return self.real(features)[:, 0], codes[:, : self.choices], codes[:, self.choices :]


class Critic(nn.Module):
    """RGB [N, 3, 32, 32] in [-1, 1] to the logit of "real" [N]; used in training only, its weights are not shipped."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        self.stem = _down(3, width)
        self.conv2, self.norm2 = nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width)
        self.conv3, self.norm3 = nn.Conv2d(2 * width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width)
        self.act = nn.LeakyReLU(0.1)
        self.real = nn.Linear(2 * width * 16, 1)

    def forward(self, images: Tensor) -> Tensor:
        features = self.act(self.norm2(self.conv2(self.stem(images))))
        features = self.act(self.norm3(self.conv3(features)))
        real: Tensor = self.real(features.flatten(1))[:, 0]
        return real


class Reader(nn.Module):
    """The discriminator as a network of the atlas: RGB [N, 3, 32, 32] in [-1, 1] to choice logits [N, C].

    It computes the same as `Discriminator`, with separate layers for choice and numbers.
    """

    def __init__(self, choices: int, numbers: int, width: int = 24) -> None:
        super().__init__()
        whole = Discriminator(choices, numbers, width)
        self.conv1, self.conv2, self.conv3 = whole.conv1, whole.conv2, whole.conv3
        self.fc, self.act, self.real, self.hidden = whole.fc, whole.act, whole.real, whole.hidden
        self.numbers = nn.Linear(128, numbers)
        self.choice = nn.Linear(128, choices)

    def forward(self, images: Tensor) -> Tensor:
        features = self.act(self.fc(self.conv3(self.conv2(self.conv1(images))).flatten(1)))
        self.real(features)  # not part of the output; called so that taps can read it
        hidden = self.hidden(features)
        self.numbers(hidden)
        logits: Tensor = self.choice(hidden)
        return logits
