//! Owns child processes: started with their output kept, awaited by what they print, stopped by their own handle.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** Top of the checkout. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

const STOP_AFTER = 5_000;

/**
 * Path of one of the workspace's binaries: from the environment, or the debug build.
 * @param {'sealpost-portal' | 'sealpost' | 'xtask'} name
 */
export function binary(name) {
  const variable = { 'sealpost-portal': 'SEALPOST_PORTAL_BIN', sealpost: 'SEALPOST_BIN', xtask: 'SEALPOST_XTASK_BIN' }[name];
  const path = process.env[variable] ?? join(CHECKOUT, 'target', 'debug', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run cargo build, or set ${variable}`);
  return path;
}

/** A server that runs until it is stopped. */
export class Service {
  #child;
  /** Everything it wrote to standard output and standard error. */
  output = '';

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {{cwd?: string, env?: Record<string, string>}} [options]
   */
  constructor(command, args, { cwd, env } = {}) {
    this.name = command.split('/').at(-1);
    this.#child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
    this.#child.on('error', (error) => (this.output += String(error)));
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Waits until the output matches.
   * @param {RegExp} pattern
   * @returns {Promise<RegExpMatchArray>}
   */
  async says(pattern, timeout = 20_000) {
    const end = Date.now() + timeout;
    for (;;) {
      const found = this.output.match(pattern);
      if (found) return found;
      if (!this.running) throw new Error(`${this.name} ended: ${this.output.slice(-2000)}`);
      if (Date.now() > end) throw new Error(`${this.name} did not say ${pattern}: ${this.output.slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(signal = 'SIGTERM') {
    if (!this.running) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_AFTER);
    await exit;
    clearTimeout(late);
  }
}

/**
 * Runs a command to its end; `input` goes to its standard input.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string>, input?: string | Buffer, timeout?: number}} [options]
 * @returns {Promise<{code: number | null, stdout: string, stderr: string}>}
 */
export async function attempt(command, args, { cwd, env, input, timeout = 60_000 } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'], timeout });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  child.stdin.on('error', () => {}); // a command that does not read its input closes the pipe
  child.stdin.end(input ?? '');
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** As `attempt`, but an exit code other than 0 is an error. */
export async function run(command, args, options) {
  const done = await attempt(command, args, options);
  if (done.code !== 0) {
    throw new Error(`${command.split('/').at(-1)} ${args[0]} ended with ${done.code}: ${done.stderr}${done.stdout}`);
  }
  return done.stdout;
}
