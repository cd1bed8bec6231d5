#!/bin/bash
# Makes the JVM's AOT cache: starts the service on an embedded database in a home that is thrown away,
# sends users through it, ends it, and looks whether the file is there.
#
#   train FILE          (APPLICATION: directory with onboarding.jar, onboardingctl.jar and health)
set -euo pipefail
cache=$1
application=${APPLICATION:-/opt/onboarding}
export ONBOARDING_PORT=${ONBOARDING_PORT:-8080}
ONBOARDING_HOME=$(mktemp --directory)
export ONBOARDING_HOME
trap 'rm -rf "$ONBOARDING_HOME"' EXIT

# By the very path and with the collector that the image starts it with: the cache holds for those.
java -XX:+UseG1GC -XX:AOTCacheOutput="$cache" -jar "$application/onboarding.jar" \
    --spring.profiles.active=local &
service=$!

for ((waited = 0; waited < 180; waited++)); do
    if "$application/health" 2>/dev/null; then
        break
    fi
    kill -0 $service 2>/dev/null || { echo "train: the service has ended" >&2; exit 1; }
    sleep 1
done
java -jar "$application/onboardingctl.jar" demo --users 50 --seed 1 \
    --url "http://127.0.0.1:$ONBOARDING_PORT"

kill -TERM $service
# 143: ended by the signal, as asked. The JVM writes the cache before it is gone.
wait $service || [ $? -eq 143 ]
[ -s "$cache" ] || { echo "train: the JVM has made no cache" >&2; exit 1; }
echo "train: $(du -h "$cache" | cut -f1) in $cache"
