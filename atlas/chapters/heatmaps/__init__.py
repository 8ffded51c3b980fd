"""Heat maps: what a decision of an image network rests on, by every attribution method, and what each map is worth."""

from atlas.core.chapter import Chapter

CHAPTER = Chapter(name="heatmaps", order=5, package=__name__)
