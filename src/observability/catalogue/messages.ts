// What is shown of messages, both ways.
import { ERRORS } from "../../protocol/codes.ts";
import { APP_REFUSALS, MESSAGE_TYPES } from "../../protocol/message-types.ts";
import type { Layout } from "../layout.ts";

export const messageMetrics = (on: Layout) => ({
  sent: on.counter("aether_messages_sent_total", "Messages sent to clients."),
  sentBytes: on.counter("aether_sent_bytes_total", "Payload bytes sent to clients."),
  compressed: on.counter("aether_messages_compressed_total", "Messages that were compressed."),
  sends: on.counter("aether_sends_total", "Sends by what became of them.", {
    outcome: ["sent", "buffered", "dropped"],
  }),
  buffered: on.counter("aether_sends_buffered_total", "Sends held back by a full socket."),
  dropped: on.counter("aether_sends_dropped_total", "Sends lost to a full buffer."),
  received: on.counter("aether_messages_received_total", "Messages received from clients.", {
    type: MESSAGE_TYPES,
  }),
  receivedBytes: on.counter("aether_received_bytes_total", "Payload bytes received."),
  control: on.counter("aether_control_frames_received_total", "Pings and pongs received.", {
    type: ["ping", "pong"],
  }),
  acksIgnored: on.counter("aether_acks_ignored_total", "Acknowledgements of what was not sent."),
  acksUnread: on.counter("aether_acks_unread_total", "Acknowledgements of what was not read."),
  repliesDropped: on.counter("aether_replies_dropped_total", "Errors, heartbeats not answered."),
  framesIgnored: on.counter("aether_frames_ignored_total", "Frames over the budget of a tick."),
  overRate: on.counter("aether_over_rate_total", "What came over a client's rate: refused.", {
    rate: ["messages", "bytes", "errors", "resets"],
  }),
  appReceived: on.counter("aether_app_messages_received_total", "Taken for the application."),
  appRefused: on.counter("aether_app_messages_refused_total", "Not handed to the application.", {
    reason: APP_REFUSALS,
  }),
  appSent: on.counter("aether_app_messages_sent_total", "The application's, sent to clients.", {
    attempt: ["first", "again"],
  }),
  appDropped: on.counter("aether_app_messages_dropped_total", "The application's, not sent.", {
    reason: ["full", "nobody"],
  }),
  errors: on.counter("aether_errors_total", "Errors by code, told to the client or not.", {
    code: Object.keys(ERRORS),
  }),
});
