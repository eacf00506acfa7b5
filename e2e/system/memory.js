//! Owns how much memory a browser's renderers hold, from /proc (Linux).

import { readFile, readdir } from 'node:fs/promises';

/** Bytes resident in all renderer processes under `root`, together. */
export async function rendererMemory(root) {
  const processes = await table();
  const mine = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, { parent }] of processes) {
      if (mine.has(parent) && !mine.has(pid)) grown = Boolean(mine.add(pid));
    }
  }
  let total = 0;
  for (const pid of mine) {
    if (processes.get(pid)?.command.includes('--type=renderer')) total += await resident(pid);
  }
  return total;
}

async function table() {
  const processes = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8');
      const command = await readFile(`/proc/${name}/cmdline`, 'utf8');
      // The name in parentheses may hold anything; the fields after it do not.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      processes.set(Number(name), { parent, command });
    } catch {
      // It ended while we looked.
    }
  }
  return processes;
}

async function resident(pid) {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(status.match(/^VmRSS:\s+(\d+) kB/m)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
