#!/bin/sh
# Does anything listen there?
exec 3<>"/dev/tcp/127.0.0.1/$1" 2>/dev/null || pidof haproxy >/dev/null
