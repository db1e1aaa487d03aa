"""What may be measured, as which integers it leaves a dealership, and what is shown of the sum.

``spec`` (the signed study) → ``layout`` (which coordinate means what) → ``noise`` (a dealer's contribution) → secure
sum → ``sanity`` → ``release`` (rates with intervals). ``slot_lead`` is the first study.
"""
