// The schema of the embedded store, version by version. Versions are only ever added.

/** What takes a database from one version to the next; the first makes version 1. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // `written` is the epoch of the last flush, `slot` the slot that it wrote. Times are Unix ms.
    `CREATE TABLE world (
       name TEXT PRIMARY KEY,
       owner TEXT NOT NULL,
       epoch INTEGER NOT NULL,
       tick INTEGER NOT NULL,
       written INTEGER NOT NULL,
       slot INTEGER NOT NULL,
       renewed_at INTEGER NOT NULL
     )`,
    `CREATE TABLE snapshots (
       world TEXT NOT NULL,
       slot INTEGER NOT NULL CHECK (slot IN (0, 1)),
       epoch INTEGER NOT NULL,
       tick INTEGER NOT NULL,
       sealed BLOB NOT NULL,
       PRIMARY KEY (world, slot)
     )`,
    `CREATE TABLE entity_snapshots (
       world TEXT NOT NULL,
       id INTEGER NOT NULL,
       kind INTEGER NOT NULL,
       x REAL NOT NULL,
       y REAL NOT NULL,
       tick INTEGER NOT NULL,
       PRIMARY KEY (world, id)
     ) WITHOUT ROWID`,
    // AUTOINCREMENT, so that an id is never given again after its event was delivered.
    `CREATE TABLE outbox (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       world TEXT NOT NULL,
       key TEXT NOT NULL UNIQUE,
       stream TEXT NOT NULL,
       type TEXT NOT NULL,
       tick INTEGER NOT NULL,
       payload TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       due_at INTEGER NOT NULL,
       attempts INTEGER NOT NULL DEFAULT 0,
       error TEXT
     )`,
    `CREATE INDEX outbox_order ON outbox (world, id)`,
    `CREATE INDEX outbox_tried ON outbox (world, id) WHERE attempts > 0`,
    `CREATE TABLE outbox_dead (
       id INTEGER PRIMARY KEY,
       world TEXT NOT NULL,
       key TEXT NOT NULL UNIQUE,
       stream TEXT NOT NULL,
       type TEXT NOT NULL,
       tick INTEGER NOT NULL,
       payload TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       attempts INTEGER NOT NULL,
       error TEXT NOT NULL,
       died_at INTEGER NOT NULL
     )`,
    `CREATE INDEX outbox_dead_order ON outbox_dead (world, id)`,
    `CREATE TABLE sessions (
       world TEXT NOT NULL,
       session TEXT NOT NULL,
       entity INTEGER NOT NULL,
       kind INTEGER NOT NULL,
       token_hash TEXT NOT NULL,
       client TEXT NOT NULL,
       account TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('open', 'suspended', 'ended')),
       opened_at INTEGER NOT NULL,
       changed_at INTEGER NOT NULL,
       received INTEGER NOT NULL,
       sent INTEGER NOT NULL,
       corrections INTEGER NOT NULL,
       reason TEXT,
       PRIMARY KEY (world, session)
     ) WITHOUT ROWID`,
    `CREATE INDEX sessions_alive ON sessions (world, session) WHERE state <> 'ended'`,
    `CREATE INDEX sessions_ended ON sessions (world, changed_at) WHERE state = 'ended'`,
    `CREATE TABLE session_history (
       id INTEGER PRIMARY KEY,
       world TEXT NOT NULL,
       session TEXT NOT NULL,
       what TEXT NOT NULL CHECK (what IN ('connect', 'resume', 'disconnect', 'end')),
       tick INTEGER NOT NULL,
       at INTEGER NOT NULL,
       code INTEGER,
       reason TEXT,
       received INTEGER,
       sent INTEGER,
       corrections INTEGER
     )`,
    `CREATE INDEX session_history_session ON session_history (world, session, id)`,
    `CREATE INDEX session_history_age ON session_history (world, at)`,
  ],
  [
    // Tokens of clients' accounts that opened a session; `until` is when they end by themselves.
    `CREATE TABLE spent_tokens (
       world TEXT NOT NULL,
       id TEXT NOT NULL,
       until INTEGER NOT NULL,
       PRIMARY KEY (world, id)
     ) WITHOUT ROWID`,
  ],
  [
    // Of the token before, while its client has not shown that it has the newest one; else empty.
    `ALTER TABLE sessions ADD COLUMN used_hash TEXT NOT NULL DEFAULT ''`,
  ],
];
