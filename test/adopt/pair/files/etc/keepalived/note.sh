#!/bin/sh
logger -t keepalived "$1 on $(uname -n)"
