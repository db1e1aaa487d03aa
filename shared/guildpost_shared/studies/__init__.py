"""What may be measured, as which integers it leaves a dealership, and what is shown of the sum.

``spec`` (the signed study, of one of the ``kinds``) → ``layouts`` (which coordinate means what) → ``noise`` (a dealer's
contribution) → secure sum → ``sanity`` → ``releasing`` → ``release`` (rates with intervals). ``slot_lead`` and
``counted`` write the documents.
"""
