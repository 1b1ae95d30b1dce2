// From the parts that count to the cells that are shown: every number by its own way.
import { expect, test } from "vitest";
import { numbersOf } from "../test/board.ts";
import { idleGateway } from "../test/idle-gateway.ts";
import { worldRules } from "./config/rules.ts";
import { defaultConfig } from "./config/schema.ts";
import { World } from "./engine/world.ts";
import { openKernel } from "./kernel/open.ts";
import { BoardReader } from "./observability/board.ts";
import { METRICS } from "./observability/catalogue.ts";
import { createLog } from "./observability/log.ts";

function setUp() {
  const world = new World(openKernel("js"), worldRules(defaultConfig()));
  const gateway = idleGateway(world);
  const { log } = createLog({ level: "silent", fd: 1 });
  const { board, tally } = numbersOf(world, gateway, 25, log);
  const reader = new BoardReader(board.shared);
  const cells = new Float64Array(reader.length);
  const shown = (series: string): number | undefined => {
    const [, name = "", value = ""] = /^(\w+)(?:\{(\w+)\})?$/.exec(series) ?? [];
    const metric = METRICS.find((one) => one.name === name);
    const index = metric?.values.indexOf(value) ?? -1;
    reader.read(cells);
    return metric === undefined || index < 0 ? undefined : cells[metric.at + index * metric.stride];
  };
  return { gateway, shown, tally, world };
}

/** Counters by the series in which they are shown, one to one. */
const PLAIN = {
  aether_messages_sent_total: "sent",
  aether_sent_bytes_total: "sentBytes",
  aether_messages_compressed_total: "compressed",
  "aether_sends_total{buffered}": "sendsHeld",
  "aether_sends_total{dropped}": "sendsDropped",
  aether_sends_dropped_total: "sendsDropped",
  aether_sends_buffered_total: "sendsBuffered",
  aether_received_bytes_total: "receivedBytes",
  "aether_control_frames_received_total{ping}": "pings",
  "aether_control_frames_received_total{pong}": "pongs",
  aether_acks_ignored_total: "badAcks",
  aether_acks_unread_total: "unreadAcks",
  aether_replies_dropped_total: "repliesDropped",
  aether_frames_ignored_total: "framesIgnored",
  "aether_over_rate_total{messages}": "overMessages",
  "aether_over_rate_total{bytes}": "overBytes",
  "aether_over_rate_total{errors}": "overErrors",
  "aether_over_rate_total{resets}": "overResets",
  aether_app_messages_received_total: "appReceived",
  "aether_app_messages_sent_total{first}": "appSent",
  "aether_app_messages_sent_total{again}": "appSentAgain",
  "aether_app_messages_dropped_total{full}": "appMissed",
  "aether_app_messages_dropped_total{nobody}": "appUnaddressed",
  aether_intents_refused_total: "intentsRefused",
  aether_intents_dropped_total: "intentsDropped",
  aether_corrections_total: "corrections",
  aether_corrections_held_total: "correctionsHeld",
  "aether_correction_verdicts_total{over_bank}": "correctionsOverBank",
  "aether_correction_verdicts_total{over_rate}": "correctionsOverRate",
  "aether_correction_verdicts_total{clipped}": "correctionsClipped",
  aether_entities_spawned_total: "spawned",
  aether_entities_despawned_total: "left",
  aether_windows_closed_total: "windowsClosed",
  aether_windows_merged_total: "merges",
  aether_slow_closed_total: "slowClosed",
  aether_view_resets_total: "resets",
  aether_connections_opened_total: "opened",
  aether_sessions_suspended_total: "suspended",
  aether_sessions_resumed_total: "resumed",
  aether_sessions_expired_total: "expired",
  aether_resumes_refused_total: "resumesRefused",
  aether_resumes_foreign_total: "resumesForeign",
  aether_tokens_reused_total: "tokensReused",
  aether_tokens_verified_total: "tokensVerified",
  aether_accounts_full_total: "refusedAccount",
  aether_joins_unavailable_total: "joinsUnavailable",
  aether_joins_refused_total: "joinsRefused",
  aether_joins_crowded_total: "joinsCrowded",
  aether_joins_shed_total: "joinsShed",
  aether_joins_not_let_in_total: "joinsNotLetIn",
  aether_joins_waited_ticks_total: "joinsWaited",
  aether_spawns_missed_total: "spawnsMissed",
  aether_struck_out_total: "struckOut",
  "aether_handshakes_refused_total{full}": "refusedFull",
  "aether_handshakes_refused_total{version}": "refusedVersion",
  "aether_handshakes_refused_total{subprotocol}": "refusedSubprotocol",
  "aether_handshakes_refused_total{too_many}": "refusedHandshakes",
  "aether_handshakes_refused_total{draining}": "refusedDraining",
  "aether_handshakes_refused_total{address}": "refusedAddress",
  "aether_handshakes_refused_total{address_rate}": "refusedAddressRate",
  "aether_handshakes_refused_total{origin}": "refusedOrigin",
  "aether_handshakes_refused_total{token_in_url}": "refusedUrlToken",
  "aether_handshakes_refused_total{shut_out}": "refusedShutOut",
  "aether_handshakes_refused_total{tls}": "refusedTls",
  "aether_http_requests_total{answered}": "httpAnswered",
  "aether_http_requests_total{cut}": "httpCut",
  aether_addresses_shut_out_total: "shutOut",
} as const;

