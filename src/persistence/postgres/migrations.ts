// The schema in PostgreSQL, version by version. Versions are only ever added.

/**
 * What takes a database from one version to the next; the first makes version 1. A few tables are
 * rewritten four times a second, so vacuum looks at them by count and at full speed; the snapshot's
 * bytes lie beside their table as they are, because PostgreSQL would try to compress them each
 * time.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // `written` is the epoch of the last flush, `slot` the slot that it wrote.
    `CREATE TABLE world (
       name text PRIMARY KEY,
       owner text NOT NULL,
       epoch bigint NOT NULL,
       tick bigint NOT NULL,
       written bigint NOT NULL,
       slot integer NOT NULL,
       renewed_at timestamptz NOT NULL
     ) WITH (
       fillfactor = 20,
       autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_threshold = 200,
       autovacuum_vacuum_cost_delay = 0
     )`,
    `CREATE TABLE snapshots (
       world text NOT NULL,
       slot integer NOT NULL CHECK (slot IN (0, 1)),
       epoch bigint NOT NULL,
       tick bigint NOT NULL,
       sealed bytea NOT NULL,
       PRIMARY KEY (world, slot)
     ) WITH (
       fillfactor = 20,
       autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_threshold = 100,
       autovacuum_vacuum_cost_delay = 0,
       toast.autovacuum_vacuum_scale_factor = 0,
       toast.autovacuum_vacuum_threshold = 1000,
       toast.autovacuum_vacuum_cost_delay = 0
     )`,
    `ALTER TABLE snapshots ALTER COLUMN sealed SET STORAGE EXTERNAL`,
    `CREATE TABLE entity_snapshots (
       world text NOT NULL,
       id bigint NOT NULL,
       kind integer NOT NULL,
       x double precision NOT NULL,
       y double precision NOT NULL,
       tick bigint NOT NULL,
       PRIMARY KEY (world, id)
     ) WITH (
       fillfactor = 50,
       autovacuum_vacuum_scale_factor = 0.5,
       autovacuum_vacuum_threshold = 1000,
       autovacuum_vacuum_cost_delay = 0
     )`,
    // The payload is text: json would refuse what is not JSON, and with it the whole flight.
    `CREATE TABLE outbox (
       id bigint GENERATED ALWAYS AS IDENTITY,
       world text NOT NULL,
       key text NOT NULL UNIQUE,
       stream text NOT NULL,
       type text NOT NULL,
       tick bigint NOT NULL,
       payload text NOT NULL,
       created_at timestamptz NOT NULL DEFAULT now(),
       due_at timestamptz NOT NULL DEFAULT now(),
       attempts integer NOT NULL DEFAULT 0,
       error text,
       PRIMARY KEY (world, id)
     ) WITH (
       autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_threshold = 5000,
       autovacuum_vacuum_cost_delay = 0
     )`,
    `CREATE INDEX outbox_tried ON outbox (world, id) WHERE attempts > 0`,
    `CREATE TABLE outbox_dead (
       id bigint NOT NULL,
       world text NOT NULL,
       key text NOT NULL UNIQUE,
       stream text NOT NULL,
       type text NOT NULL,
       tick bigint NOT NULL,
       payload text NOT NULL,
       created_at timestamptz NOT NULL,
       attempts integer NOT NULL,
       error text NOT NULL,
       died_at timestamptz NOT NULL DEFAULT now(),
       PRIMARY KEY (world, id)
     )`,
    `CREATE TABLE sessions (
       world text NOT NULL,
       session text NOT NULL,
       entity bigint NOT NULL,
       kind integer NOT NULL,
       token_hash text NOT NULL,
       client text NOT NULL,
       account text NOT NULL,
       state text NOT NULL CHECK (state IN ('open', 'suspended', 'ended')),
       opened_at timestamptz NOT NULL DEFAULT now(),
       changed_at timestamptz NOT NULL DEFAULT now(),
       received bigint NOT NULL,
       sent bigint NOT NULL,
       corrections bigint NOT NULL,
       reason text,
       PRIMARY KEY (world, session)
     )`,
    `CREATE INDEX sessions_alive ON sessions (world, session) WHERE state <> 'ended'`,
    `CREATE INDEX sessions_ended ON sessions (world, changed_at) WHERE state = 'ended'`,
    `CREATE TABLE session_history (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       world text NOT NULL,
       session text NOT NULL,
       what text NOT NULL CHECK (what IN ('connect', 'resume', 'disconnect', 'end')),
       tick bigint NOT NULL,
       at timestamptz NOT NULL DEFAULT now(),
       code integer,
       reason text,
       received bigint,
       sent bigint,
       corrections bigint
     )`,
    `CREATE INDEX session_history_session ON session_history (world, session, id)`,
    `CREATE INDEX session_history_age ON session_history (world, at)`,
  ],
  [
    // Tokens of clients' accounts that opened a session; `until` is when they end by themselves.
    `CREATE TABLE spent_tokens (
       world text NOT NULL,
       id text NOT NULL,
       until timestamptz NOT NULL,
       PRIMARY KEY (world, id)
     )`,
  ],
  [
    // Of the token before, while its client has not shown that it has the newest one; else empty.
    `ALTER TABLE sessions ADD COLUMN used_hash text NOT NULL DEFAULT ''`,
  ],
];
