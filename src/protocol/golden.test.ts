import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GOLDEN_FRAMES, listing } from "../../proto/golden.ts";
import type { AppMessage } from "./client-decode-rare.ts";
import { SERVER_BAD, SERVER_NONE, ServerDecoder } from "./client-decode.ts";
import {
  CLIENT_FRAME,
  encodeAck,
  encodeClientApp,
  encodeHeartbeat,
  encodeHello,
  encodeLeave,
  encodeMove,
  encodeProbe,
  encodeSpawn,
} from "./client-encode.ts";
import * as bodies from "./decode.ts";
import { encodeError, encodeGoodbye, encodePace, encodeWelcome } from "./encode-rare.ts";
import {
  AOI_HEADER_MAX,
  SMALL_FRAME,
  writeAoiHeader,
  writeApp,
  writeCorrection,
  writeDigest,
  writeHeartbeatAck,
  writeMissed,
  writeReceived,
} from "./encode.ts";
import { aether } from "./schema.ts";
import { MAX_FRAME } from "./version.ts";

const folder = new URL("../../proto/golden/", import.meta.url);
const clientFrames = GOLDEN_FRAMES.filter(({ side }) => side === "client");
const serverFrames = GOLDEN_FRAMES.filter(({ side }) => side === "server");

describe("the files", () => {
  test("there is one for every frame, and no other", () => {
    const names = GOLDEN_FRAMES.map(({ name }) => `${name}.bin`);
    expect(readdirSync(folder).sort()).toEqual([...names, "frames.txt"].sort());
  });

  test.each(GOLDEN_FRAMES)("$name.bin holds its bytes, at most 512", ({ name, bytes }) => {
    expect([...readFileSync(new URL(`${name}.bin`, folder))]).toEqual([...bytes]);
    expect(bytes.length).toBeLessThanOrEqual(MAX_FRAME);
  });

  test("frames.txt is their listing", () => {
    expect(readFileSync(new URL("frames.txt", folder), "utf8")).toBe(listing());
  });

  test("every body of both messages has a frame", () => {
    const proto = readFileSync(new URL("../../proto/aether.proto", import.meta.url), "utf8");
    const oneofs = [...proto.matchAll(/oneof body \{([^}]*)\}/g)].map(([, body]) =>
      [...(body ?? "").matchAll(/\w+ (\w+) = \d+;/g)].map((field) => field[1]),
    );
    const clients = clientFrames.map(({ bytes }) => aether.ClientMessage.decode(bytes).body);
    const servers = serverFrames.map(({ bytes }) => aether.ServerMessage.decode(bytes).body);
    expect(new Set(clients)).toEqual(new Set([...(oneofs[0] ?? []), undefined]));
    expect(new Set(servers)).toEqual(new Set(oneofs[1]));
  });
});

/** Reads a frame with the server's decoder and writes it again with the client's encoders. */
function rewriteClient(bytes: Uint8Array): Uint8Array {
  const from = new bodies.ClientDecoder();
  const out = new Uint8Array(CLIENT_FRAME);
  const cut = (length: number) => out.subarray(0, length);
  switch (from.decode(bytes)) {
    case bodies.BODY_NONE:
      return cut(encodeAck(out, from.ackTick));
    case bodies.BODY_HELLO:
      return encodeHello({
        version: from.helloVersion,
        token: from.helloToken,
        resumeToken: from.helloResumeToken,
        client: from.helloClient,
        appReceived: from.helloAppReceived,
      });
    case bodies.BODY_SPAWN:
      return encodeSpawn(from.spawnKind, from.spawnX, from.spawnY);
    case bodies.BODY_MOVE: {
      const { moveEntity, moveSequence, moveDeltaX, moveDeltaY, ackTick } = from;
      const time = from.moveTimestampHigh * 2 ** 32 + from.moveTimestampLow;
      return cut(encodeMove(out, moveEntity, moveSequence, moveDeltaX, moveDeltaY, time, ackTick));
    }
    case bodies.BODY_HEARTBEAT:
      return cut(encodeHeartbeat(out, from.heartbeatLow, from.ackTick));
    case bodies.BODY_PROBE:
      return cut(encodeProbe(out, from.probeReset, from.ackTick));
    case bodies.BODY_APP: {
      const { appChannel, appRequest, appSequence, appStart, appEnd, ackTick } = from;
      const payload = bytes.subarray(appStart, appEnd);
      return encodeClientApp(appChannel, appRequest, payload, appSequence, ackTick);
    }
    case bodies.BODY_LEAVE:
      return cut(encodeLeave(out, from.ackTick));
    default:
      return new Uint8Array(0);
  }
}

