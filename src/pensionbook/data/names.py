"""Names of packages, editions and releases, which are names of folders as well."""

from __future__ import annotations

import re
from typing import TypeGuard

# Small letters, digits and single hyphens.
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_slug(name: object) -> TypeGuard[str]:
    """Whether this can name a package, an edition or a release, and so a folder.

    >>> is_slug("tianjin-2002"), is_slug("Tianjin"), is_slug("a--b"), is_slug(2002)
    (True, False, False, False)
    """
    return isinstance(name, str) and SLUG.fullmatch(name) is not None
