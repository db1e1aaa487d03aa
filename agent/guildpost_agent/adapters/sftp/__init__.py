"""Letters to a lettershop over SFTP."""
