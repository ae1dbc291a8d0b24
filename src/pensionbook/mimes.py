"""Marks of what notebooks show for the build to read; it imports nothing, so all may import it."""

VALUES_MIME = "application/vnd.pensionbook.values+json"
TABLE_MIME = "application/vnd.pensionbook.table+json"
# The entry of an output's metadata that names a small picture kept for other pages.
PICTURE = "pensionbook_picture"
# The entry of a code cell's metadata with the caption and the name of its chart or table.
EXHIBIT = "pensionbook"
# The entry of the metadata of a cell that the build put into a page.
ADDED = "pensionbook_added"
