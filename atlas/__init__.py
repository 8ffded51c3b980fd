"""Representation Atlas: what every unit of a neural network has learned, as a static web site."""

__version__ = "0.1.0"
