"""The listening socket: taken before anything else happens, held as long as the program runs."""

from __future__ import annotations

import errno
import socket

from tracker.env import Env


class DoorError(Exception):
    """The address cannot be listened on. The text can be shown as it is."""


def open_door(env: Env) -> socket.socket:
    """Listen on HOST and PORT; raise DoorError when that is not possible.

    Held from here on: nobody else can take the port while tables are made, and visitors who come while the
    web server is started again wait instead of being turned away.
    """
    try:
        return _listen(env.host, env.port)
    except OSError as error:
        raise DoorError(_trouble(env, error)) from None


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    door = socket.socket(family, kind, protocol)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(512)
    except OSError:
        door.close()
        raise
    return door


def _trouble(env: Env, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"PORT: {env.port} on {env.host} is taken by another program; stop that one or choose another."
    if error.errno == errno.EACCES:
        return f"PORT: {env.port} is reserved for root; choose one from 1024 on."
    return f"HOST: {env.host} is not an address of this machine ({error.strerror})."
