#!/bin/sh
logger -t address "$2: $3"
