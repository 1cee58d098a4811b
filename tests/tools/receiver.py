#!/usr/bin/env python3
"""A merchant's application over plain HTTP on 127.0.0.1 that takes events, and fails as it is told.

receiver.py --port N --log FILE [--seed N] [--fail PERCENT] [--slow-ms MS] [--busy ID] [--every STATUS] [--retry-after S] [--hang FILE]

Each POST becomes one JSON line in the log before it is answered: id (webhook-id), e2eid and type of the payload, fate ("ok", "500",
"cut", "slow", "429", …) and the monotonic clock. So many percent of the events, drawn by the seed and their id, fail at their first
coming and never again: 500, an answer that is cut off, or one that takes long and then is well. --busy has one 429 answered when so
many events have come. --every answers all with that status. --hang: while that file exists, nothing is answered.
"""
import argparse
import hashlib
import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

opts = None
lock = threading.Lock()
seen = {}	# id: how often it came
log = -1


def fate(ident):
    with lock:
        seen[ident] = seen.get(ident, 0) + 1
        first, count = seen[ident] == 1, len(seen)
    if opts.every:
        return str(opts.every)
    if first and count == opts.busy:
        return "429"
    dice = hashlib.sha256(f"{opts.seed} {ident}".encode()).digest()
    if first and dice[0] * 100 < opts.fail * 256:
        return ("500", "cut", "slow")[dice[1] % 3]
    return "ok"


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        event = json.loads(body)
        ident = self.headers.get("webhook-id", "")
        how = fate(ident)
        line = {"id": ident, "e2eid": event["data"]["e2eid"], "type": event["type"], "fate": how, "at": time.monotonic()}
        os.write(log, (json.dumps(line) + "\n").encode())
        while opts.hang and os.path.exists(opts.hang):
            time.sleep(0.05)
        if how == "slow":
            time.sleep(opts.slow_ms / 1000)
        if how == "cut":
            self.close_connection = True
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nha")
            self.wfile.flush()
            self.request.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(200 if how in ("ok", "slow") else int(how))
        if how == "429" or opts.retry_after:
            self.send_header("Retry-After", str(opts.retry_after or 1))
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass	# a client that went away


def main():
    global opts, log
    p = argparse.ArgumentParser()
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--log", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--fail", type=int, default=0)
    p.add_argument("--slow-ms", type=int, default=1000)
    p.add_argument("--busy", type=int, default=0)
    p.add_argument("--every", type=int, default=0)
    p.add_argument("--retry-after", type=int, default=0)
    p.add_argument("--hang")
    opts = p.parse_args()
    log = os.open(opts.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    Server(("127.0.0.1", opts.port), Receiver).serve_forever()


main()
