#!/usr/bin/env python3
"""Posts an event signed as Standard Webhooks 1.0.0 says, by no code of ours; and as no sender should.

sender.py URL --secret WHSEC [--secret WHSEC] [--id ID] [--kind KIND] [--txid TXID] [--cents N|null] [--e2eid E2EID] [--ago SECONDS]
          [--without HEADER] [--change] [--times N] [--body TEXT]

Prints the status of each answer, in a line; those of --times are sent at the same moment. --change alters a byte that was signed,
--body is sent in the event's place.
"""
import argparse
import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request


def main():
    p = argparse.ArgumentParser()
    p.add_argument("url")
    p.add_argument("--secret", action="append", default=[])
    p.add_argument("--id", default="pix_00112233445566778899aabbccddeeff")
    p.add_argument("--kind", default="received")
    p.add_argument("--status", default="")
    p.add_argument("--txid", default="pedido0001")
    p.add_argument("--cents", default="1234")
    p.add_argument("--e2eid", default="E0000000020261120120000000000001")
    p.add_argument("--ago", type=int, default=0)
    p.add_argument("--without", default="")
    p.add_argument("--change", action="store_true")
    p.add_argument("--times", type=int, default=1)
    p.add_argument("--body")
    o = p.parse_args()

    event = {"id": 7, "hook": "loja", "psp": "efi", "kind": o.kind, "e2eid": o.e2eid, "txid": o.txid, "key": "loja@example.com", "ref": "",
             "status": o.status, "amount_cents": json.loads(o.cents), "at": "2026-11-20T12:00:00.000Z", "received_at": "2026-11-20T12:00:01.000Z",
             "foreign": False}
    body = o.body or json.dumps({"type": "pix." + o.kind, "timestamp": "2026-11-20T12:00:01.000Z", "id": o.id, "data": event})
    at = str(int(time.time()) - o.ago)
    signatures = []
    for s in o.secret:
        mac = hmac.new(base64.b64decode(s[len("whsec_"):]), f"{o.id}.{at}.{body}".encode(), hashlib.sha256)
        signatures.append("v1," + base64.b64encode(mac.digest()).decode())
    headers = {"content-type": "application/json", "webhook-id": o.id, "webhook-timestamp": at, "webhook-signature": " ".join(signatures)}
    headers.pop(o.without, None)
    if o.change:
        body = body.replace("1234", "1235")
    statuses = []
    together = threading.Barrier(o.times)

    def post():
        request = urllib.request.Request(o.url, data=body.encode(), headers=headers, method="POST")
        together.wait()
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                statuses.append(answer.status)
        except urllib.error.HTTPError as e:
            statuses.append(e.code)

    threads = [threading.Thread(target=post) for _ in range(o.times)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print(*statuses)


main()
