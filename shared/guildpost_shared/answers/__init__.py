"""What agent and relay agree on: tokens in links, sealed answers, signed requests, the dealer's public card."""
