"""`python -m bench.web.viewers PORT PATH`: viewers at their sockets; tokens by line on stdin, "-" before a sleeper's.

A reader takes all that comes, a sleeper nothing; whoever is let go of comes back a second later, as a browser does. At
SIGTERM it prints how much was read and how many times sleepers were let go of.
"""

import asyncio
import json
import signal
import socket
import sys
from dataclasses import dataclass

AGAIN_S = 1.0
SMALL = 8_192
BLOCK = 262_144


@dataclass(slots=True)
class Seen:
    """What all of them together have met."""

    readers: int = 0
    sleepers: int = 0
    read_bytes: int = 0
    readers_lost: int = 0
    sleepers_lost: int = 0


async def watch(seen: Seen, port: int, path: str, token: str, *, asleep: bool) -> None:
    """One viewer, for ever."""
    while True:
        connection = socket.socket()
        if asleep:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        connection.settimeout(0)
        try:
            await _asks(connection, port, path, token)
            if asleep:
                await _until_lost(connection)
            await _reads(connection, seen)
        except OSError:
            pass
        finally:
            connection.close()
        seen.sleepers_lost += asleep
        seen.readers_lost += not asleep
        await asyncio.sleep(AGAIN_S)


async def _asks(connection: socket.socket, port: int, path: str, token: str) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", port))
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: tonval={token}\r\n\r\n"
    await loop.sock_sendall(connection, request.encode())


async def _reads(connection: socket.socket, seen: Seen) -> None:
    while part := await asyncio.get_running_loop().sock_recv(connection, BLOCK):
        seen.read_bytes += len(part)


async def _until_lost(connection: socket.socket) -> None:
    """The other side has reset the connection; nothing is read to learn it."""
    while not connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        await asyncio.sleep(0.5)
        state = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        if state != 1:  # no longer established
            return


async def main() -> None:
    """All of them, until SIGTERM."""
    port, path = int(sys.argv[1]), sys.argv[2]
    seen, stop = Seen(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    tasks = []
    for line in sys.stdin.read().split():
        asleep, token = line.startswith("-"), line[1:]
        seen.sleepers += asleep
        seen.readers += not asleep
        tasks.append(asyncio.create_task(watch(seen, port, path, token, asleep=asleep)))
    print("watching", flush=True)
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps({name: getattr(seen, name) for name in Seen.__slots__}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
