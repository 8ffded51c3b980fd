"""The chapters of the atlas, a folder each, found by `atlas.core.chapter`; none imports another.

Chapters of your own lie in folders that the environment variable ATLAS_CHAPTERS names, as PATH does: each folder in
there is a chapter.
"""

import os

__path__ = [*__path__, *filter(None, os.environ.get("ATLAS_CHAPTERS", "").split(os.pathsep))]
