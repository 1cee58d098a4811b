#!/usr/bin/env python3
"""A PSP's API as a script: what is documented of Efi, the BCB API and BS2, and what else the rules tell it to answer.

psp.py --psp efi|bacen|bs2|bs2-indirect --port N --cert PEM [--client-ca PEM] --log FILE [--rules FILE]
            [--client-id ID] [--client-secret SECRET] [--token-life S] [--page-size N] [--at PATH]

Each request becomes one JSON line in the log. The rules are a JSON list that is read at every request; the first that
fits is what is answered, and a rule with "times" ends after so many:
  {"on": "PUT /v2/webhook/", "status": 400, "json": {…} | "body": "…" | "fill": BYTES, "headers": {…},
   "delay": S, "cut": true, "times": N, "skip": N, "mask": TEXT, "lie": true}
"cut" closes the connection in the middle of the body, "skip" leaves out the first N that fit. Of bs2-indirect: "mask" shows
that in place of credentials (null: none), "lie" says yes and changes nothing, "mute" answers without a body, "one" keeps one
route an event. --at puts its routes below another path, in the way of a sister API of the same bank.
"""
import argparse
import base64
import json
import socket
import ssl
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

opts = None
lock = threading.Lock()
tokens = {}	# token: when it ends
used = {}	# rule: how often it fitted
keys = {}	# key: registered
account = {}	# "webhookrec", "webhookcobr"
rows = []	# BS2's list
routes = []	# of an indirect participant
NOW = "2026-11-20T12:00:00.000Z"


def rule_for(line):
    if not opts.rules:
        return None
    try:
        with open(opts.rules, encoding="utf-8") as f:
            rules = json.load(f)
    except FileNotFoundError:
        return None
    for rule in rules:
        if not line.startswith(rule["on"]):
            continue
        name = json.dumps(rule, sort_keys=True)
        n = used[name] = used.get(name, 0) + 1
        if n <= rule.get("skip", 0) or ("times" in rule and n > rule.get("skip", 0) + rule["times"]):
            continue
        return rule
    return None


