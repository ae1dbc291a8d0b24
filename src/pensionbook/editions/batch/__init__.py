"""Many editions of one package: a report for each part of its area, and an overview of them."""
