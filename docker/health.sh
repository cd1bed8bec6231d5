#!/bin/bash
# Whether the service can do its work: 0 if /health/ready answers 200. The image has no HTTP client.
set -u
exec 3<>"/dev/tcp/127.0.0.1/${ONBOARDING_PORT:-8080}" || exit 1
printf 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "${status:-}" = 200 ]
