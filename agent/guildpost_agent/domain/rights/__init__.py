"""People's rights as rules: what is whose, what is told, what is erased and when, who must not come back."""
