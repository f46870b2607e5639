# 两条命令：make site 生成示例公报，make test 跑全部测试。只要有 git、make、Python 3.11+（带 venv）
# 和一个 Python 包索引；make test 还会在没有浏览器时装一个。

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto

# 类型：Python 的由 mypy 查；脚本的由 TypeScript 的检查器查，它随 deno 从 PyPI 装来，不用 Node 和 npm。
# 网页里的脚本和后台（worker）里的，浏览器给的东西不同，各查各的（deno.json、deno.worker.json）。
DENO := DENO_DIR=$(CURDIR)/.gazette/deno DENO_NO_UPDATE_CHECK=1 $(BIN)/deno check --quiet --no-lock --no-remote
define types
	$(BIN)/mypy
	$(DENO) overrides/assets
	$(DENO) --config deno.worker.json overrides/sw.js overrides/assets/search/worker.js
endef

.PHONY: site serve check test lint lock clean

site: $(VENV)/.site
	$(BIN)/gazette build --site site
	@echo "示例公报在 site/。预览：make serve"

serve: site
	$(BIN)/gazette serve

check: $(VENV)/.site
	$(BIN)/gazette check

test: $(VENV)/.dev
	tools/ensure_browser.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(types)
	$(BIN)/python -m pytest -n $(JOBS)

lint: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check .
	$(types)

# 依赖的确切版本在 constraints.txt：同一份源码，任何时候装出同样的环境。
$(VENV)/.site: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(VENV)/.site
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,ocr]'
	touch $@

# 升级依赖：改 pyproject.toml 里的下限后运行，检查差异，再提交。
lock:
	tools/lock.sh > constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) .gazette site site.new site.old
