"""Differential privacy on integers: clipping, Skellam noise, its accountant, and what may be shown of a sum.

The unit is one customer. Neighbouring data differ in one customer's record of a round: the record is there, or an empty
one stands in its place (zero-out, Kairouz et al. 2021, *Practical and Private (Deep) Learning without Sampling or
Shuffling*). For a dealer at or below its cap this is the same as adding or removing the customer. Above the cap the
seats are drawn without looking at the records, so an empty record keeps its seat.

No floating-point number touches a contribution: noise is drawn by comparing operating-system randomness with integer
thresholds.
"""
