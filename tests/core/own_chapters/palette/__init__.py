"""A chapter of one's own, as small as can be: the mean colour of every probe image, which the tests put into an atlas."""

from atlas.core.chapter import Chapter

CHAPTER = Chapter(name="palette", order=90, package=__name__)
