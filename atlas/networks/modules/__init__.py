"""The `nn.Module` classes of the miniatures; imported only when a network is built, since they import torch."""
