"""What to offer next for a vehicle: data that says when an offer is due, and rules that put the best ones first.

``offers.toml → offers (reading)``, ``records → facts (gathering)``, ``offers × facts → ranked (scoring)``. Nothing
here names a price: the slot is the dealer's alone and empty until the dealer fills it (antitrust rule R10).
"""
