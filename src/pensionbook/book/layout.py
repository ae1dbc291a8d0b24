"""Names that the build, the pages and their readers agree on; it imports nothing slow."""

from __future__ import annotations

# Texts of the pages for translators; no reader's format.
TEMPLATES = "gettext"
# Where the pages of the staged book find the register and the named values, and small pictures.
DATA_FILE = "_data/report.json"
PICTURES = "_pictures"
# What readers can take from the pages, in a folder of the web pages and of the staged book.
DOWNLOADS = "files"
EXTRA = "_extra"
