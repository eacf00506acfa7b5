//! Owns the shapes in which a secret could leave: raw, base64 and base64url at the three alignments, hex, percent-encoding,
//! UTF-16, and the list of decimal numbers as which JSON writes bytes.

/** A shorter needle would be found by chance. */
export const MIN_NEEDLE = 8;

/**
 * @param {Buffer} needle
 * @returns {Record<string, Buffer>} by the form's name
 */
export function formsOf(needle) {
  if (needle.length < MIN_NEEDLE) throw new RangeError(`a needle of ${needle.length} bytes`);
  const forms = { raw: needle };
  for (const alignment of [0, 1, 2]) {
    const base64 = aligned(needle, alignment);
    forms[`base64+${alignment}`] = Buffer.from(base64);
    forms[`base64url+${alignment}`] = Buffer.from(base64.replaceAll('+', '-').replaceAll('/', '_'));
  }
  const hex = needle.toString('hex');
  forms['hex'] = Buffer.from(hex);
  forms['HEX'] = Buffer.from(hex.toUpperCase());
  forms['percent, every byte'] = Buffer.from(hex.replace(/../g, '%$&'));
  forms['PERCENT, every byte'] = Buffer.from(hex.toUpperCase().replace(/../g, '%$&'));
  forms['percent, where needed'] = Buffer.from(percent(needle, (code) => code));
  forms['PERCENT, where needed'] = Buffer.from(percent(needle, (code) => code.toUpperCase()));
  forms['utf-16le'] = utf16(needle);
  forms['utf-16be'] = Buffer.from(utf16(needle)).swap16();
  forms['decimal list'] = Buffer.from([...needle].join(','));
  forms['decimal list, spaced'] = Buffer.from([...needle].join(', '));
  return forms;
}

/** The characters that depend on the needle alone when `alignment` other bytes stand before it and any after it. */
function aligned(needle, alignment) {
  const base64 = Buffer.concat([Buffer.alloc(alignment), needle]).toString('base64').replaceAll('=', '');
  const first = Math.ceil((alignment * 8) / 6);
  const last = Math.floor(((alignment + needle.length) * 8) / 6);
  return base64.slice(first, last);
}

/** RFC 3986: everything but unreserved characters. */
function percent(needle, spelling) {
  return [...needle].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character) ? character : `%${spelling(byte.toString(16).padStart(2, '0'))}`;
  }).join('');
}

/** Text is widened by character, other bytes one by one (as a binary string would be). */
function utf16(needle) {
  const text = needle.toString('utf8');
  return Buffer.from(Buffer.from(text).equals(needle) ? text : needle.toString('latin1'), 'utf16le');
}
