// A transport with some of its calls replaced: buffers that are full, parts that get lost.
import type { Transport } from "../src/gateway/transport.ts";

export function instead(transport: Transport, calls: Partial<Transport>): Transport {
  return {
    listen: (host, port, handler) => transport.listen(host, port, handler),
    beginTick: () => transport.beginTick(),
    send: (slot, bytes, compress) => transport.send(slot, bytes, compress),
    ping: (slot, bytes) => transport.ping(slot, bytes),
    cork: (slot, flush) => transport.cork(slot, flush),
    end: (slot, code, reason) => transport.end(slot, code, reason),
    drop: (slot) => transport.drop(slot),
    bufferedBytes: (slot) => transport.bufferedBytes(slot),
    unread: (least) => transport.unread(least),
    connections: () => transport.connections(),
    stopListening: () => transport.stopListening(),
    shutdown: () => transport.shutdown(),
    ...calls,
  };
}
