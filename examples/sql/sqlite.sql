-- The table of pixgate's sink "sql" in SQLite: sqlite3 shop.db <sqlite.sql
-- An event is one row for ever; what comes twice has the same id. What a row means: pixgate(1), inbox list; pixgate.conf(5), Sinks.
CREATE TABLE pix_event (
	id           TEXT PRIMARY KEY NOT NULL,  -- the same in every try, of the same event
	type         TEXT NOT NULL,              -- "pix." and the kind
	hook         TEXT NOT NULL,
	psp          TEXT NOT NULL,
	kind         TEXT NOT NULL,              -- received, refund, …
	e2eid        TEXT NOT NULL,              -- endToEndId
	txid         TEXT NOT NULL,              -- '' where there is none, as in the three below
	pix_key      TEXT NOT NULL,              -- chave
	ref          TEXT NOT NULL,
	status       TEXT NOT NULL,              -- the PSP's word
	amount_cents INTEGER,                    -- null where the PSP tells none
	at           TEXT,                       -- the PSP's time, RFC 3339 in UTC; null where it tells none
	received_at  TEXT NOT NULL,              -- when the gate had it
	event_id     INTEGER NOT NULL,           -- in pixgate's inbox
	payload      TEXT NOT NULL,              -- the whole event as JSON, as the other sinks get it
	-- for the application: what it has done with the row; pixgate leaves such columns alone
	handled_at   TEXT
);
CREATE INDEX pix_event_txid ON pix_event (txid);
