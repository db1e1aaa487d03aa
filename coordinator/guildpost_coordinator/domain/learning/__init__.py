"""What the network knows about slots and lead times: from noised sums to the model that is published.

``exposures`` (how much a round can know) → ``filter`` (the step of one round) with ``shifts`` (how best lead times
move) → ``publishing``; ``drift`` (has the world changed?).
"""
