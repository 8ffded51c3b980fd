"""Figures, pages and files: how results become a site that can be cited. No chapter is named here."""
