"""Does writing bring customers in, or would they have come anyway? The control group answers.

control        who is in the control group, and stays in it
planned_days   when somebody of the control group would have been written to
trials         one trial for each customer and service, in the arm that the draw gave, and how it ended
intervals      the difference of two visit rates with its 95 % interval
verdicts       more, less, or not yet known
sample_size    how many customers are still missing for an effect of a given size
"""
