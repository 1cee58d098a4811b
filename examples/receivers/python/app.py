"""Takes what pixgate delivers (a sink of type "https"). Flask, and else Python's own library; Debian: apt install python3-flask gunicorn.

    PIX_PRIVATE=/var/lib/loja gunicorn --bind 127.0.0.1:8100 app:app
The same in one line, where it may come from PyPI: standardwebhooks.Webhook(secret).verify(body, headers). Debian has no package of it.
"""
import base64
import contextlib
import hashlib
import hmac
import os
import sqlite3
import time

from flask import Flask, abort, request

# Yours, and never below the web root. In it secrets.txt: one "whsec_…" a line, two while you change it. shop.db is made there.
PRIVATE = os.environ.get("PIX_PRIVATE", "/var/lib/loja")
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024


def authentic(secrets, delivery, sent, signatures, body):
    good = False
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        if len(key) < 24:
            raise ValueError("secrets.txt: each line must be whsec_ and base64 of 24 bytes or more")
        ours = b"v1," + base64.b64encode(hmac.digest(key, f"{delivery}.{sent}.".encode() + body, hashlib.sha256))
        for theirs in signatures.split():
            good = hmac.compare_digest(ours, theirs.encode()) or good
    return good and sent.isdecimal() and abs(time.time() - int(sent)) <= 300


def mark_paid(db, txid, amount_cents, e2eid):
    """HERE YOUR SHOP MARKS THE ORDER AS PAID. What is done with db is kept together with the note of the delivery, or not at all."""
    order = db.execute("UPDATE orders SET paid_by = ? WHERE txid = ? AND amount_cents = ? AND paid_by IS NULL", (e2eid, txid, amount_cents))
    return "paid" if order.rowcount == 1 else "look at it: no unpaid order of this txid and amount"


@app.post("/pix")
def pix():	# whatever is raised here is answered with 500: pixgate then tries again
    delivery, sent, signatures = (request.headers.get("webhook-" + name, "") for name in ("id", "timestamp", "signature"))
    if not (delivery and sent and signatures):
        abort(400)
    with open(os.path.join(PRIVATE, "secrets.txt"), encoding="ascii") as f:
        secrets = f.read().split() or [""]
    if not authentic(secrets, delivery, sent, signatures, request.get_data()):
        abort(401)
    event = request.get_json(force=True)["data"]
    with contextlib.closing(sqlite3.connect(os.path.join(PRIVATE, "shop.db"), timeout=10, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")	# two at the same time: the second waits here
        db.execute("CREATE TABLE IF NOT EXISTS orders (txid TEXT PRIMARY KEY, amount_cents INTEGER NOT NULL, paid_by TEXT)")
        db.execute("CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, body TEXT NOT NULL, said TEXT)")
        note = db.execute("INSERT OR IGNORE INTO deliveries (id, body) VALUES (?, ?)", (delivery, request.get_data(as_text=True)))
        if note.rowcount == 1 and event["kind"] == "received" and event["status"].upper() in ("", "EFETIVADO", "ACCC"):	# else a repeat, a failure, …
            said = mark_paid(db, event["txid"], event["amount_cents"], event["e2eid"])
            db.execute("UPDATE deliveries SET said = ? WHERE id = ?", (said, delivery))
        db.execute("COMMIT")
    return ""
