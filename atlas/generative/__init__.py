"""Generators: latent directions with passports, codes against known factors, what single units draw."""
