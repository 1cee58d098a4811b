# pixgate. `make` builds build/pixgate.fcgi and build/pixgate; `make help` lists the rest. A new .c file needs no edit here.
VERSION := 0.5.0

B       ?= build
PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
WERROR  ?= -Werror
LDFLAGS ?=
SAN     ?=

std      := -pthread -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -idirafter /usr/include/postgresql
warn     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Wno-format-truncation -Wno-unknown-warning-option $(WERROR)
hard     := -fPIE -fstack-protector-strong -ffile-prefix-map=$(CURDIR)=.
hardlink := -pie -Wl,-z,relro,-z,now,--as-needed
ifneq ($(SAN),)
san      := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
else
hard     += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
compile   = $(CC) $(std) $(warn) $(hard) $(san) $(CPPFLAGS) $(CFLAGS)
link      = $(CC) -pthread $(san) $(CFLAGS) $(hardlink) $(LDFLAGS)

core_libs := -lcjson -lconfig -lcrypto -lsqlite3
gate_libs := -lfcgi $(core_libs)
cli_libs  := $(core_libs) -lssl -lcurl -lmicrohttpd -lgnutls -lpq
test_libs := -lcmocka $(gate_libs) -lcurl -lmicrohttpd -lgnutls -lssl -lpq

core := $(wildcard lib/*.c pix/*.c inbox/*.c conf/*.c)
gate := $(filter-out fcgi/main.c,$(wildcard fcgi/*.c))
cli  := $(filter-out cli/main.c,$(wildcard cli/*.c)) $(wildcard gen/*.c api/*.c emul/*.c check/*.c recon/*.c deliver/*.c)
unit := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
tool := $(patsubst tests/tools/%.c,$(B)/tests/%,$(wildcard tests/tools/*.c))
ben  := $(patsubst bench/%.c,$(B)/bench/%,$(wildcard bench/*.c))
obj   = $(patsubst %.c,$(B)/obj/%.o,$(1))

.PHONY: all programs tests bench-programs
all programs: $(B)/pixgate.fcgi $(B)/pixgate
tests: programs $(unit) $(tool)
bench-programs: programs $(ben)

.PHONY: help deps demo check fuzz bench static install clean
help:
	@echo 'make            build/pixgate.fcgi and build/pixgate'
	@echo 'make deps       installs with apt what the build needs'
	@echo 'make demo       plays a PSP against the gate behind lighttpd on 127.0.0.1'
	@echo 'make check      every test; the last line is "N passed, M failed"'
	@echo 'make fuzz       a minute of libFuzzer a target; FUZZ=SECONDS'
	@echo 'make bench      measures this machine, as ratios against yardsticks of the same run'
	@echo 'make static     build/static/pixgate.fcgi, one file to copy to a shared host'
	@echo 'make install    programs and manual pages below DESTDIR and PREFIX ($(PREFIX))'
	@echo 'make clean      removes build/'
	@echo 'CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR are respected; B=FOLDER builds elsewhere, SAN=address,undefined with sanitizers'
deps:
	@tests/need.sh build
demo:
	@examples/demo/demo.sh
check:
	@tests/need.sh check
	@tests/run.sh
FUZZ ?= 60
fuzz:
	@tests/need.sh check
	@$(MAKE) --no-print-directory -s $(B)/tests/port
	@tests/fuzz.sh $(FUZZ)
bench:
	@tests/need.sh bench static
	@tests/static.sh
	@$(MAKE) --no-print-directory -s bench-programs
	@bench/run.sh
static:
	@tests/need.sh static
	@tests/static.sh
install: programs
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pixgate $(DESTDIR)$(PREFIX)/share/doc/pixgate
	install -m 755 $(B)/pixgate $(DESTDIR)$(PREFIX)/bin/pixgate
	install -m 755 $(B)/pixgate.fcgi $(DESTDIR)$(PREFIX)/lib/pixgate/pixgate.fcgi
	for text in $$(cd templates && find . -type f); do install -D -m 644 templates/$$text $(DESTDIR)$(PREFIX)/share/pixgate/templates/$$text || exit 1; done
	for script in tests/setup/*; do install -D -m $$(test -x $$script && echo 755 || echo 644) $$script $(DESTDIR)$(PREFIX)/share/pixgate/setup/$${script##*/} || exit 1; done
	install -D -m 644 completion/pixgate.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/pixgate
	install -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/pixgate/LICENSE
	for page in $(wildcard man/*.[1-8]); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done
clean:
	rm -rf build

$(B)/pixgate.fcgi: $(call obj,fcgi/main.c) $(B)/gate.a $(B)/core.a
	$(link) -o $@ $^ $(gate_libs)
$(B)/pixgate: $(call obj,cli/main.c) $(B)/cli.a $(B)/core.a
	$(link) -o $@ $^ $(cli_libs)

$(B)/core.a: $(call obj,$(core))
$(B)/gate.a: $(call obj,$(gate))
$(B)/cli.a: $(call obj,$(cli))
%.a:
	@rm -f $@
	ar -rcs $@ $^

$(B)/tests/test_%: $(B)/obj/tests/unit/test_%.o $(B)/gate.a $(B)/cli.a $(B)/core.a
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(test_libs)
$(B)/tests/test_caller $(B)/tests/test_caller_check: test_libs += -lssl
$(B)/tests/tls: tool_libs := -lssl -lcrypto
$(B)/tests/probe $(B)/tests/send $(B)/tests/sink: tool_libs := $(cli_libs)
$(B)/tests/probe $(B)/tests/send $(B)/tests/sink: $(B)/cli.a $(B)/core.a
$(tool): $(B)/tests/%: $(B)/obj/tests/tools/%.o
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(tool_libs)
$(ben): $(B)/bench/%: $(B)/obj/bench/%.o $(B)/core.a
	@mkdir -p $(@D)
	$(link) -o $@ $^ $(gate_libs)

# One compile tells of all missing headers at once, and what to do about them.
$(B)/headers.ok:
	@mkdir -p $(@D)
	@printf '#include <%s>\n' fcgiapp.h cjson/cJSON.h libconfig.h openssl/sha.h sqlite3.h curl/curl.h microhttpd.h gnutls/gnutls.h libpq-fe.h | $(CC) $(std) $(CPPFLAGS) -E -x c - >/dev/null 2>$@.log || { \
		sed -n 's/.*fatal error: \(.*\)/\1/p' $@.log; \
		echo 'Headers are missing. On Debian and Ubuntu run: make deps'; \
		echo 'which installs libfcgi-dev libcjson-dev libconfig-dev libssl-dev libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev libpq-dev. Elsewhere install the same libraries.'; \
		exit 1; }
	@mv $@.log $@

$(B)/obj/%.o: %.c Makefile | $(B)/headers.ok
	@mkdir -p $(@D)
	$(compile) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
.SECONDARY:
