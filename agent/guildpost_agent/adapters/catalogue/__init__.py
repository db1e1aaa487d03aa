"""The agent's side of the signed catalogue: python-tuf's updater over the control plane, and a verified copy."""
