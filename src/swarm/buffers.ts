// The two buffers that all sockets of a process share: one to read into, one to write from. A read
// is parsed before the next one begins, and a write is taken by the kernel before it returns, or
// else takes its buffer along. Views of them are kept, so that a message makes no garbage.
import { HEADER_MAX } from "./frames.ts";

/** 64 KiB: what libuv would read at once. */
const INLET_BYTES = 65_536;
/**
 * Payload starts that views are kept for: behind a header of 2 or 4 bytes at the buffer's start.
 */
const CACHED_START_MAX = 4;
const CACHED_LENGTH_MAX = 512;
/** Larger messages (a Hello with tokens) get a buffer of their own. */
const OUTLET_PAYLOAD_MAX = 512;

/** What every socket reads into; valid until the next read of any socket. */
export class Inlet {
  readonly bytes = new Uint8Array(INLET_BYTES);
  private readonly views: (Uint8Array | undefined)[][] = Array.from(
    { length: CACHED_START_MAX + 1 },
    () => new Array<Uint8Array | undefined>(CACHED_LENGTH_MAX + 1).fill(undefined),
  );

  /** As in {@link import("./frames.ts").ViewOf}; the common views of the inlet are made once. */
  readonly viewOf = (bytes: Uint8Array, start: number, length: number): Uint8Array => {
    if (bytes !== this.bytes || start > CACHED_START_MAX || length > CACHED_LENGTH_MAX)
      return bytes.subarray(start, start + length);
    const row = this.views[start]!;
    return (row[length] ??= bytes.subarray(start, start + length));
  };
}

/** What every socket writes from. */
export class Outlet {
  bytes = Buffer.allocUnsafeSlow(OUTLET_PAYLOAD_MAX + HEADER_MAX);
  private views: (Buffer | undefined)[] = new Array<Buffer | undefined>(
    OUTLET_PAYLOAD_MAX + HEADER_MAX + 1,
  ).fill(undefined);

  /** @returns whether a message of `size` bytes and its header fit */
  fits(size: number): boolean {
    return size <= OUTLET_PAYLOAD_MAX;
  }

  /** The first `length` bytes, as the kernel's send takes them. */
  view(length: number): Buffer {
    return (this.views[length] ??= this.bytes.subarray(0, length));
  }

  /** The buffer went into a queue: take another one. */
  renew(): void {
    this.bytes = Buffer.allocUnsafeSlow(this.bytes.length);
    this.views = this.views.fill(undefined);
  }
}
