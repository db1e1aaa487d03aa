"""The dealer's own figures beside what the network released: whether a release is believed, and how both compare.

``backing`` (is it what the signed study allows?) → ``own`` (the same questions, from the dealer's own records) →
``comparison`` (higher, lower, or no difference). Nothing here leaves the house.
"""
