// Runs a command and says what it cost: time, processor and memory of the client, processor of the hosts.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const environment = { HAPROV_STATS_PASSWORD: 'lab-stats-password', ...process.env, CI: '1', NO_COLOR: '1' };

/**
 * Runs words as a program. bash says what processor time it took with all that it waited for; a program that it leaves
 * behind, such as a ControlMaster, is not counted.
 * @returns seconds of the clock and of the client's processor, and its last words
 */
export function run(words, { env = {}, watch } = {}) {
  return new Promise((done, fail) => {
    const script = 'TIMEFORMAT="%U %S"; { time "$@" 2>&4; } 4>&2 2>&3';
    const begun = performance.now();
    const child = spawn('bash', ['-c', script, 'bash', ...words], {
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let [times, said] = ['', ''];
    child.stdio[3].on('data', (chunk) => {
      times += chunk;
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said = (said + chunk).slice(-2000);
      });
    const stop = watch?.(child.pid);
    child.on('error', fail);
    child.on('close', (code) => {
      stop?.();
      const cpu = times
        .trim()
        .split(/\s+/)
        .map(Number)
        .reduce((sum, part) => sum + part, 0);
      done({ code, wall: (performance.now() - begun) / 1000, cpu, said: said.trim() });
    });
  });
}

/** Watches how much memory a process has with all of its children, every 50 ms. Calls `tell` with the most, in MiB. */
export const memoryOf = (tell) => (pid) => {
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, residentOf(pid));
  }, 50);
  return () => {
    clearInterval(look);
    tell(most / 1024 / 1024);
  };
};

function residentOf(root) {
  const processes = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [, parent, rest] =
        /^\d+ \(.*\) \S (\d+) (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      // The 24th field of stat is the resident set, in pages.
      processes.set(Number(name), { parent: Number(parent), pages: Number(rest?.split(' ')[19] ?? 0) });
    } catch {
      // It has ended.
    }
  }
  let pages = 0;
  for (const [pid, one] of processes) if (descends(pid, root, processes)) pages += one.pages;
  return pages * 4096;
}

function descends(pid, root, processes) {
  for (let at = pid, steps = 0; at > 1 && steps < 64; steps += 1) {
    if (at === root) return true;
    at = processes.get(at)?.parent ?? 0;
  }
  return false;
}

/** Seconds of processor that containers have taken so far, by their cgroups; undefined where those cannot be read. */
export function processorOf(containers) {
  let sum = 0;
  for (const { id, pid } of containers) {
    const used = usageOf(id, pid);
    if (used === undefined) return undefined;
    sum += used;
  }
  return sum;
}

function usageOf(id, pid) {
  let rows;
  try {
    rows = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  } catch {
    return undefined;
  }
  for (const row of rows) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(row) ?? [];
    const end = path.indexOf(id);
    if (end < 0) continue;
    const own = path.slice(0, end + id.length);
    const before = path.slice(0, path.indexOf('/', end) < 0 ? path.length : path.indexOf('/', end));
    const read = (file) => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    };
    if (controllers.split(',').includes('cpuacct')) {
      const ns = read(`/sys/fs/cgroup/cpuacct${own}/cpuacct.usage`);
      if (ns !== undefined) return Number(ns) / 1e9;
    }
    if (controllers === '') {
      const stat = read(`/sys/fs/cgroup${before}/cpu.stat`);
      const us = /^usage_usec (\d+)/m.exec(stat ?? '')?.[1];
      if (us !== undefined) return Number(us) / 1e6;
    }
  }
  return undefined;
}

export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};
