"""Image networks: what every unit of them responds to, and what they look like as a whole."""

from atlas.core.chapter import Chapter

CHAPTER = Chapter(name="networks", order=0, package=__name__)
