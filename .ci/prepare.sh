# Shared by ./run and ./test: finds Python, makes .venv and fills it from a hash-locked file. POSIX shell.

say() { printf '%s\n' "$*" >&2; }

# need TEST-COMMAND PACKAGES...: installs Debian packages when the command is missing and we may, else says what to type.
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

install_or_say() {
  if may_install; then
    say "正在安装系统软件包 / installing: $*"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>.venv-setup.log || {
      say "安装失败 / installation failed:"; tail -n 5 .venv-setup.log >&2; exit 2; }
    rm -f .venv-setup.log
  else
    say "缺少系统软件包。请运行下面这一行，然后再试："
    say "Some system packages are missing. Type this line, then try again:"
    say ""
    say "    sudo apt-get install $*"
    exit 2
  fi
}

find_python() {
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
       "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      printf '%s' "$candidate"; return
    fi
  done
  say "需要 Python 3.11–3.13。 / Python 3.11 to 3.13 is needed. (Debian: sudo apt-get install python3 python3-venv)"
  exit 2
}

# prepare LOCKFILE...: leaves .venv filled from exactly these files; does nothing when it already is.
prepare() {
  stamp=$(cat "$@" | cksum)
  if [ -x .venv/bin/python ] && [ "$(cat .venv/.filled-from 2>/dev/null)" = "$stamp" ]; then return; fi
  python=$(find_python)
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install_or_say python3-venv
  [ -x .venv/bin/pip ] || { rm -rf .venv; "$python" -m venv .venv; }
  say "首次运行：安装依赖（约一两分钟）… / installing the dependencies, a minute or two…"
  for lock in "$@"; do
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement "$lock"
  done
  printf '%s' "$stamp" > .venv/.filled-from
}
