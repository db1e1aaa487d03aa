"""What a dealership learns for itself, and how a slot and a lead time are chosen; nothing in here ever leaves.

``reading`` (records as contexts and outcomes) → ``own`` (the belief, worked out anew from them) with ``features`` (what
may differ here), ``placing`` (what many outcomes say, summed) and ``deviations`` (a belief from the sums) → ``buckets``
(draws that stay the same) → ``drawing`` (what a draw makes of every lead time and hour) with ``times`` (the same, kept
for a plan) → ``picking`` (the best of the days that are free) → ``grounds`` (what is said of it); ``experiment`` (who
is compared with the recommended time, who explores), ``exploring`` (where one tries), and ``centring`` (where a lead
time lies for the average dealership, which is what the network's sum is told).
"""
