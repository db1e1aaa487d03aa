"""Learning response propensity from noised sums: what the surveys found, then step by step the model.

``surveying``: sums → which texts are common, bounds and means of numbers → the feature map that is published.
``solving``: slope and curvature → the next θ. Everything here sees sums alone and is post-processing: it costs no ε.
"""
