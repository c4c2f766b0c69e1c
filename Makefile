# make app | test | bench | bench-pages | lint | kernel | banks | space OUT=DIR [HARDWARE=zero|static] | packages | lock | renew | clean
#
# Everything is installed into .venv: the versions and hashes of the lock files, and of the Debian packages those
# that are missing, where this may be done (NO_APT=1 keeps make from it). What was installed is remembered there
# (a copy of each lock file, and the Debian packages that could not be had), so that a second run asks neither.

SHELL = /bin/sh
VENV = .venv
# The first of these that is Python 3.11 or 3.12; PYTHON=/path/to/python chooses another.
PYTHON ?=
PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3)
TEST_PACKAGES = chromium-headless-shell
PYTEST_ARGS ?=
NO_APT ?=
# Installed by its version alone, with what it asks for: which wheel there is depends on the machine. With its wheels
# for GPUs come these.
TORCH = torch $(GPU)
GPU = triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
	nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver \
	nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx
# Two files of tests that drive the app at a time, and one of the others beside them (tests/side_by_side.py).
# PYTEST_ARGS="-n 0" for one process alone.
SIDE_BY_SIDE = -n auto --dist loadfile --no-loadscope-reorder
# Memory that a process of tests has freed stays with it: to get it anew takes a tenth of the numeric tests' time.
KEEP_MEMORY = MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=4294967296
C_FILES = engine/kernel/*/*.c engine/kernel/*/*.h
# Where npm installs what lints the scripts and style sheets; nothing else needs Node.
NODE_MODULES = node_modules
APT_GET = DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -qq -y \
	-o Acquire::Retries=1 -o Acquire::http::Timeout=60 -o DPkg::Lock::Timeout=120

.PHONY: app test bench bench-pages lint lint-scripts kernel banks space packages lock renew clean setup setup-dev

app: setup
	@case "$${GRADIO_SERVER_PORT:-7860}" in *[!0-9]*) \
		echo "GRADIO_SERVER_PORT=$$GRADIO_SERVER_PORT must be a number from 1 to 65535" >&2; exit 2 ;; esac
	@exec $(VENV)/bin/python app.py

test: setup-dev
	@exec env $(KEEP_MEMORY) $(VENV)/bin/python -m pytest $(SIDE_BY_SIDE) $(PYTEST_ARGS)

bench: setup
	@OMP_NUM_THREADS=1 $(VENV)/bin/python -m benchmarks.sampling
	@OMP_NUM_THREADS=1 $(VENV)/bin/python -m benchmarks.best
	@OMP_NUM_THREADS=1 $(VENV)/bin/python -m benchmarks.search

# From a press to a sound, and what travels for it; in Debian's chromium.
bench-pages: setup-dev
	@$(VENV)/bin/python -m benchmarks.pages
	@$(VENV)/bin/python -m benchmarks.live

lint: setup-dev
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/clang-format --dry-run --Werror $(C_FILES)
	@$(MAKE) --no-print-directory lint-scripts

lint-scripts: $(NODE_MODULES)/.package-lock.json
	@$(NODE_MODULES)/.bin/biome check --error-on-warnings .

# npm leaves this file; it is older than package-lock.json after a change of the versions.
$(NODE_MODULES)/.package-lock.json: package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo "make lint needs npm, to install Biome, which lints the scripts and" \
		"style sheets: install Node.js 20 or newer, with npm" >&2; exit 1; }
	@npm ci --silent --no-audit --no-fund
	@touch $@

# The instruments of the page Live, cut from FluidR3 Mono; they are committed.
banks: setup
	@$(VENV)/bin/python -m engine.live.bank

# After a change of a C file: the module that draws, which is committed.
kernel: setup-dev
	@$(VENV)/bin/python -m engine.kernel.build

setup:
	@$(call install,requirements)
	@$(call install_packages,$(shell cat packages.txt))

setup-dev:
	@$(call install,requirements)
	@$(call install,requirements-dev)
	@$(call install_packages,$(shell cat packages.txt) $(TEST_PACKAGES))

# Asks apt-get again for what it could not give before.
packages:
	@rm -f $(VENV)/packages-missing
	@mkdir -p $(VENV)
	@$(call install_packages,$(shell cat packages.txt))

# After a change of a requirements file: the lock files again, all other versions as they were.
lock: $(VENV)/bin/uv
	@$(call lock,requirements,--constraint requirements-dev.txt)
	@$(call lock,requirements-dev,--constraint requirements.lock)

$(VENV)/bin/uv:
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements-dev.txt)"

# The newest versions that the requirements allow, of all that they need.
renew: $(VENV)/bin/uv
	@$(call lock,requirements,--upgrade --constraint requirements-dev.txt)
	@$(call lock,requirements-dev,--upgrade --constraint requirements.lock)

