#!/usr/bin/python3
"""A client of Aether, from proto/aether.proto and docs/protocol.md alone: `client.py URL [TICKS]`
joins, walks in circles for that many updates, proves its view, leaves, and says so as JSON.
Debian: apt-get install protobuf-compiler python3-protobuf python3-websockets
"""
import asyncio, importlib, json, math, pathlib, struct, subprocess, sys, tempfile

import websockets

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
LAST, RESET = 1, 2  # flags of an AoiUpdate


def generate():
    """Has protoc make the messages, and imports them."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["protoc", f"-I{PROTO}", f"--python_out={folder}", "aether.proto"]
        subprocess.run(command, check=True)
        sys.path.insert(0, folder)
        return importlib.import_module("aether_pb2")


aether = generate()


def near(reference, low):
    """The coordinate nearest to the own one that ends in these 16 bits."""
    return reference + ((low - reference + 0x8000) & 0xFFFF) - 0x8000


def mix(id, x, y):
    h = id * 0x9E3779B1 ^ (x + 0x165667B1) * 0x85EBCA77 ^ (y + 0x27D4EB2F) * 0xC2B2AE3D
    h &= 0xFFFFFFFF
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


class View:
    """Who is in sight: alias -> [id, x, y], in 1/32 unit."""

    def __init__(self):
        self.shown = {}

    def apply(self, aoi):
        if aoi.flags & RESET:
            self.shown.clear()
        for (alias,) in struct.iter_unpack("<H", aoi.left):
            del self.shown[alias]
        for e in aoi.entered:
            self.shown[e.alias] = [e.id, e.x, e.y]
        for alias, x, y in struct.iter_unpack("<HHH", aoi.moved):
            self.shown[alias][1:] = near(aoi.self_x >> 3, x), near(aoi.self_y >> 3, y)

    def agrees(self, digest):
        terms = (mix(id, *(at if digest.positions else (0, 0))) for id, *at in self.shown.values())
        return digest.count == len(self.shown) and digest.hash == sum(terms) & 0xFFFFFFFF


async def play(url, ticks):
    told = dict(entity=0, ticks=0, seen=0, digests=0, wrong=0, corrections=0, errors=[])
    view, sequence, step = View(), 0, 0
    async with websockets.connect(url, subprotocols=["aether.v1"]) as socket:

        async def send(**fields):
            await socket.send(aether.ClientMessage(**fields).SerializeToString())

        await send(hello=aether.Hello(protocol_version=1, client="example.py/1"))
        await send(spawn=aether.Spawn(kind=1))
        async for frame in socket:
            message = aether.ServerMessage.FromString(frame)
            body = message.WhichOneof("body")
            said = body and getattr(message, body)  # unknown bodies are passed over
            if body == "welcome" and said.entity_id:
                told["entity"], sequence, step = said.entity_id, said.sequence, said.max_speed / 256
            elif body == "aoi":
                view.apply(said)
                told.update(seen=max(told["seen"], len(view.shown)), at=[said.self_x, said.self_y])
                if not said.flags & LAST:
                    continue
                told["ticks"] += 1
                sequence += 1
                turn = told["ticks"] / 20
                dx, dy = step * 0.9 * math.cos(turn), step * 0.9 * math.sin(turn)
                move = dict(entity_id=told["entity"], sequence=sequence, delta_x=dx, delta_y=dy)
                await send(move=aether.MovementDelta(**move), ack_tick=said.tick)
                if told["ticks"] == ticks:
                    await send(probe=aether.ViewProbe(), ack_tick=said.tick)
            elif body == "digest":
                told["digests" if view.agrees(said) else "wrong"] += 1
                await send(leave=aether.Leave())
            elif body == "correction":
                told["corrections"] += 1
            elif body == "error":
                told["errors"].append(said.message)
    print(json.dumps({**told, "closed": socket.close_code}))


if __name__ == "__main__":
    asyncio.run(play(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100))
