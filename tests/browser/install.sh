# Brings what the browser tests need of the machine: Debian's chromium, and a font that has Chinese characters.
# Where that is not possible it says so; the tests then skip.
need=""
if [ -z "${EWS_CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then need="chromium"; fi
if ! fc-list :lang=zh family 2>/dev/null | grep -q .; then need="$need fonts-noto-cjk fontconfig"; fi
[ -z "$need" ] && exit 0

if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo -n"; fi
install() {
  command -v apt-get && $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $need
}
echo "Installing for the browser tests: $need"
if ! install >/dev/null 2>&1; then
  echo "That did not work. Without chromium the browser tests are skipped, without the font Chinese shows as boxes there."
  echo "Install them as root (apt-get install $need), or name a Chromium: EWS_CHROMIUM=/path/to/chromium make test"
fi
exit 0
