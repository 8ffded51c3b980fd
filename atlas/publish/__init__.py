"""Figures, pages and files: how results become a site that can be cited. It knows no chapter by name."""
