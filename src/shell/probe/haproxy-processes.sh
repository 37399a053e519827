# The processes of HAProxy. A host may run several, each by a unit of its own; haprov's is haproxy.service.

# Prints "PID PARENT_PID WORDS" of the unit's processes: those in its control group; where no process is, those that were told
# its PID file; where none was, all.
haproxy_processes() {
  ps -C haproxy -o pid=,ppid=,args= 2>/dev/null | awk '
    # In a container all groups stand below that of its first process; what a container on this host runs is not its own.
    BEGIN { while ((getline group < "/proc/1/cgroup") > 0) { sub(/\/(init\.scope)?$/, "", group); above[++groups] = group } }
    {
      row[NR] = $0
      rank[NR] = / -p *(\/var)?\/run\/haproxy\.pid( |$)/
      file = "/proc/" $1 "/cgroup"
      for (i = 1; (getline group < file) > 0; i++)
        if (index(group, above[i] "/") == 1 && substr(group, length(above[i]) + 1) ~ /^(\/[^\/]*\.slice)*\/haproxy\.service(\/|$)/) rank[NR] = 2
      close(file)
      if (rank[NR] > highest) highest = rank[NR]
    }
    END { for (i = 1; i <= NR; i++) if (rank[i] == highest + 0) print row[i] }'
}

pids_of() { # UNIT
  case ${1%.service} in
    haproxy) haproxy_processes | awk '{ print $1 }' ;;
    *) ps -C "${1%.service}" -o pid= 2>/dev/null | tr -d ' ' ;;
  esac
}
