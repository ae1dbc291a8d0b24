"""The computations behind each section: a report in, tables and measures out, no drawing."""
