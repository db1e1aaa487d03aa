"""Previews and comparisons as pages for any browser, read from a folder: no server, no script, no network."""
