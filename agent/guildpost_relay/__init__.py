"""The public endpoint of a dealership that accepts no connection from outside: unsubscribe, click, one-tap answers.

It knows opaque tokens only and seals what customers answer to the dealer at once. It imports ``guildpost_shared`` and
nothing else of this product, and is not meant to be run by the brand.
"""
