#!/bin/sh
# Out of service while somebody has put the file there; else HAProxy must run.
if [ -e /etc/keepalived/out-of-service ]; then
    exit 1
fi
pgrep -x haproxy >/dev/null
