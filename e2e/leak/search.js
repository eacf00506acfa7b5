//! Owns the search for secrets in what left the browser and the sealer: requests, database files, logs.

import { formsOf } from './forms.js';

/**
 * @param {{name: string, bytes: Buffer}[]} haystacks
 * @param {Record<string, Buffer>} needles by name
 * @returns {{needle: string, form: string, haystack: string, offset: number}[]} every find
 */
export function search(haystacks, needles) {
  const finds = [];
  for (const [needle, bytes] of Object.entries(needles)) {
    for (const [form, pattern] of Object.entries(formsOf(bytes))) {
      for (const haystack of haystacks) {
        const offset = haystack.bytes.indexOf(pattern);
        if (offset >= 0) finds.push({ needle, form, haystack: haystack.name, offset });
      }
    }
  }
  return finds;
}
