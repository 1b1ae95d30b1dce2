// What is shown of acknowledgements: how fast clients read.
import { ROUND_TRIP_EDGES, WINDOW_EDGES } from "../../numbers/edges.ts";
import type { Layout } from "../layout.ts";

export const windowMetrics = (on: Layout) => ({
  roundTrip: on.histogram(
    "aether_client_round_trip_seconds",
    "From the sending of a tick to its acknowledgement.",
    ROUND_TRIP_EDGES,
  ),
  bytes: on.histogram(
    "aether_window_bytes",
    "Bytes of a client not acknowledged, looked at once a second.",
    WINDOW_EDGES,
  ),
  paused: on.gauge("aether_clients_paused", "Clients whose window is closed."),
  closed: on.counter("aether_windows_closed_total", "Acknowledgement windows that filled up."),
  merged: on.counter("aether_windows_merged_total", "Windows that opened again."),
  slowClosed: on.counter("aether_slow_closed_total", "Connections closed: they read too slowly."),
});
