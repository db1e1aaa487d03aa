"""What the dealer's pages, the brand console and the relay share: headers, sessions, style. No web framework here."""
