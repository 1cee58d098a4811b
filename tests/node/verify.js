// Receives events and holds each against npm's standardwebhooks: "ok …" and "not ok …" lines. node verify.js SECRET [OLD SECRET]
'use strict';
const http = require('http');
const { Webhook } = require('standardwebhooks');

const secrets = process.argv.slice(2);

function accepted(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (e) {
    return false;
  }
}

function say(good, name) {
  console.log((good ? 'ok ' : 'not ok ') + name);
}

// Every text of the same length that differs in one byte.
function* changed(text) {
  for (let i = 0; i < text.length; i++) {
    yield text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
  }
}

function look(body, headers) {
  const seconds = Number(headers['webhook-timestamp']);
  const signatures = headers['webhook-signature'].split(' ');
  const secret = secrets[0];
  const other = 'whsec_' + Buffer.alloc(32, 'another').toString('base64');
  let taken;

  say(signatures.length === secrets.length, `${secrets.length} secrets: as many signatures`);
  secrets.forEach((s, i) => {
    say(accepted(s, body, headers), `secret ${i + 1} of ${secrets.length}: the signature is accepted`);
    say(accepted(s, body, { ...headers, 'webhook-signature': signatures[i] }), `secret ${i + 1} of ${secrets.length}: it is signature ${i + 1}`);
  });
  taken = [...changed(body)].filter((b) => accepted(secret, b, headers)).length;
  say(taken === 0 && body.length > 300, `each of the body's ${body.length} bytes changed: refused`);
  taken = [...changed(headers['webhook-id'])].filter((id) => accepted(secret, body, { ...headers, 'webhook-id': id })).length;
  say(taken === 0, 'each letter of the id changed: refused');
  taken = [-60, -1, 1, 60].filter((d) => accepted(secret, body, { ...headers, 'webhook-timestamp': String(seconds + d) })).length;
  say(taken === 0, 'another time: refused');
  say(!accepted(other, body, headers), 'another secret: refused');
  say(!accepted(secret, body + ' ', headers) && !accepted(secret, body.slice(0, -1), headers), 'a byte more or less: refused');
  say(Math.abs(seconds - Date.now() / 1000) < 60, 'its time is the time of the try');
  say(JSON.parse(body).data.e2eid !== undefined && JSON.parse(body).id === headers['webhook-id'], 'its body is JSON and names its id');
}

http.createServer((request, response) => {
  const parts = [];

  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    try {
      look(Buffer.concat(parts).toString('utf8'), request.headers);
    } catch (e) {
      say(false, `the request is looked at -- ${e.message}`);
    }
    response.writeHead(204).end();
  });
}).listen(0, '127.0.0.1', function () {
  console.log(`port ${this.address().port}`);
});
