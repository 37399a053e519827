#!/bin/sh
logger -t keepalived-moved "$1 $2 is now $3"
