#!/bin/sh
# who has the address, for the people on call
echo "$(date +%FT%T) $1" >>/var/log/shop-address.log
