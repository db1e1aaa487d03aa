"""Goodwill credits: who granted what to whom, who approved it, and what is left; it never leaves the dealership."""