clean:
	rm -rf $(VENV) $(NODE_MODULES) .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# $(call lock,NAME,OPTIONS): NAME.lock of NAME.txt, for all systems and both Pythons; its first line says how old it is.
define lock
set -e; \
renewed=$(if $(findstring --upgrade,$(2)),,$$(sed -n '1s/^# Renewed \([0-9-]*\)\..*/\1/p' $(1).lock 2>/dev/null || true)); \
echo "locking $(1).txt"; \
$(VENV)/bin/uv pip compile $(1).txt --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-header $(2) $(addprefix --no-emit-package ,$(TORCH)) --output-file $(1).lock; \
{ echo "# Renewed $${renewed:-$$(date +%F)}. Written by make lock; make renew looks for newer versions."; \
	cat $(1).lock; } > $(1).lock.new; \
mv $(1).lock.new $(1).lock
endef

# $(call install,NAME): what NAME.lock names, by its hashes, unless it was installed from the same text before.
define install
set -e; \
if cmp -s $(1).lock $(VENV)/$(1).lock && $(VENV)/bin/python -c "" 2>/dev/null; then exit 0; fi; \
fits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))'; \
if ! $(VENV)/bin/python -c "import pip; $$fits" 2>/dev/null; then \
	found=; \
	for python in $(PYTHONS); do \
		if "$$python" -c "$$fits" 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Earshot needs Python 3.11 or 3.12, and $(subst ",,$(PYTHONS)) is neither;" \
			"name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 1; \
	fi; \
	echo "making $(VENV) with $$found"; \
	"$$found" -m venv --clear $(VENV) || { echo "$$found cannot make an environment;" \
		"Debian has the missing part in python3-venv" >&2; exit 1; }; \
fi; \
echo "installing $(1).lock"; \
$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(1).lock; \
torch=$$(grep '^torch==' $(1).txt || true); \
if [ -n "$$torch" ]; then \
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "$$torch"; \
fi; \
cp $(1).lock $(VENV)/$(1).lock
endef

# $(call install_packages,NAMES): the Debian packages that are missing; the app runs without them, so never fails.
define install_packages
missing=; \
for package in $(1); do \
	case $$package in \
		fluidsynth|ffmpeg|chromium-headless-shell) command -v $$package >/dev/null 2>&1 && continue ;; \
	esac; \
	case "$$(dpkg-query -W -f '$${Status}' $$package 2>/dev/null)" in \
		*" ok installed") ;; *) missing="$$missing $$package" ;; \
	esac; \
done; \
if [ -z "$$missing" ]; then exit 0; fi; \
if [ -z "$(NO_APT)" ] && [ "$$(cat $(VENV)/packages-missing 2>/dev/null)" != "$$missing" ] \
	&& command -v apt-get >/dev/null 2>&1; then \
	as_root=none; \
	if [ "$$(id -u)" = 0 ]; then as_root=env; \
	elif sudo -n true 2>/dev/null; then as_root="sudo -n env"; fi; \
	if [ "$$as_root" != none ]; then \
		echo "apt-get will install, as root:$$missing (make NO_APT=1 does without)"; \
		{ $$as_root $(APT_GET) update && \
			$$as_root $(APT_GET) install --no-install-recommends $$missing; } </dev/null >$(VENV)/apt.log 2>&1 \
			&& exit 0; \
	fi; \
fi; \
if [ -z "$(NO_APT)" ]; then echo "$$missing" > $(VENV)/packages-missing; fi; \
lost=; \
for package in $$missing; do \
	case $$package in \
		fluidsynth) lost="$$lost; music is played by midirenderer" ;; \
		ffmpeg) lost="$$lost; speech does not stream, and only WAV, FLAC, OGG and MP3 are read" ;; \
		fluidr3mono-gm-soundfont) lost="$$lost; instruments come from pretty_midi's smaller SoundFont" ;; \
		chromium-headless-shell) lost="$$lost; browser tests use another installed chromium, or are skipped" ;; \
	esac; \
done; \
echo "missing and not to be had by apt-get here:$$missing$$lost (make packages tries again)"
endef

# Needs no environment: any of the Pythons will do.
space: $(if $(filter static,$(HARDWARE)),setup)
	@if [ "$(HARDWARE)" = static ] && [ -n "$(OUT)" ]; then exec $(VENV)/bin/python -m engine live --out "$(OUT)"; fi; \
	for python in $(VENV)/bin/python $(PYTHONS); do \
		if "$$python" -c "" 2>/dev/null; then \
			exec "$$python" training/publishing/space.py --out="$(OUT)" --hardware="$(HARDWARE)"; \
		fi; \
	done; \
	echo "make space needs a Python, and $(subst ",,$(PYTHONS)) is none;" \
		"name one: make space OUT=DIR PYTHON=/path/to/python3" >&2; exit 1
