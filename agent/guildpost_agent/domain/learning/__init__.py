"""What a dealership learns for itself, and how a slot and a lead time are chosen; nothing in here ever leaves.

``reading`` (records as contexts and outcomes) → ``features`` (what may differ here) → ``deviations`` (what dealerships
know) → ``choosing`` (draw and decide, within what is allowed) with ``exploring`` (where one tries when nothing is
known); ``contributing`` (whose reminder enters a round).

These work on many dealerships at once, the dealership being a number beside every reminder. The agent has one: ``own``
(its belief, worked out anew from its records) → ``buckets`` (draws that stay the same) → ``times`` (what a draw makes
of every lead time and hour) → ``picking`` (the best of the days that are free) → ``grounds`` (what is said of it);
``experiment`` (who is compared with the recommended time, who explores).
"""
