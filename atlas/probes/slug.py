"""The only way from external names to path segments."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str, *, limit: int = 60) -> str:
    """`text` as lower-case ASCII letters, digits and single hyphens, at most `limit` characters.

    `image` if nothing is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].strip("-") or "image"
