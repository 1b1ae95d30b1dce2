// Bugs of order, planted from outside into a real server, as a careless change might bring them.
// The simulator must find each.
import type { Config } from "../../src/config/schema.ts";
import type { Tokens } from "../../src/gateway/ledger.ts";
import type { Transport } from "../../src/gateway/transport.ts";
import { SEND_OK } from "../../src/gateway/transport.ts";
import type { Server } from "../../src/main.ts";
import { instead } from "../instead.ts";
import type { Vault } from "../vault.ts";
import type { Plant } from "./house.ts";
import { AOI } from "./wire.ts";

/** The first two parts of an update leave in the wrong order. */
function swapParts(transport: Transport): Transport {
  let corked: Uint8Array[] | null = null;
  return instead(transport, {
    send(slot, bytes, compress) {
      if (corked === null) return transport.send(slot, bytes, compress);
      corked.push(bytes.slice());
      return SEND_OK;
    },
    cork(slot, flush) {
      transport.cork(slot, () => {
        const messages: Uint8Array[] = [];
        corked = messages;
        flush(slot);
        corked = null;
        const [first, second] = messages;
        if (first?.[0] === AOI && second?.[0] === AOI) messages.splice(0, 2, second, first);
        for (const message of messages) transport.send(slot, message, false);
      });
    },
  });
}

/** Frames leave before the step instead of after it, and so a tick late. */
function publishBeforeStep({ gateway }: Server): void {
  const before = gateway.beforeStep.bind(gateway);
  const after = gateway.afterStep.bind(gateway);
  gateway.beforeStep = () => {
    after();
    before();
  };
  gateway.afterStep = () => undefined;
}

/** The world learns a step too late for whom it is to look. */
function lookLate({ world }: Server): void {
  const step = world.step.bind(world);
  const setLook = world.setLook.bind(world);
  let late: [number, 0 | 1 | 2][] = [];
  world.setLook = (row, look) => {
    late.push([row, look]);
  };
  world.step = () => {
    step();
    for (const [row, look] of late) setLook(row, look);
    late = [];
  };
}

/** One intent in a hundred is overtaken by the next of the same entity. */
function overtakeIntents({ world }: Server): void {
  const intent = world.intent.bind(world);
  let count = 0;
  let held: Parameters<typeof intent> | null = null;
  world.intent = (...next) => {
    count++;
    if (held === null && count % 100 === 0) {
      held = next;
      return true;
    }
    const taken = intent(...next);
    if (held !== null && held[0] === next[0]) {
      intent(...held);
      held = null;
    }
    return taken;
  };
}

/** A connection's end is heard when its slot is another's already. */
function closeLate(transport: Transport): Transport {
  const late: (() => void)[] = [];
  return instead(transport, {
    listen: (host, port, handler) =>
      transport.listen(host, port, {
        arrives: (address, isProxy) => handler.arrives(address, isProxy),
        accept: (address, origin, subprotocol) => handler.accept(address, origin, subprotocol),
        refusal: (status) => handler.refusal(status),
        request: (isAnswered) => handler.request(isAnswered),
        message: (slot, bytes, isBinary) => handler.message(slot, bytes, isBinary),
        ping: (slot) => handler.ping(slot),
        pong: (slot, bytes) => handler.pong(slot, bytes),
        open: (slot, address) => {
          handler.open(slot, address);
          for (const close of late.splice(0)) close();
        },
        close: (slot, code, reason) => late.push(() => handler.close(slot, code, reason)),
      }),
  });
}

/** A row is moved by hand, past the commands, once there are some. */
function moveByHand({ world }: Server): void {
  const step = world.step.bind(world);
  world.step = () => {
    step();
    if (world.tick === 50) world.kernel.views.posX[0] = world.posX(0) ^ 1;
  };
}

/** Clients are told of what is not durable yet. */
function settleEarly({ keeper }: Server): void {
  if (keeper !== null) keeper.isSettled = () => true;
}

/** Now and then an image is committed without the facts that belong to it. */
function forgetFacts(vault: Vault): void {
  const commit = vault.commit.bind(vault);
  vault.commit = (epoch, flight) =>
    commit(epoch, flight.tick % 10 === 0 ? { ...flight, facts: [] } : flight);
}

/** A token that opens a session is given out again. */
function keepToken(tokens: Tokens): Tokens {
  let made: Uint8Array | null = null;
  let shown: Uint8Array | null = null;
  return {
    make: () => {
      made = shown ?? tokens.make();
      shown = null;
      return made;
    },
    hash: (token) => {
      shown = token === made ? null : new Uint8Array(token);
      made = null;
      return tokens.hash(token);
    },
  };
}

/** Nobody is waited for as long as was promised. */
function halveGrace(config: Config): Config {
  return { ...config, session: { grace_ms: config.session.grace_ms / 2 } };
}

/** Now and then facts are written twice. */
function writeTwice(vault: Vault): void {
  const commit = vault.commit.bind(vault);
  vault.commit = (epoch, flight) => {
    const { length } = vault.facts;
    const isIn = commit(epoch, flight);
    if (length % 7 === 0) {
      vault.facts.push(...vault.facts.slice(length));
      vault.keys.push(...vault.keys.slice(length));
    }
    return isIn;
  };
}

export interface Planted {
  readonly what: string;
  readonly plant: Plant;
  /** A run in which what it breaks happens: views of several parts, windows that close. */
  readonly seed: number;
  /** What the simulator says of it. */
  readonly says: RegExp;
}

export const PLANTED: readonly Planted[] = [
  {
    what: "two parts of an update swapped",
    plant: { transport: swapParts },
    seed: 5,
    says: /an update of tick \d+ follows one of/,
  },
  {
    what: "frames sent before the step instead of after it",
    plant: { server: publishBeforeStep },
    seed: 1,
    says: /counts as told of 1 rows, 0 were sent/,
  },
  {
    what: "windows closed a step too late",
    plant: { server: lookLate },
    seed: 1,
    says: /counts as told|without a look|shown elsewhere/,
  },
  {
    what: "an intent overtaken by the next one",
    plant: { server: overtakeIntents },
    seed: 1,
    says: /the world was given sequence|never reached the world/,
  },
  {
    what: "a connection's end heard after its slot was given away",
    plant: { transport: closeLate },
    seed: 1,
    says: /has no session and does not leave/,
  },
  {
    what: "a row moved past the commands",
    plant: { server: moveByHand },
    seed: 1,
    says: /rules of movement/,
  },
  {
    what: "clients told before what they are told is durable",
    plant: { server: settleEarly },
    seed: 3,
    says: /was told of entity \d+, and the store has not got it/,
  },
  {
    what: "an image committed without its facts",
    plant: { vault: forgetFacts },
    seed: 3,
    says: /the store has not got it|was due|never noted|facts were lost/,
  },
  {
    what: "facts committed twice",
    plant: { vault: writeTwice },
    seed: 3,
    says: /fact \S+ was committed twice/,
  },
  {
    what: "a token that is not rotated",
    plant: { tokens: keepToken },
    seed: 5,
    says: /was given the token again that it has used/,
  },
  {
    what: "an entity that leaves before its grace is over",
    plant: { config: halveGrace },
    seed: 5,
    says: /left after \d+(\.\d+)? ms of its grace|was refused to the client/,
  },
];