/** Plain counters that are shown as a part of something else, or not at all, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  received: "aether_messages_received_total is the same by type",
  intents: "aether_intents_applied_total says what became of them",
  replaced: "a part of aether_sessions_resumed_total; aether_closes_total{REPLACED} is the same",
  leavesWaited: "nobody waits for a leave",
  floods: "aether_floods_total adds both kinds",
  floodDrops: "aether_floods_total adds both kinds",
};

test("every counter of the gateway is shown, each in its own series", () => {
  const { gateway, shown, tally } = setUp();
  const { counters } = gateway;
  const plain = Object.entries(counters).flatMap(([name, value]) => (value === 0 ? [name] : []));
  const known = new Set<string>([...Object.values(PLAIN), ...Object.keys(ELSEWHERE)]);
  expect(plain.filter((name) => !known.has(name))).toEqual([]);
  expect([...known].filter((name) => !plain.includes(name))).toEqual([]);
  const marks = new Map(plain.map((name, i) => [name, 1001 + i]));
  Object.assign(counters, Object.fromEntries(marks));
  tally.take(0);
  tally.publish();
  for (const [series, name] of Object.entries(PLAIN))
    expect(shown(series), series).toBe(marks.get(name));
  const [floods = 0, drops = 0] = [marks.get("floods"), marks.get("floodDrops")];
  expect(shown("aether_floods_total")).toBe(floods + drops);
});

test("what is counted by type, code or reason is shown by it", () => {
  const { gateway, shown, tally } = setUp();
  const { counters } = gateway;
  counters.receivedBy.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  counters.errors[2] = 12;
  counters.countClose(1006);
  counters.countClose(4009);
  counters.countClose(4009);
  counters.countClose(1000);
  counters.countClose(4999);
  counters.tokenFaults.expired = 13;
  counters.refusedFull = 1;
  counters.refusedOrigin = 2;
  counters.sent = 10;
  counters.sendsHeld = 4;
  gateway.roundTrips.observe(0.003);
  tally.take(0);
  tally.publish();
  for (const [series, value] of Object.entries({
    "aether_messages_received_total{ack}": 1,
    "aether_messages_received_total{move}": 4,
    "aether_messages_received_total{malformed}": 9,
    "aether_messages_received_total{oversize}": 11,
    "aether_errors_total{BAD_INTENT}": 12,
    "aether_closes_total{CUT_OFF}": 1,
    "aether_closes_total{TOO_SLOW}": 2,
    "aether_closes_total{LEFT}": 1,
    "aether_closes_total{other}": 1,
    "aether_connection_errors_total{CUT_OFF}": 1,
    "aether_connection_errors_total{TOO_SLOW}": 2,
    "aether_connection_errors_total{other}": 1,
    "aether_connection_errors_total{LEFT}": undefined,
    "aether_connection_errors_total{HANDSHAKE}": 3,
    "aether_tokens_refused_total{expired}": 13,
    "aether_sends_total{sent}": 6,
  }))
    expect(shown(series), series).toBe(value);
});

test("the kernel's totals go on rising where 32 bits end", () => {
  const { shown, tally, world } = setUp();
  const { world: words } = world.kernel.views;
  let total = 0;
  for (let i = 0; i < 3; i++) {
    total = (total + 2_000_000_000) | 0;
    words[70] = total; // LOOKS_TOTAL
    tally.take(0);
  }
  tally.publish();
  expect(shown("aether_aoi_queries_total")).toBe(6_000_000_000);
});
