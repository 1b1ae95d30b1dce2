// The client's reading of what comes seldom: at joining, at parting, in answer to a fault, from the
// application. By hand as well, since a generated codec would be four times the rest of the client.
// Field names are those of proto/aether.proto.
import type { WireReader } from "./read.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** docs/protocol.md, "Welcome". Bytes are views into the message. */
export class WelcomeMessage {
  protocol_version = 0;
  session = "";
  resume_token = NO_BYTES;
  entity_id = 0;
  kind = 0;
  x = 0;
  y = 0;
  sequence = 0;
  tick = 0;
  tick_ms = 0;
  min_x = 0;
  min_y = 0;
  max_x = 0;
  max_y = 0;
  units_per_position = 0;
  units_per_sight = 0;
  max_speed = 0;
  move_burst_ticks = 0;
  aoi_radius = 0;
  leave_radius = 0;
  max_visible = 0;
  window_ticks = 0;
  rules = NO_BYTES;
  entered_tick = 0;
  component_bytes = 0;
  app_received = 0;

  read(reader: WireReader, tag: number): void {
    switch (tag) {
      case 8:
        this.protocol_version = reader.uint32();
        break;
      case 18:
        this.session = reader.text();
        break;
      case 26:
        this.resume_token = reader.view();
        break;
      case 32:
        this.entity_id = reader.uint32();
        break;
      case 40:
        this.kind = reader.uint32();
        break;
      case 48:
        this.x = reader.sint32();
        break;
      case 56:
        this.y = reader.sint32();
        break;
      case 64:
        this.sequence = reader.uint64();
        break;
      case 72:
        this.tick = reader.uint32();
        break;
      case 80:
        this.tick_ms = reader.uint32();
        break;
      case 88:
        this.min_x = reader.sint32();
        break;
      case 96:
        this.min_y = reader.sint32();
        break;
      case 104:
        this.max_x = reader.sint32();
        break;
      case 112:
        this.max_y = reader.sint32();
        break;
      case 120:
        this.units_per_position = reader.uint32();
        break;
      case 128:
        this.units_per_sight = reader.uint32();
        break;
      case 136:
        this.max_speed = reader.uint32();
        break;
      case 144:
        this.move_burst_ticks = reader.uint32();
        break;
      case 152:
        this.aoi_radius = reader.uint32();
        break;
      case 160:
        this.leave_radius = reader.uint32();
        break;
      case 168:
        this.max_visible = reader.uint32();
        break;
      case 176:
        this.window_ticks = reader.uint32();
        break;
      case 186:
        this.rules = reader.view();
        break;
      case 192:
        this.entered_tick = reader.uint32();
        break;
      case 200:
        this.component_bytes = reader.uint32();
        break;
      case 208:
        this.app_received = reader.uint32();
        break;
      default:
        reader.skip(tag, 1);
    }
  }
}

export class PaceMessage {
  tick_ms = 0;

  read(reader: WireReader, tag: number): void {
    if (tag === 8) this.tick_ms = reader.uint32();
    else reader.skip(tag, 1);
  }
}

export class AppMessage {
  channel = 0;
  request = 0;
  payload = NO_BYTES;
  sequence = 0;
  received = 0;
  missed = 0;

  read(reader: WireReader, tag: number): void {
    if (tag === 8) this.channel = reader.uint32();
    else if (tag === 16) this.request = reader.uint32();
    else if (tag === 26) this.payload = reader.view();
    else if (tag === 32) this.sequence = reader.uint32();
    else if (tag === 40) this.received = reader.uint32();
    else if (tag === 48) this.missed = reader.uint32();
    else reader.skip(tag, 1);
  }
}

export class ErrorMessage {
  code = 0;
  message = "";
  /** 0 .. 2^53 - 1, or -1 above. */
  sequence = 0;
  retry_after_ms = 0;

  read(reader: WireReader, tag: number): void {
    if (tag === 8) this.code = reader.uint32();
    else if (tag === 18) this.message = reader.text();
    else if (tag === 24) this.sequence = reader.uint64();
    else if (tag === 32) this.retry_after_ms = reader.uint32();
    else reader.skip(tag, 1);
  }
}

export class GoodbyeMessage {
  code = 0;
  message = "";
  retry_after_ms = 0;

  read(reader: WireReader, tag: number): void {
    if (tag === 8) this.code = reader.uint32();
    else if (tag === 18) this.message = reader.text();
    else if (tag === 24) this.retry_after_ms = reader.uint32();
    else reader.skip(tag, 1);
  }
}

/** One of them is set. */
export interface RareMessage {
  welcome?: WelcomeMessage;
  pace?: PaceMessage;
  app?: AppMessage;
  error?: ErrorMessage;
  goodbye?: GoodbyeMessage;
}
