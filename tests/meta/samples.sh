#!/bin/bash
# Every sample of a PSP's API is used: its name stands in the script of its folder.
. "$(dirname "$0")/../lib.sh"
cd "$ROOT" || exit 2
for file in tests/samples/*/*; do
	folder=$(basename "$(dirname "$file")") name=$(basename "$file" .json)
	check "$file is JSON" python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$file"
	check "$file is used" grep -qE "(^|[[:space:]/])${name//./\\.}([ ;.]|\$)" "tests/e2e/samples_$folder.sh"
done
finish
