#!/usr/bin/env python3
"""A merchant's HTTPS server that fails as it is told, and writes down when it was called.

listener.py --port N --cert PEM --key PEM --log FILE PATH=ANSWER[,ANSWER…] …

The answers of a path are given one after the other, the last of them ever after: a status, or "close" for none. A
registration's test gets 200. Each request becomes one JSON line when it is over: path, answer, body, and of the
monotonic clock the seconds at which it came ("begin") and at which its answer set out ("end"): whoever counts from the
answer cannot have begun to count before.
"""
import argparse
import json
import socket
import ssl
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

lock = threading.Lock()
calls = {}
answers = {}
log = None


class Merchant(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def setup(self):
        self.request.settimeout(20)
        self.request.do_handshake()
        super().setup()

    def do_POST(self):
        begin = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        path = urllib.parse.urlsplit(self.path).path.strip("/")
        if "teste_webhook" in body:
            answer = "200"
        else:
            with lock:
                n = calls[path] = calls.get(path, 0) + 1
            answer = answers.get(path, ["404"])[min(n, len(answers.get(path, ["404"]))) - 1]
        end = time.monotonic()
        if answer == "close":
            self.close_connection = True
            self.request.shutdown(socket.SHUT_RDWR)
        else:
            self.send_response(int(answer))
            self.send_header("Content-Length", "0")
            self.end_headers()
            self.wfile.flush()
        if "teste_webhook" not in body:
            with lock:
                log.write(json.dumps({"path": path, "answer": answer, "begin": begin, "end": end, "body": body}) + "\n")
                log.flush()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass	# a client that went away


def main():
    global log
    p = argparse.ArgumentParser()
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--cert", required=True)
    p.add_argument("--key", required=True)
    p.add_argument("--log", required=True)
    p.add_argument("answers", nargs="+")
    opts = p.parse_args()
    for item in opts.answers:
        path, _, list_ = item.partition("=")
        answers[path] = list_.split(",")
    log = open(opts.log, "a", encoding="utf-8")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(opts.cert, opts.key)
    server = Server(("127.0.0.1", opts.port), Merchant)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


main()
