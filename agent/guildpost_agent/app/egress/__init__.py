"""The one gate: everything that leaves, except customers' own messages and reads from the DMS, passes here."""
