"""Releases as people read them: a plain verdict, a picture with its caption, and the same figures as a table.

The console shows them on its page, ``guildpost-coordinator insights`` writes them as files; both say the same words.
"""