test.each(clientFrames)("$name survives the server's reading and the client's writing", (frame) => {
  expect([...rewriteClient(frame.bytes)]).toEqual([...frame.bytes]);
});

/** Reads a frame with the client's decoder and writes it again with the server's encoders. */
function rewriteServer(bytes: Uint8Array): Uint8Array {
  const from = new ServerDecoder();
  const out = new Uint8Array(SMALL_FRAME);
  const kind = from.decode(bytes);
  expect(kind).not.toBe(SERVER_BAD);
  expect(kind).not.toBe(SERVER_NONE);
  const { aoi, correction, heartbeat_ack, digest } = aether.ServerMessage.decode(bytes);
  if (aoi) return rewriteUpdate(from, bytes);
  if (correction) {
    const { correctionEntity, correctionX, correctionY, correctionSequence } = from;
    const [x, y] = [correctionX * 256, correctionY * 256];
    return out.subarray(0, writeCorrection(out, correctionEntity, x, y, correctionSequence));
  }
  if (heartbeat_ack)
    return out.subarray(0, writeHeartbeatAck(out, from.heartbeatTimestamp, 0, from.heartbeatTick));
  if (digest) {
    const { digestTick, digestCount, digestHash, digestPositions } = from;
    return out.subarray(0, writeDigest(out, digestTick, digestCount, digestHash, digestPositions));
  }
  return rewriteRare(from);
}

/** The body is the kernel's to write: here it is cut from the frame, and the header made anew. */
function rewriteUpdate(from: ServerDecoder, bytes: Uint8Array): Uint8Array {
  const { tick, ackSequence, selfX, selfY, flags } = from;
  const fields = { tick, ack_sequence: ackSequence, self_x: selfX, self_y: selfY, flags };
  const body = bytes.subarray(2 + aether.AoiUpdate.encode(fields).finish().length);
  const room = AOI_HEADER_MAX;
  const memory = new Uint8Array(room + body.length);
  memory.set(body, room);
  const { length } = body;
  return memory.subarray(
    writeAoiHeader(memory, room, length, tick, ackSequence, selfX, selfY, flags),
  );
}

function rewriteApp(app: AppMessage): Uint8Array {
  const { channel, request, payload, sequence, received, missed } = app;
  const out = new Uint8Array(MAX_FRAME);
  if (received > 0) return out.subarray(0, writeReceived(out, received));
  if (missed > 0) return out.subarray(0, writeMissed(out, 0, sequence, missed));
  return out.subarray(0, writeApp(out, 0, channel, request, payload, sequence));
}

function rewriteRare({ message }: ServerDecoder): Uint8Array {
  if (message === null) return none;
  const { welcome, pace, app, error, goodbye } = message;
  if (pace) return encodePace(pace.tick_ms);
  if (app) return rewriteApp(app);
  if (error) {
    const { code, message: sentence, sequence, retry_after_ms } = error;
    return encodeError(code, sentence, sequence, retry_after_ms);
  }
  if (goodbye) {
    const { code, message: sentence, retry_after_ms } = goodbye;
    return encodeGoodbye(code, sentence, retry_after_ms);
  }
  return encodeWelcome({
    session: welcome?.session ?? "",
    resumeToken: welcome?.resume_token ?? none,
    entityId: welcome?.entity_id ?? 0,
    kind: welcome?.kind ?? 0,
    x: welcome?.x ?? 0,
    y: welcome?.y ?? 0,
    sequence: welcome?.sequence ?? 0,
    tick: welcome?.tick ?? 0,
    tickMs: welcome?.tick_ms ?? 0,
    minX: welcome?.min_x ?? 0,
    minY: welcome?.min_y ?? 0,
    maxX: welcome?.max_x ?? 0,
    maxY: welcome?.max_y ?? 0,
    maxSpeed: welcome?.max_speed ?? 0,
    moveBurstTicks: welcome?.move_burst_ticks ?? 0,
    aoiRadius: welcome?.aoi_radius ?? 0,
    leaveRadius: welcome?.leave_radius ?? 0,
    maxVisible: welcome?.max_visible ?? 0,
    windowTicks: welcome?.window_ticks ?? 0,
    rules: welcome?.rules ?? none,
    enteredTick: welcome?.entered_tick ?? 0,
    componentBytes: welcome?.component_bytes ?? 0,
    appReceived: welcome?.app_received ?? 0,
  });
}

const none = new Uint8Array(0);

test.each(serverFrames)("$name survives the client's reading and the server's writing", (frame) => {
  expect([...rewriteServer(frame.bytes)]).toEqual([...frame.bytes]);
});
