#!/bin/bash
# webhook …: refusals and what they mean, answers that are none, tokens, wrong certificates and settings.
. "$(dirname "$0")/../lib.sh"
. "$ROOT/tests/webhook.sh"

# The eight answers to a registration, each with something of its explanation.
refusals() {
	local name text
	while IFS='|' read -r name text words; do
		rules efi "[{\"on\":\"PUT $PUT\",\"status\":400,\"json\":{\"nome\":\"$name\",\"mensagem\":\"$text\"}}]"
		run webhook set pem --force
		equal "$text: exit status" 5 "$RC"
		says "$text: the PSP's words" "$name: $text"
		says "$text: what it means" "$words"
	done <<-'END'
	valor_invalido|URL inválida|domain and path
	valor_invalido|A URL do webhook deve usar o protocolo HTTPS|does not begin with https://
	webhook_invalido|A autenticação de TLS mútuo não está configurada na URL informada|client_cert = "none"
	webhook_invalido|A URL informada está inacessível|DNS and the firewall
	webhook_invalido|A URL informada atingiu o tempo limite de resposta|did not answer in time
	webhook_invalido|A requisição na URL informada falhou com o erro: ECONNRESET|The connection broke
	webhook_invalido|A URL informada respondeu com o código HTTP 404|the path is not the hook's
	webhook_invalido|Não foi possível receber uma resposta da URL informada|closed the connection without an answer
	END
	rules efi "[{\"on\":\"PUT $PUT\",\"status\":400,\"json\":{\"nome\":\"valor_invalido\",\"mensagem\":\"Nao gostei de $URL\"}}]"
	run webhook set loja --force
	equal "a refusal of one key: exit status" 5 "$RC"
	silent "a secret that the PSP repeats is masked" "$HMAC"
	says "the other keys are tried all the same" "key $OTHER_KEY: registered again"
	rules efi '[{"on":"PUT","status":403,"json":{"error":"insufficient_scope","error_description":"Access token has insufficient scope"}}]'
	run webhook set loja --force
	equal "a missing scope" 5 "$RC"
	says "which one, and where to allow it" "insufficient_scope" "webhook.write" "Alterar Webhooks"
	says "it holds for all keys" "1 more not tried"
	rules efi '[{"on":"GET","status":429,"headers":{"Retry-After":"17"},"json":{"nome":"limite","mensagem":"Muitas"}}]'
	run webhook get loja
	equal "429" 5 "$RC"
	says "tells how long to wait" "429" "17"
	rules efi '[{"on":"PUT","status":201,"json":{}}]'
	run webhook set pem
	equal "a PSP that says yes and does nothing" 1 "$RC"
	says "is told of" "not what was sent"
	plain efi
}

# Answers that are none, and tokens.
strange() {
	local before
	rules efi '[{"on":"GET","status":200,"body":"<html>Em manutencao</html>"}]'
	run webhook get loja
	equal "not JSON" 5 "$RC"
	rules efi '[{"on":"GET","status":200}]'
	run webhook get loja
	equal "an empty answer" 5 "$RC"
	rules efi '[{"on":"GET","status":404,"body":"<html>nginx</html>"}]'
	run webhook get loja
	equal "a 404 of something else is not 'nothing registered'" 5 "$RC"
	rules efi '[{"on":"GET","status":200,"fill":9000000}]'
	run webhook get loja
	equal "a huge answer" 4 "$RC"
	rules efi '[{"on":"GET","cut":true,"json":{"webhookUrl":"https://a.example/x","chave":"k"}}]'
	run webhook get loja
	equal "an answer that is cut off" 4 "$RC"
	rules efi "[{\"on\":\"PUT\",\"cut\":true,\"json\":{\"webhookUrl\":\"x\"}}]"
	run webhook set pem --force
	equal "a registration whose answer is cut off" 4 "$RC"
	says "is not known to be done" "whether it was registered is not known"
	rules efi '[{"on":"POST /oauth/token","status":200,"body":"<html>","times":5},{"on":"GET","status":401,"json":{"error":"invalid_token","error_description":"expired"},"times":1}]'
	run webhook get loja
	equal "a token that is no JSON" 5 "$RC"
	plain efi
	run webhook get loja
	before=$(calls efi "POST /oauth/token")
	rules efi '[{"on":"GET","status":401,"json":{"error":"invalid_token","error_description":"x"},"times":1}]'
	run webhook get loja --key "$KEY"
	equal "one 401 costs one new token" "0 1" "$RC $(($(calls efi "POST /oauth/token") - before))"
	rules efi '[{"on":"GET","status":401,"json":{"error":"invalid_token","error_description":"y"}}]'
	before=$(calls efi GET)
	run webhook get loja --key "$KEY"
	equal "401 for ever is asked twice, no more" "5 2" "$RC $(($(calls efi GET) - before))"
	rules efi '[{"on":"GET","delay":2}]'
	run webhook get loja --key "$KEY"
	equal "a slow answer is waited for" 0 "$RC"
	plain efi
}

wrong() {
	while IFS='|' read -r hook status words; do
		run webhook get "$hook"
		equal "$hook: exit status" "$status" "$RC"
		says "$hook: why" "$words"
	done <<-'END'
	wrongpw|2|hook "wrongpw"
	wrongpw|2|wrong password
	foreign|4|api_cert must be the certificate
	certless|2|api_cert
	badclient|5|invalid_client
	noca|4|certificate
	nobody|4|localhost
	noapi|2|api
	keyless|2|no keys
	END
	run webhook get lojja
	equal "an unknown hook" 2 "$RC"
	run webhook set banco --key "$KEY"
	equal "--key at BS2" 2 "$RC"
	run webhook set loja --event Recebimento
	equal "--event at Efí" 2 "$RC"
	run webhook resend banco E09089356202611201648APIaff26401
	equal "resend at BS2" 2 "$RC"
	chmod 644 pixgate/loja.client
	run webhook get loja
	equal "a client_secret that others may read" 2 "$RC"
	chmod 600 pixgate/loja.client
}

run webhook set loja
equal "both keys are registered" 0 "$RC"
refusals
strange
wrong
no_secret_was_said
finish
