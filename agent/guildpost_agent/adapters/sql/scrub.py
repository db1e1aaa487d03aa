"""Leave nothing behind in the file: deleted rows live on in free pages, in the gaps of pages, and in the log.

``secure_delete`` overwrites what a statement deletes, but not the copies that SQLite left in page gaps when it once
rebalanced a tree; ``VACUUM`` writes every page anew, and a truncating checkpoint empties the write-ahead log.
"""

from sqlalchemy import Engine


def scrub(engine: Engine) -> bool:
    """Rewrite the database file and empty its log; False while a reader still holds an old page: try again later."""
    connection = engine.raw_connection()
    try:
        driver = connection.driver_connection
        if driver is None:
            return False
        driver.execute("VACUUM")
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.close()
    return not busy
