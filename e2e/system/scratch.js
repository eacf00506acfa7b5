//! Owns the temporary folder of a run and everything to be undone when the run ends, in reverse order.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Scratch {
  #undo = [];

  constructor(folder) {
    this.folder = folder;
  }

  static async create() {
    const scratch = new Scratch(await mkdtemp(join(tmpdir(), 'sealpost-e2e-')));
    if (!process.env.SEALPOST_KEEP) scratch.defer(() => rm(scratch.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    return scratch;
  }

  /** @param {...string} parts */
  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** @param {() => unknown} undo */
  defer(undo) {
    this.#undo.push(undo);
  }

  async dispose() {
    const errors = [];
    for (const undo of this.#undo.reverse().splice(0)) {
      await Promise.resolve().then(undo).catch((error) => errors.push(error));
    }
    if (errors.length > 0) throw new AggregateError(errors, 'the run could not be cleaned up');
  }
}
