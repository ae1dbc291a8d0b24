"""Marks of what notebooks show for the build to read; it imports nothing, so all may import it."""

VALUES_MIME = "application/vnd.pensionbook.values+json"
# The columns behind a chart or a table: ``columns`` and ``rows``, numbers as numbers.
DATA_MIME = "application/vnd.pensionbook.data+json"
# What a notebook hands over to a page that computes with it: ``name`` and ``model``.
MODEL_MIME = "application/vnd.pensionbook.model+json"
TABLE_MIME = "application/vnd.pensionbook.table+json"
# Set in the environment of a build, whose charts come as SVG too.
WITH_SVG = "PENSIONBOOK_WITH_SVG"
# The entry of an output's metadata that names a small picture kept for other pages.
PICTURE = "pensionbook_picture"
# The entry of a code cell's metadata with the caption and the name of its chart or table.
EXHIBIT = "pensionbook"
# The entry of the metadata of a cell that the build put into a page.
ADDED = "pensionbook_added"
