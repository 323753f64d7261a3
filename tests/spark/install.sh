# Brings what the tests of Spark need of the machine: Java 17 or newer.
# Where that is not possible it says so; the tests then skip.
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
found=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
[ "${found:-0}" -ge 17 ] && exit 0

if [ "$(id -u)" = 0 ]; then as_root=""; else as_root="sudo -n"; fi
install() {
  command -v apt-get && $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends openjdk-17-jre-headless
}
echo "Installing for the tests of Spark: openjdk-17-jre-headless"
if ! install >/dev/null 2>&1; then
  echo "That did not work. Without Java 17 the tests of Spark are skipped."
  echo "Install it as root (apt-get install openjdk-17-jre-headless), or set JAVA_HOME to one."
fi
exit 0
