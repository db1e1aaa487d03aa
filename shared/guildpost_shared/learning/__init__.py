"""When to write, learned by all dealerships together: what agents and coordinator must agree on, pure.

``contexts`` (whom one writes to, and how it went) → ``bases`` (smooth functions of the hour of the week and of the lead
time) → ``blocks`` (which coordinate of the model means what) → ``model`` (what the coordinator publishes, and when it
is refused) → ``terms`` (privacy budget, scale, sensitivity) → ``vector`` (the integers that one dealership adds to the
secure sum). Exploring, deciding and a dealership's own deviations live in the agent; the filter in the coordinator.
"""
