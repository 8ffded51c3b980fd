"""Recipes and the one loop that make the weights that the package ships: `atlas train NETWORK`."""
