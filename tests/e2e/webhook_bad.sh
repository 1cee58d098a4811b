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

# In each shape that a refusal is known to have: exit status 5, and one line with the words as the PSP wrote them.
shapes() {
	local answer words
	while IFS='|' read -r status answer words; do
		rules efi "[{\"on\":\"GET\",\"status\":$status,\"json\":$answer}]"
		run webhook get loja --key "$KEY"
		equal "$words: exit status" 5 "$RC"
		says "$words: word for word" "hook \"loja\", key $KEY: HTTP $status $words"
		equal "$words: one line" 1 "$(grep -c 'HTTP ' err)"
	done <<-'END'
	400|{"nome":"valor_invalido","mensagem":"Chave inválida — não é sua"}|valor_invalido: Chave inválida — não é sua
	422|{"nome":"json_invalido","mensagem":"Não serve","erros":[{"chave":"x","caminho":".webhookUrl","mensagem":"é obrigatório"}]}|json_invalido: Não serve (.webhookUrl: é obrigatório)
	400|{"error":"invalid_scope","error_description":"Escopo\r\n\tnão existe"}|invalid_scope: Escopo???não existe
	403|{"type":"https://pix.bcb.gov.br/api/v2/error/AcessoNegado","title":"Acesso Negado","status":403,"detail":"Requisição viola regra"}|AcessoNegado: Requisição viola regra
	400|{"type":"https://pix.bcb.gov.br/api/v2/error/WebhookOperacaoInvalida","title":"Inválida","status":400,"detail":"Não respeita","violacoes":[{"razao":"sem https","propriedade":"webhookUrl"}]}|WebhookOperacaoInvalida: Não respeita (webhookUrl: sem https)
	400|[{"tag":"Webhook.Url","descricao":"O formato esperado não foi respeitado."}]|Webhook.Url: O formato esperado não foi respeitado.
	END
	while IFS='|' read -r status answer words; do
		rules efi "[{\"on\":\"GET\",\"status\":$status,$answer}]"
		run webhook get loja --key "$KEY"
		equal "$words: exit status" 5 "$RC"
		says "$words: said" "HTTP $status$words"
		equal "$words: one line" 1 "$(grep -c 'HTTP ' err)"
	done <<-'END'
	400|"json":{"descricao":"Conta inexistente"}|: Conta inexistente
	500|"json":{"message":"Internal error"}|: Internal error
	502|"body":"<html><h1>Bad Gateway</h1></html>"| with an answer that is not JSON
	503|"json":[]| with JSON that holds no message
	500|"body":""| with an empty answer
	400|"body":"{\"nome\":\"valor_invalido\",\"mensagem\":\"cort"| with an answer that is not JSON
	429|"json":{"mensagem":"Muitas"},"headers":{"Retry-After":"Sat, 21 Nov 2026 12:00:00 GMT"}|: Muitas (too many requests; it does not say when to try again)
	429|"body":"","headers":{"Retry-After":"17"}| with an empty answer (try again in 17 s)
	301|"body":"","headers":{"Location":"https://other.example/"}|, a redirect, which is not followed
	END
	plain efi
	rules bs2 '[{"on":"GET","status":401,"json":{"error":"invalid_request","error_description":"Invalid Apikey"}}]'
	run webhook get banco
	equal "BS2 with a token of the other environment" 5 "$RC"
	says "is told with what it may be" "Invalid Apikey" "it is of the other environment"
	plain bs2
}

wrong() {
	local hook status words name
	while IFS='|' read -r hook status words; do
		run webhook get "$hook"
		equal "$hook: exit status" "$status" "$RC"
		says "$hook: why" "$words"
	done <<-'END'
	wrongpw|2|hook "wrongpw"
	wrongpw|2|wrong password
	foreign|4|api_cert must be the one that it gave for environment "production"
	expired|4|api_cert must be the one that it gave for environment "sandbox", and not have expired
	certless|2|api_cert
	badclient|5|invalid_client
	noca|4|could not prove that it is the PSP's
	nobody|4|localhost
	nohost|4|nobody.invalid
	proxied|4|the proxy does not lead there
	noapi|2|api
	keyless|2|no keys
	END
	for hook in noca nobody nohost proxied; do
		run webhook get "$hook"
		silent "$hook: nothing of api_cert, which is not the cause" api_cert
	done
	for name in http_proxy https_proxy HTTPS_PROXY ALL_PROXY; do
		WRAP="env $name=http://127.0.0.1:$NOBODY" run webhook get loja
		equal "$name in the environment is not heard" 0 "$RC"
	done
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
shapes
wrong
no_secret_was_said
finish
