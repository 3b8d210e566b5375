#!/usr/bin/env bash
# Lets only this machine connect to a port. Runs as root before the Spark Connect server; where it fails, so does the server.
# usage: guard-connect-port.sh PORT
set -euo pipefail

port=${1:?usage: guard-connect-port.sh PORT}
[[ $port =~ ^[0-9]{1,5}$ ]] || {
  echo "guard-connect-port: $port is not a port" >&2
  exit 2
}

if ! command -v iptables > /dev/null; then
  dnf install --assumeyes --quiet iptables-nft || {
    echo 'guard-connect-port: there is no iptables and it cannot be installed; the port would be open to the network' >&2
    exit 1
  }
fi

for tool in iptables ip6tables; do
  rule=(INPUT -p tcp --dport "$port" ! -i lo -j REJECT)
  # Once, however often the server is started.
  "$tool" --check "${rule[@]}" 2> /dev/null || "$tool" --insert "${rule[@]}"
done
echo "guard-connect-port: port $port is for this machine only"
