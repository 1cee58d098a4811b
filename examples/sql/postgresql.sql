-- The table of pixgate's sink "sql" in PostgreSQL: psql shop <postgresql.sql
-- An event is one row for ever; what comes twice has the same id. What a row means: pixgate(1), inbox list; pixgate.conf(5), Sinks.
CREATE TABLE pix_event (
	id           text PRIMARY KEY,           -- the same in every try, of the same event
	type         text NOT NULL,              -- "pix." and the kind
	hook         text NOT NULL,
	psp          text NOT NULL,
	kind         text NOT NULL,              -- received, refund, …
	e2eid        text NOT NULL,              -- endToEndId
	txid         text NOT NULL,              -- '' where there is none, as in the three below
	pix_key      text NOT NULL,              -- chave
	ref          text NOT NULL,
	status       text NOT NULL,              -- the PSP's word
	amount_cents bigint,                     -- null where the PSP tells none
	at           timestamptz,                -- the PSP's time; null where it tells none
	received_at  timestamptz NOT NULL,       -- when the gate had it
	event_id     bigint NOT NULL,            -- in pixgate's inbox
	payload      text NOT NULL,              -- the whole event as JSON, as the other sinks get it
	-- for the application: what it has done with the row; pixgate leaves such columns alone
	handled_at   timestamptz
);
CREATE INDEX pix_event_txid ON pix_event (txid);

-- What pixgate's user needs, and no more (a password is set with \password pixgate):
--   CREATE ROLE pixgate LOGIN;
--   GRANT SELECT, INSERT ON pix_event TO pixgate;
