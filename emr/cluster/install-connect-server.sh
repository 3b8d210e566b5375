#!/usr/bin/env bash
# Step of the cluster, on the primary node: Spark Connect as a service that systemd keeps alive.
# usage: install-connect-server.sh --packages COORDINATES [--port PORT] [--timeout SECONDS]
# INSTANT_HEALTH_ROOT: put in front of every path, for a trial in another directory.
set -euo pipefail

root=${INSTANT_HEALTH_ROOT:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
port=15002
packages=
timeout=300

while (($# > 0)); do
  case $1 in
    --packages)
      packages=${2:?--packages needs Maven coordinates}
      shift 2
      ;;
    --port)
      port=${2:?--port needs a number}
      shift 2
      ;;
    --timeout)
      timeout=${2:?--timeout needs seconds}
      shift 2
      ;;
    *)
      echo "install-connect-server: unknown argument $1" >&2
      exit 2
      ;;
  esac
done

fail() {
  echo "install-connect-server: $1" >&2
  exit 1
}

[[ $packages =~ ^[A-Za-z0-9_.:,-]+$ ]] || fail '--packages expects Maven coordinates, group:artifact:version,…'
[[ -x $root/usr/lib/spark/sbin/start-connect-server.sh ]] ||
  fail "there is no $root/usr/lib/spark/sbin/start-connect-server.sh: the cluster lacks the application Spark"
python=$root/opt/instant-health/python/bin/python
[[ -x $python ]] || fail "there is no $python: the bootstrap action python-environment.sh has not run"

logs=$root/var/log/instant-health
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
cat > "$settings" << END
SPARK_PACKAGES=$packages
SPARK_CONNECT_PORT=$port
SPARK_LOG_DIR=$logs
PYSPARK_PYTHON=$python
PYSPARK_DRIVER_PYTHON=$python
END

sudo install -d -m 0755 "$root/etc/instant-health" "$root/usr/local/libexec/instant-health" "$root/etc/systemd/system"
sudo install -d -m 0750 -o "$(id -u)" -g "$(id -g)" "$logs"
sudo install -m 0644 "$settings" "$root/etc/instant-health/connect-server.env"
sudo install -m 0755 "$here/guard-connect-port.sh" "$root/usr/local/libexec/instant-health/guard-connect-port.sh"
sudo install -m 0644 "$here/spark-connect.service" "$root/etc/systemd/system/spark-connect.service"
sudo systemctl daemon-reload
sudo systemctl enable spark-connect.service
# A changed unit or package list takes effect; the first time this starts it.
sudo systemctl restart spark-connect.service

answers() {
  (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null
}

for ((waited = 0; waited < timeout; waited++)); do
  if answers; then
    echo "install-connect-server: Spark Connect answers on port $port after $waited s"
    exit 0
  fi
  sleep 1
done
sudo systemctl status --no-pager --lines 30 spark-connect.service >&2 || true
fail "nothing answers on port $port after $timeout s: see above and $logs"
