<?php
/*
 * Takes what pixgate delivers (a sink of type "https"). Plain PHP 7.4 or later with pdo_sqlite, as shared hosts have it: nothing to
 * install. Who has composer and PHP 8 can verify with standard-webhooks/standard-webhooks in place of authentic().
 */
// Yours, and never below public_html. In it secrets.txt: one "whsec_…" a line, two while you change it. shop.db is made there.
$private = getenv('PIX_PRIVATE') ?: '/home/loja/pix-private';

function authentic(array $secrets, string $id, string $time, string $signatures, string $body): bool
{
	$good = false;
	foreach ($secrets as $secret) {
		$key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
		if ($key === false || strlen($key) < 24)
			throw new RuntimeException('secrets.txt: each line must be whsec_ and base64 of 24 bytes or more');
		$ours = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
		foreach (explode(' ', $signatures) as $theirs)
			$good = hash_equals($ours, $theirs) || $good;
	}
	return $good && abs(time() - (int)$time) <= 300;
}

// HERE YOUR SHOP MARKS THE ORDER AS PAID. What is done with $db is kept together with the note of the delivery, or not at all.
function mark_paid(PDO $db, string $txid, ?int $amount_cents, string $e2eid): string
{
	$order = $db->prepare('UPDATE orders SET paid_by = ? WHERE txid = ? AND amount_cents = ? AND paid_by IS NULL');
	$order->execute([$e2eid, $txid, $amount_cents]);
	return $order->rowCount() === 1 ? 'paid' : 'look at it: no unpaid order of this txid and amount';
}

ini_set('display_errors', '0');	// they belong into the log, not into the answer
http_response_code(500);	// until all went well: pixgate then tries again
try {
	$body = file_get_contents('php://input');
	[$id, $time, $signatures] = [$_SERVER['HTTP_WEBHOOK_ID'] ?? '', $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? ''];
	$secrets = preg_split('/\s+/', file_get_contents("$private/secrets.txt"), -1, PREG_SPLIT_NO_EMPTY) ?: [''];
	if ($id === '' || $time === '' || $signatures === '')
		throw new RuntimeException('not a signed delivery', 400);
	if (!authentic($secrets, $id, $time, $signatures, $body))
		throw new RuntimeException('wrong signature, or clocks that differ', 401);
	$pix = json_decode($body, true, 32, JSON_THROW_ON_ERROR)['data'];
	$db = new PDO("sqlite:$private/shop.db", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 10]);
	$db->exec('BEGIN IMMEDIATE');	// two at the same time: the second waits here
	$db->exec('CREATE TABLE IF NOT EXISTS orders (txid TEXT PRIMARY KEY, amount_cents INTEGER NOT NULL, paid_by TEXT)');
	$db->exec('CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, body TEXT NOT NULL, said TEXT)');
	$note = $db->prepare('INSERT OR IGNORE INTO deliveries (id, body) VALUES (?, ?)');
	$note->execute([$id, $body]);
	if ($note->rowCount() === 1 && $pix['kind'] === 'received' && preg_match('/^(EFETIVADO|ACCC)?$/i', $pix['status']))	// else it came before, failed, …
		$db->prepare('UPDATE deliveries SET said = ? WHERE id = ?')
			->execute([mark_paid($db, $pix['txid'], $pix['amount_cents'], $pix['e2eid']), $id]);
	$db->exec('COMMIT');
	http_response_code(200);
} catch (Throwable $t) {
	http_response_code(in_array($t->getCode(), [400, 401], true) ? $t->getCode() : 500);
	error_log('pix.php: ' . $t->getMessage());
}
