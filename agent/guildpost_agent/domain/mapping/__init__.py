"""Which column of an export means which of our fields: known spellings, value shapes, proposals, saved profiles."""
