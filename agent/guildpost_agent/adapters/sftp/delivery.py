"""``LetterDelivery`` over SFTP: a hidden folder is filled, then renamed.

A connection that breaks while a file is written is taken up again behind the last piece that the server has
acknowledged; pieces go one after the other, so nothing behind it is in doubt. A rename whose answer is lost is looked
up. The server's plain rename never overwrites, so a batch that is there stays as it is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

import asyncssh

from guildpost_agent.adapters.sftp.connection import BROKEN, SftpSettings, connected, in_our_words
from guildpost_agent.app.ports.letter_delivery import Standing
from guildpost_shared.errors import Unavailable

PIECE_BYTES: Final = 256 * 1024
_Result = TypeVar("_Result")


class SftpDelivery:
    """Batches at the lettershop's server; each call connects anew."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings

    def standing(self, batch_id: str) -> Standing:
        """Say where the batch is."""
        return self._run(lambda client: self._standing(client, batch_id))

    def stage(self, batch_id: str, files: Mapping[str, bytes], *, first: bool = True, last: bool = True) -> None:
        """Upload files under the batch's hidden name, each from its beginning, over as many connections as it takes."""
        upload = _Upload(self._staged(batch_id), files, begins=first, completes=last)
        if not self._run(upload.go_on):
            raise Unavailable("letter_batch_gone", batch=batch_id)

    def publish(self, batch_id: str) -> None:
        """Rename the staged batch to its name."""
        asked = False

        async def rename(client: asyncssh.SFTPClient) -> bool:
            nonlocal asked
            standing = await self._standing(client, batch_id)
            if standing is Standing.ABSENT:
                return asked  # the answer to a rename was lost, and the lettershop has taken the batch already
            if standing is Standing.STAGED:
                asked = True
                await client.rename(self._staged(batch_id), self._final(batch_id))
            return True

        if not self._run(rename):
            raise Unavailable("letter_batch_gone", batch=batch_id)

    def discard(self, batch_id: str) -> None:
        """Take away what is staged."""
        self._run(lambda client: _remove(client, self._staged(batch_id)))

    async def _standing(self, client: asyncssh.SFTPClient, batch_id: str) -> Standing:
        if await client.isdir(self._final(batch_id)):
            return Standing.THERE
        return Standing.STAGED if await client.isdir(self._staged(batch_id)) else Standing.ABSENT

    def _run(self, act: Callable[[asyncssh.SFTPClient], Awaitable[_Result]]) -> _Result:
        with in_our_words(self._settings):
            return asyncio.run(self._persist(act))

    async def _persist(self, act: Callable[[asyncssh.SFTPClient], Awaitable[_Result]]) -> _Result:
        """Act over a connection, and over a new one when it breaks."""
        settings = self._settings
        for attempt in range(1, settings.attempts + 1):
            try:
                async with connected(settings) as client:
                    return await act(client)
            except BROKEN:
                if attempt == settings.attempts:
                    raise
                await asyncio.sleep(settings.pause_seconds * 2 ** (attempt - 1))
        raise AssertionError  # the last attempt returns or raises

    def _staged(self, batch_id: str) -> str:
        return self._place(f".batch-{batch_id}.part")

    def _final(self, batch_id: str) -> str:
        return self._place(f"batch-{batch_id}")

    def _place(self, name: str) -> str:
        folder = self._settings.folder.rstrip("/")
        return f"{folder}/{name}" if self._settings.folder else name


class _Upload:
    """Files of one batch on their way: remembers what the server has."""

    def __init__(self, folder: str, files: Mapping[str, bytes], *, begins: bool, completes: bool) -> None:
        self._folder, self._files = folder, files
        self._begun, self._completes = not begins, completes
        self._acknowledged: dict[str, int] = {}

    async def go_on(self, client: asyncssh.SFTPClient) -> bool:
        """Upload what is missing; say whether there was a batch to add it to."""
        if not self._begun:
            await _remove(client, self._folder)
            await client.mkdir(self._folder, asyncssh.SFTPAttrs(permissions=0o700))
            self._begun = True
        elif not await client.isdir(self._folder):
            return False
        for name, data in self._files.items():
            await self._write(client, name, data)
        if self._completes:  # until then nobody but the dealer's own user may look inside
            await client.chmod(self._folder, 0o755)
        return True

    async def _write(self, client: asyncssh.SFTPClient, name: str, data: bytes) -> None:
        begin = self._acknowledged.get(name, 0)
        if name in self._acknowledged and begin == len(data):
            return
        path = f"{self._folder}/{name}"
        async with client.open(path, "r+b" if begin else "wb") as file:
            for at in range(begin, len(data), PIECE_BYTES):
                await file.write(data[at : at + PIECE_BYTES], at)
                self._acknowledged[name] = min(at + PIECE_BYTES, len(data))
            await _flush(file)
        if (await client.stat(path)).size != len(data):
            self._acknowledged.pop(name, None)
            raise asyncssh.SFTPFailure(f"{name} has another size than was sent")
        self._acknowledged[name] = len(data)


async def _flush(file: asyncssh.SFTPClientFile) -> None:
    try:
        await file.fsync()
    except asyncssh.SFTPOpUnsupported:
        return  # the server has no fsync@openssh.com; it keeps its files in its own way


async def _remove(client: asyncssh.SFTPClient, folder: str) -> None:
    if await client.isdir(folder):
        await client.rmtree(folder)
