"""The composition root: everything outside is put together here, and nowhere else.

core      home folder → configuration, encrypted database, egress gate, keys
member    membership → control plane, signed catalogue, services, templates
sending   catalogue + configuration → mails, letters, answers
rounds    catalogue + membership → a part in a federated round
running   all of it → the long-running process: ticks, presence, pages
"""
