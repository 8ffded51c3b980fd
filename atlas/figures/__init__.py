"""Figures: the citable records of every visual, how they are cited, and how they are written as files."""
