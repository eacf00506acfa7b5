//! Owns how the tests look into the portal's database file. Python brings SQLite with it, Node 20 does not.

import { run } from '../process.js';

const PROGRAM = `
import json, sqlite3, sys
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=10)
tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
print(json.dumps({table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}))
`;

/**
 * How many rows each table has.
 * @param {import('../scratch.js').Scratch} scratch
 * @returns {Promise<Record<string, number>>}
 */
export async function rowCounts(scratch) {
  return JSON.parse(await run('python3', ['-c', PROGRAM, scratch.path('sealpost.db')]));
}
