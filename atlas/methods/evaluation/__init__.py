"""Evaluation of heat maps: what they are worth, by intervention, deletion, place, randomization and stability."""
