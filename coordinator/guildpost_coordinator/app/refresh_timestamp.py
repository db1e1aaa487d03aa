from guildpost_coordinator.app.publishing import Publishing


def refresh_timestamp(publishing: Publishing) -> bool:
    """Re-sign the catalogue's timestamp when it is due (a tick, at least hourly).

    The transaction is the turn among processes: a command that publishes beside the running coordinator must not see
    its new timestamp replaced by one of the state before.

    Returns:
        Whether it was due.
    """
    with publishing.turn, publishing.publications():
        return publishing.repository.refresh(now=publishing.clock.now())
