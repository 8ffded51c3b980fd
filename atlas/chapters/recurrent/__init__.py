"""Recurrent networks: what their cells encode, how long they remember, what their decisions rest on."""

from atlas.core.chapter import Chapter

CHAPTER = Chapter(name="recurrent", order=10, package=__name__)
