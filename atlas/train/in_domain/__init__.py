"""In-domain single deletion (IDSDS; Hesse et al. 2024): how methods rank on networks tuned on deleted patches.

`python -m atlas.train.in_domain` tunes the miniatures, scores the methods and writes `docs/in-domain-deletion.md`.
"""
