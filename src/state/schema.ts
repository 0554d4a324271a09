/** "TMST": tells a state from any other SQLite file. */
export const APPLICATION_ID = 0x544d5354;

/**
 * The steps from an empty file to the layout of this version; `user_version` counts those that were
 * taken. A step is never edited once it was released: a new one is added.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE syncs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE items (sync INTEGER NOT NULL, key TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL, PRIMARY KEY (sync, key)) STRICT, WITHOUT ROWID;
   CREATE TABLE runs (id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, plan_id TEXT NOT NULL, plan TEXT NOT NULL, owner TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
     started_at INTEGER NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL, serial INTEGER NOT NULL, status TEXT NOT NULL, finished_at INTEGER) STRICT;
   CREATE INDEX runs_by_plan ON runs (plan_id);
   CREATE TABLE outcomes (run INTEGER NOT NULL, seq INTEGER NOT NULL, sync INTEGER NOT NULL, outcome INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;
   CREATE TABLE problems (run INTEGER NOT NULL, seq INTEGER NOT NULL, action TEXT NOT NULL, key TEXT NOT NULL, code TEXT, message TEXT, hint TEXT, source TEXT, destination TEXT,
     started_at INTEGER NOT NULL, finished_at INTEGER NOT NULL, PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;
   CREATE TABLE counters (run INTEGER NOT NULL, sync INTEGER NOT NULL, outcome INTEGER NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (run, sync, outcome)) STRICT, WITHOUT ROWID;
   CREATE TABLE locks (destination TEXT PRIMARY KEY, epoch INTEGER NOT NULL, run TEXT, owner TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, process_space TEXT NOT NULL,
     acquired_at INTEGER NOT NULL, heartbeat_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE intents (id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, sync INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
   CREATE TABLE requests (id INTEGER PRIMARY KEY, run TEXT NOT NULL, control TEXT NOT NULL) STRICT;
   CREATE INDEX requests_by_run ON requests (run);
   INSERT INTO meta VALUES ('lineage', lower(hex(randomblob(16)))), ('serial', 0);`,
];
