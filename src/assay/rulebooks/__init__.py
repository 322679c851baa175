"""Rulebooks are data: strict YAML, a loader, a linter, the shipped books, and the pages that show them."""

from assay.rulebooks.lint import Problem, lint
from assay.rulebooks.loader import default_books, load, shipped

__all__ = ["Problem", "default_books", "lint", "load", "shipped"]
