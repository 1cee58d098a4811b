/*
 * Takes what pixgate delivers (a sink of type "https"). Node 18 or later: npm install express@5 standardwebhooks; then
 *   PIX_PRIVATE=/var/lib/loja PORT=8100 node app.js
 * One process, no cluster: two must not work at one delivery, and the notes are files, as Node 18 has no database of its own. With a
 * database do as ../php/pix.php does: the id in a unique column, in the transaction that marks the order.
 */
'use strict'
const fs = require('node:fs/promises')
const path = require('node:path')
const express = require('express')
const { Webhook } = require('standardwebhooks')

// Yours, and never below the web root. In it secrets.txt: one "whsec_…" a line, two while you change it.
const own = process.env.PIX_PRIVATE || '/var/lib/loja'
const busy = new Map()	// what is being worked at, by its id

async function write(name, flag, text) {	// on the disk before it returns
	const file = await fs.open(path.join(own, name), flag)
	await file.writeFile(text)
	await file.sync()
	await file.close()
}

// HERE YOUR SHOP MARKS THE ORDER AS PAID. After a crash it may run again for the same payment: a paid order must stay as it is.
async function markPaid(txid, amountCents, e2eid) {
	const orders = new Map(Object.entries(JSON.parse(await fs.readFile(path.join(own, 'orders.json'), 'utf8'))))	// {"TXID": CENTS}
	const paid = await fs.readFile(path.join(own, 'paid.txt'), 'utf8').catch(() => '')
	const line = JSON.stringify([txid, amountCents, e2eid]) + '\n'
	if (paid.includes(line)) return
	const ours = orders.get(txid) === amountCents && !paid.includes(`[${JSON.stringify(txid)},`)
	await write(ours ? 'paid.txt' : 'look.txt', 'a', line)	// look: by a person
}

async function once(id, body) {
	if (await fs.stat(path.join(own, id + '.done')).catch(() => null)) return	// it came before
	await write(id + '.new', 'w', body)
	const pix = JSON.parse(body).data
	if (pix.kind === 'received' && /^(EFETIVADO|ACCC|)$/i.test(pix.status)) await markPaid(pix.txid, pix.amount_cents, pix.e2eid)	// else a refund, …
	await fs.rename(path.join(own, id + '.new'), path.join(own, id + '.done'))
	const folder = await fs.open(own)
	await folder.sync()	// the new name too is on the disk
	await folder.close()
}

const app = express()
app.post('/pix', express.raw({ type: () => true, limit: '1mb' }), async (req, res) => {	// raw: what is signed are the bytes
	const id = req.headers['webhook-id'] || ''
	if (!/^\w{1,64}$/.test(id) || !req.headers['webhook-timestamp'] || !req.headers['webhook-signature']) return res.status(400).end()
	const secrets = (await fs.readFile(path.join(own, 'secrets.txt'), 'utf8')).split(/\s+/).filter(Boolean).map((s) => new Webhook(s))
	if (!secrets.length) throw new Error('secrets.txt: no secret')
	const body = Buffer.isBuffer(req.body) ? req.body.toString() : ''
	const good = secrets.some((s) => { try { s.verify(body, req.headers); return true } catch { return false } })	// 5 minutes, too
	if (!good) return res.status(401).end()
	if (!busy.has(id)) busy.set(id, once(id, body).finally(() => busy.delete(id)))	// two at the same time: both wait for one
	await busy.get(id)
	res.status(200).end()
})
app.use((err, req, res, next) => { console.error(err); res.status(err.status || 500).end() })	// 500: pixgate then tries again
app.listen(Number(process.env.PORT) || 8100, '127.0.0.1')
