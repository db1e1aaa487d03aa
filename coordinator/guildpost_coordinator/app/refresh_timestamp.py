from guildpost_coordinator.app.publishing import Publishing


def refresh_timestamp(publishing: Publishing) -> bool:
    """Re-sign the catalogue's timestamp when it is due (a tick, at least hourly).

    Returns:
        Whether it was due.
    """
    with publishing.turn:
        return publishing.repository.refresh(now=publishing.clock.now())
