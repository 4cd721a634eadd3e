# The front door. What builds or runs first installs the missing Debian packages of packages.txt.
PREFIX ?= /usr/local
DESTDIR ?=
# Passed on to the program by run and bench, as in: make run ARGS="--speed 600"
ARGS ?=

.DEFAULT_GOAL := build
.PHONY: help build run test soak bench format install clean packages

help: ## say what there is to make
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

packages:
	@scripts/ensure-packages

# meson is asked only once: ninja itself sees when a meson.build has changed.
build: packages ## build the program, build/tsm
	@test -f build/build.ninja || CC=gcc meson setup build -Dwerror=true
	@ninja -C build

run: build ## start the demo: everything simulated, commands at a prompt
	@build/tsm demo $(ARGS)

test: packages ## run every suite, in under twenty minutes
	@scripts/run-tests

soak: packages ## run what takes hours: long fuzzing, long simulations
	@scripts/run-tests --soak

bench: build ## measure memory, processor time, start-up, get_my_state, and the bot beside another
	@scripts/ensure-packages bench/packages.txt
	@ninja -C build bench/make-ledger bench/states bench/echo
	@bench/states-by-years build
	@bench/discord build/tsm
	@bench/footprint build/tsm $(ARGS)

format: packages ## put every source file into the house format
	@find src tests -name fixtures -prune -o -name '*.[ch]' -print | xargs clang-format -i

# A build folder of its own: the prefix is compiled in, and build/ belongs to the tests.
install: packages ## install under PREFIX (/usr/local), below DESTDIR if set
	@test "$$(cat build-install/prefix 2>/dev/null)" = '$(PREFIX)' || { rm -rf build-install && \
	  meson setup build-install --buildtype=release --prefix='$(PREFIX)' && \
	  echo '$(PREFIX)' >build-install/prefix; }
	@ninja -C build-install tsm
	@meson install -C build-install --no-rebuild --destdir '$(abspath $(DESTDIR))'

clean: ## remove the build folders
	@rm -rf build build-asan build-install
