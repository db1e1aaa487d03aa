"""What a dealership learns for itself, and how a slot and a lead time are chosen; nothing in here ever leaves.

``features`` (what may differ here) → ``deviations`` (what this dealership knows) → ``choosing`` (draw and decide,
within what is allowed) with ``exploring`` (where one tries when nothing is known); ``contributing`` (whose reminder
enters a round).

All functions work on many dealerships at once, the dealership being a number beside every reminder: an agent has one.
"""
