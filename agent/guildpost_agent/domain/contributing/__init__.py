"""What this dealer may contribute to a study, one module for each kind: records in, each unit's part out; all pure.

``units`` says what a unit is; slot and lead time have a module of their own, ``domain.contributions``.
"""
