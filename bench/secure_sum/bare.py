"""What unmasking costs at least: its key exchanges and mask key streams, without any protocol around them."""

import time

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR


def bare_cost(dead: int, alive: int, dimension: int) -> float:
    """Measure one exchange and one key stream per pair of a dead and an alive agent, one key stream per alive agent.

    Args:
        dead: agents whose pair masks are left in the sum.
        alive: agents whose self-masks are.
        dimension: coordinates of eight bytes.

    Returns:
        CPU seconds.
    """
    private = [X25519PrivateKey.generate() for _ in range(dead)]
    public = [X25519PrivateKey.generate().public_key().public_bytes_raw() for _ in range(alive)]
    zeros, counter = bytes(8 * dimension), bytes(16)
    began = time.process_time()
    for key in private:
        for other in public:
            seed = key.exchange(X25519PublicKey.from_public_bytes(other))
            Cipher(AES256(seed), CTR(counter)).encryptor().update(zeros)
    for other in public:
        Cipher(AES256(other), CTR(counter)).encryptor().update(zeros)
    return time.process_time() - began
