"""The catalogue's service definitions: what the brand offers to its dealers as a standard campaign."""
