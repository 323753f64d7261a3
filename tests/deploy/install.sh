# Brings promtool, which the tests of the alert rules need, out of Debian's package into .venv/bin; nothing is installed.
# Where that is not possible it says so; the tests then skip.
command -v promtool >/dev/null || [ -x .venv/bin/promtool ] && exit 0

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
target=$(pwd)/.venv/bin/promtool
fetch() {
  command -v apt-get && cd "$folder" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } &&
    dpkg -x prometheus_*.deb . && cp usr/bin/promtool "$target"
}
echo "Fetching for the tests of the alert rules: promtool"
if ! (fetch) >/dev/null 2>&1; then
  echo "That did not work. Without promtool the tests of the alert rules are skipped."
  echo "Install it (Debian: prometheus), or put it into .venv/bin."
fi
exit 0
