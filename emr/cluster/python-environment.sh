#!/usr/bin/env bash
# Bootstrap action, on every node: a virtual environment for Spark's Python workers, out of the reach of EMR's own packages.
# usage: python-environment.sh [--requirements FILE]
# INSTANT_HEALTH_ROOT: put in front of every path, for a trial in another directory.
set -euo pipefail

root=${INSTANT_HEALTH_ROOT:-}
home=$root/opt/instant-health
environment=$home/python
requirements=

while (($# > 0)); do
  case $1 in
    --requirements)
      requirements=${2:?--requirements needs a file}
      shift 2
      ;;
    *)
      echo "python-environment: unknown argument $1" >&2
      exit 2
      ;;
  esac
done

fail() {
  echo "python-environment: $1" >&2
  exit 1
}

# What Spark Connect 3.5 needs of its workers; NumPy 2 and pandas 2.3 are too new for it, and so is Python 3.12.
needed() {
  cat << 'END'
numpy<2
pandas<2.3
pyarrow==17.0.0
protobuf<6
grpcio<1.70
grpcio-status<1.70
googleapis-common-protos>=1.56.4
END
}

command -v python3.11 > /dev/null || fail 'there is no python3.11 on this node; emr-7.x releases bring it'

sudo mkdir -p "$home"
sudo chown "$(id -u):$(id -g)" "$home"
list=$(mktemp)
trap 'rm -f "$list"' EXIT
if [[ -n $requirements ]]; then cat "$requirements" > "$list"; else needed > "$list"; fi

# A node that is set up again keeps what is there.
if [[ -f $environment/.complete ]] && cmp -s "$list" "$environment/.complete"; then
  echo 'python-environment: already in place'
  exit 0
fi

rm -rf "$environment"
python3.11 -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --retries 10 --requirement "$list" ||
  fail 'pip could not install the packages: the subnet needs a way to a Python package index'
if [[ -z $requirements ]]; then
  "$environment/bin/python" -c 'import pandas, pyarrow, grpc, grpc_status, google.rpc' ||
    fail 'the packages are installed but cannot be imported'
fi
cp "$list" "$environment/.complete"
echo "python-environment: ready in $environment"
