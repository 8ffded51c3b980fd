"""`nn.Module` classes of the networks; imported only when a network is built, since they import torch."""
