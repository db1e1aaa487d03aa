"""Templates of the catalogue: manifest and typed slots, mail and letter rendering, MIME, the rules templates obey."""
