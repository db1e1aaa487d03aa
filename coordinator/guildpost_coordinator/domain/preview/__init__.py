"""Previews of material: sample customers, what a template becomes for them, and what changed between two versions."""
