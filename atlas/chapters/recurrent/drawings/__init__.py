"""How the figures of recurrent networks are drawn for export, a file a subject;
importing this package registers them.
"""

from atlas.chapters.recurrent.drawings import cell, character, sentiment, sound  # noqa: F401
