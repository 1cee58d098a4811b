#!/bin/bash
# A few seconds of libFuzzer with ASan and UBSan for each tests/fuzz/fuzz_*.c: fuzz.sh [SECONDS]. The corpus stays in
# build/fuzz and grows from run to run; `make fuzz` takes longer.
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit 2
seconds=${1:-8}
unset ASAN_OPTIONS
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	# what it looks into, and where its first inputs are
	case $name in
	fuzz_parse)
		with=(pix/*.c lib/json.c lib/jsonwall.c lib/jsonwrite.c lib/buf.c lib/err.c lib/mem.c lib/money.c lib/text.c lib/when.c -lcjson)
		seeds=(tests/data/*/)
		;;
	fuzz_template)
		with=(gen/grammar.c gen/line.c gen/template.c gen/values.c lib/buf.c lib/err.c lib/mem.c lib/text.c)
		seeds=(tests/fuzz/template/ -dict=tests/fuzz/fuzz_template.dict -max_len=1024)
		;;
	fuzz_http_sink)
		with=(lib/http_sink.c lib/buf.c lib/err.c lib/mem.c lib/text.c)
		seeds=(tests/fuzz/http_sink/ -max_len=4096)
		;;
	*)
		not_ok "$name has a row in tests/fuzz.sh"
		continue
		;;
	esac
	mkdir -p "build/fuzz/$name.corpus"
	check "$name builds" clang -std=gnu11 -D_GNU_SOURCE -DVERSION='"fuzz"' -I. -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o "build/fuzz/$name" "$source" "${with[@]}"
	check "$name finds nothing in $seconds s" "build/fuzz/$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
		-artifact_prefix="build/fuzz/" "build/fuzz/$name.corpus" "${seeds[@]}"
	tail -n 1 "$T/check.out"
done
finish