class Psp(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "psp"

    def log_message(self, *args):
        pass

    def setup(self):
        self.request.settimeout(20)
        self.request.do_handshake()
        super().setup()

    def answer(self, status, value=None, body=None, headers=None, cut=False):
        data = body if body is not None else b"" if value is None else json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        if data:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:len(data) // 2] if cut else data)
        self.wfile.flush()
        if cut:
            self.close_connection = True
            self.request.shutdown(socket.SHUT_RDWR)

    def refuse(self, status, name, text):
        if opts.psp == "bacen":
            self.answer(status, {"type": "https://pix.bcb.gov.br/api/v2/error/" + name, "title": text, "status": status, "detail": text})
        elif opts.psp.startswith("bs2"):
            self.answer(status, [{"tag": name, "descricao": text}])
        else:
            self.answer(status, {"nome": name, "mensagem": text})

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        line = self.command + " " + self.path
        peer = self.request.getpeercert() or {}
        subject = {k: v for part in peer.get("subject", ()) for k, v in part}
        with lock:
            with open(opts.log, "a", encoding="utf-8") as f:
                f.write(json.dumps({"line": line, "headers": {k.lower(): v for k, v in self.headers.items()},
                                    "body": body.decode("utf-8", "replace"), "bytes": base64.b64encode(body).decode(),
                                    "cert": subject.get("commonName", "")}) + "\n")
            rule = rule_for(line)
        if rule:
            time.sleep(rule.get("delay", 0))
            if "status" in rule or "cut" in rule:
                data = None
                if "fill" in rule:
                    data = b"[" + b" " * rule["fill"] + b"]"
                elif "body" in rule:
                    data = rule["body"].encode()
                self.answer(rule.get("status", 200), rule.get("json"), data, rule.get("headers"), rule.get("cut", False))
                return
        with lock:
            self.route(body, rule or {})

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = serve

    def route(self, body, rule):
        url = urllib.parse.urlsplit(self.path)
        path = [urllib.parse.unquote(p) for p in url.path.split("/")[1:]]
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if opts.client_ca and not self.request.getpeercert():
            self.refuse(401, "unauthorized", "client certificate")
        elif url.path in ("/oauth/token", "/v2/oauth/token", "/auth/oauth/v2/token"):
            self.token(body)
        elif not self.authorized():
            if opts.psp.startswith("bs2"):
                self.answer(401, {"error": "invalid_request", "error_description": "Invalid Apikey"})
            else:
                self.answer(401, {"error": "invalid_token", "error_description": "Invalid or expired token"})
        elif opts.psp == "bs2":
            self.bs2(url.path, body)
        elif opts.psp == "bs2-indirect":
            self.indirect(url.path, body, rule)
        else:
            self.bcb([p for p in path if p != "v2"] if opts.psp == "efi" else path[1:], query, body)

    def token(self, body):
        want = "Basic " + base64.b64encode((opts.client_id + ":" + opts.client_secret).encode()).decode()
        form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        grant = dict(urllib.parse.parse_qsl(body.decode())) if form else json.loads(body)
        if form == (opts.psp == "efi"):
            self.answer(400, {"error": "invalid_request", "error_description": "Content-Type"})
        elif self.command != "POST" or grant.get("grant_type") != "client_credentials":
            self.answer(400, {"error": "unsupported_grant_type", "error_description": "grant_type"})
        elif self.headers.get("Authorization") != want:
            self.answer(401, {"error": "invalid_client", "error_description": "Invalid or inactive credentials"})
        else:
            if opts.psp.startswith("bs2"):
                tokens.clear()
            name = "tok-" + str(uuid.uuid4())
            tokens[name] = time.time() + opts.token_life
            self.answer(200, {"access_token": name, "token_type": "Bearer", "expires_in": opts.token_life,
                              "scope": grant.get("scope", "webhook.read webhook.write")})

    def authorized(self):
        kind, _, name = self.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and tokens.get(name, 0) > time.time()

    def one(self, store, name, extra, body):
        if self.command == "PUT":
            sent = json.loads(body)["webhookUrl"]
            if opts.psp == "efi" and self.headers.get("x-skip-mtls-checking") not in ("true", "false"):
                self.refuse(400, "valor_invalido", "x-skip-mtls-checking")
                return
            store[name] = dict(webhookUrl=sent, criacao=NOW, **extra)
            self.answer(201 if opts.psp == "efi" else 200, {"webhookUrl": sent})
        elif name not in store:
            if opts.psp == "bacen":
                self.refuse(404, "WebhookNaoEncontrado", "Nada consta")
            else:
                self.refuse(400, "webhook_nao_encontrado", "Nenhum webhook encontrado para a chave informada")
        elif self.command == "GET":
            self.answer(200, store[name])
        elif self.command == "DELETE":
            del store[name]
            self.answer(204)
        else:
            self.answer(405)

    def bcb(self, path, query, body):
        if path[0] == "webhook" and len(path) == 2:
            self.one(keys, path[1], {"chave": path[1]}, body)
        elif path[0] in ("webhookrec", "webhookcobr") and len(path) == 1:
            self.one(account, path[0], {}, body)
        elif path == ["webhook"] and self.command == "GET":
            if not query.get("inicio") or not query.get("fim") or query["fim"] < query["inicio"]:
                self.refuse(400, "valor_invalido", "Campo de data fim deve ser maior ou igual ao campo de data inicio")
                return
            page, size = int(query.get("paginacao.paginaAtual", 0)), opts.page_size
            every = list(keys.values())
            self.answer(200, {"parametros": {"inicio": query["inicio"], "fim": query["fim"], "paginacao": {
                "paginaAtual": page, "itensPorPagina": size, "quantidadeDePaginas": max(1, -(-len(every) // size)),
                "quantidadeTotalDeItens": len(every)}}, "webhooks": every[page * size:(page + 1) * size]})
        elif path == ["gn", "webhook", "reenviar"] and self.command == "POST":
            self.answer(202)
        else:
            self.answer(404, {"nome": "nao_encontrado", "mensagem": "O recurso solicitado nao existe"})

    def bs2(self, path, body):
        base = "/pix/direto/forintegration/v1/webhook/bs2"
        if path == base and self.command == "GET":
            self.answer(200, rows)
        elif path == base and self.command == "PUT":
            for item in json.loads(body):
                for event in item["eventos"]:
                    rows[:] = [r for r in rows if r["evento"] != event]
                    rows.append({"id": str(uuid.uuid4()), "evento": event, opts.txid_name: item["somenteComTxId"],
                                 "contaNumero": item.get("contaNumero", 1), "url": item["url"], "autorizacao": item.get("autorizacao")})
            self.answer(200)
        elif path == base + "/certificado" and self.command == "PUT":
            self.answer(200)
        elif path.startswith(base + "/") and self.command == "DELETE":
            there = [r for r in rows if r["id"] == path[len(base) + 1:]]
            rows[:] = [r for r in rows if r not in there]
            if there:
                self.answer(204)
            else:
                self.refuse(400, "Webhook.Id", "Registro nao encontrado")
        else:
            self.answer(404)

    def indirect(self, path, body, rule):
        """One event a route; what is in a route and the answers are published, where they are is not."""
        base = opts.at or "/pix/indireto/forintegration/v1/webhook/bs2"
        sent = json.loads(body) if body else {}
        here, _, name = path.partition(base)
        name = name.strip("/")
        if here or not path.startswith(base):
            self.answer(404)
            return
        if opts.at:	# POST BASE, PUT BASE/ID, POST BASE/ID/remover
            name, _, verb = name.partition("/")
            what = {"GET": "list", "PUT": "alter", "POST": "delete" if verb == "remover" else "register"}.get(self.command)
        else:	# POST BASE, PUT BASE with configuracaoId, DELETE BASE/ID
            name = sent.get("configuracaoId", name)
            what = {"GET": "list", "POST": "register", "PUT": "alter", "DELETE": "delete"}.get(self.command)
        there = [r for r in routes if r["id"] == name]
        if what == "list":
            masked = [dict(r, autenticacao=dict(r["autenticacao"], valor=rule["mask"])) for r in routes] if "mask" in rule else routes
            self.answer(200, masked)
            return
        if what in ("alter", "delete") and not there:
            self.refuse(400, "ConfiguracaoId", "Registro nao encontrado")
            return
        if what in ("register", "alter"):
            proof = sent.get("autenticacao") or {}
            if not sent.get("url") or proof.get("tipo") not in ("Basic", "Bearer", "None") or (what == "register") != ("evento" in sent):
                self.refuse(400, "Autenticacao.Tipo", "O formato esperado não foi respeitado.")
                return
            if not opts.at and (proof["tipo"] == "None") != (proof.get("valor", "") is None):
                self.refuse(400, "Autenticacao.Valor", "O formato esperado não foi respeitado.")
                return
        if rule.get("lie"):
            self.answer(200)
        elif what == "register":
            if rule.get("one"):
                routes[:] = [r for r in routes if r["evento"] != sent["evento"]]
            routes.append({"id": str(uuid.uuid4()), "url": sent["url"], "evento": sent["evento"], "autenticacao": sent["autenticacao"]})
            self.answer(201, None if rule.get("mute") else routes[-1])
        elif what == "alter":
            there[0].update(url=sent["url"], autenticacao=sent["autenticacao"])
            self.answer(200, None if rule.get("mute") else there[0])
        elif what == "delete":
            routes[:] = [r for r in routes if r not in there]
            self.answer(204)
        else:
            self.answer(405)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass	# a client without the right certificate, or one that went away


def main():
    global opts
    p = argparse.ArgumentParser()
    p.add_argument("--psp", choices=["efi", "bacen", "bs2", "bs2-indirect"], default="efi")
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--cert", required=True)
    p.add_argument("--client-ca")
    p.add_argument("--log", required=True)
    p.add_argument("--rules")
    p.add_argument("--client-id", default="Client_Id_of_the_shop")
    p.add_argument("--client-secret", default="Client_Secret_of_the_shop")
    p.add_argument("--token-life", type=int, default=3600)
    p.add_argument("--page-size", type=int, default=2)
    p.add_argument("--at")
    p.add_argument("--txid-name", default="somenteComTxId")
    opts = p.parse_args()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(opts.cert)
    if opts.client_ca:
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(opts.client_ca)
    server = Server(("127.0.0.1", opts.port), Psp)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


main()
