// What is shown of connections and sessions.
import { CLOSE_NAMES, CONNECTION_ERRORS } from "../../protocol/codes.ts";
import { TOKEN_FAULTS } from "../../protocol/token-faults.ts";
import type { Layout } from "../layout.ts";

/** Why handshakes are refused, in the order in which they are written down. */
export const HANDSHAKES = [
  "full",
  "version",
  "subprotocol",
  "too_many",
  "draining",
  "address",
  "address_rate",
  "origin",
  "token_in_url",
  "shut_out",
  "tls",
] as const;

/** What a session waits for. */
export const SESSION_STATES = [
  "open",
  "verifying",
  "greeted",
  "joining",
  "arriving",
  "playing",
  "suspended",
] as const;

export const sessionMetrics = (on: Layout) => ({
  connections: on.gauge("aether_active_connections", "Open WebSocket connections."),
  capacity: on.gauge("aether_connection_capacity", "Connections that there is room for."),
  opened: on.counter("aether_connections_opened_total", "Connections opened."),
  closes: on.counter("aether_closes_total", "Connections closed.", { code: CLOSE_NAMES }),
  errors: on.counter("aether_connection_errors_total", "Connections that ended by an error.", {
    code: [...CONNECTION_ERRORS, "HANDSHAKE"],
  }),
  handshakes: on.counter("aether_handshakes_refused_total", "Handshakes refused.", {
    reason: HANDSHAKES,
  }),
  http: on.counter("aether_http_requests_total", "Plain requests and refused handshakes.", {
    outcome: ["answered", "cut"],
  }),
  floods: on.counter("aether_floods_total", "Connections cut because they flooded."),
  shutOut: on.counter("aether_addresses_shut_out_total", "Addresses shut out for a flood."),
  struckOut: on.counter("aether_struck_out_total", "Connections cut: they stayed over rates."),
  sessions: on.gauge("aether_sessions", "Sessions by what they wait for.", {
    state: SESSION_STATES,
  }),
  suspended: on.counter("aether_sessions_suspended_total", "Sessions that lost a connection."),
  resumed: on.counter("aether_sessions_resumed_total", "Sessions that came back."),
  expired: on.counter("aether_sessions_expired_total", "Sessions that did not come in time."),
  resumesRefused: on.counter("aether_resumes_refused_total", "Resume tokens refused."),
  resumesForeign: on.counter("aether_resumes_foreign_total", "Resume tokens of other accounts."),
  tokensReused: on.counter("aether_tokens_reused_total", "Used resume tokens shown again."),
  tokensVerified: on.counter("aether_tokens_verified_total", "Identity tokens believed."),
  tokensRefused: on.counter("aether_tokens_refused_total", "Identity tokens refused.", {
    reason: Object.keys(TOKEN_FAULTS),
  }),
  accountsFull: on.counter("aether_accounts_full_total", "Sessions refused for their account."),
  joinsWaiting: on.gauge("aether_joins_waiting", "Sessions that wait for their turn to enter."),
  joinsWaited: on.counter("aether_joins_waited_ticks_total", "Ticks that joins waited."),
  joinsRefused: on.counter("aether_joins_refused_total", "Joins refused: too many wait."),
  joinsUnavailable: on.counter("aether_joins_unavailable_total", "Joins refused for the store."),
  joinsCrowded: on.counter("aether_joins_crowded_total", "Joins refused for their address."),
  joinsShed: on.counter("aether_joins_shed_total", "Joins refused: the heap is nearly full."),
  joinsNotLetIn: on.counter("aether_joins_not_let_in_total", "Joins the application refused."),
  spawnsMissed: on.counter("aether_spawns_missed_total", "Sessions that asked for no entity."),
});
