//! Owns how a target is found inside a page: by CSS, or by role and accessible name. Runs in the page.

/**
 * Turns a target into something that can be sent to a page.
 * @param {import('./interface.js').Target} target
 */
export function toWire(target) {
  if (typeof target === 'string') return { css: target };
  const { role, name } = target;
  if (name instanceof RegExp) return { role, pattern: name.source, flags: name.flags };
  return { role, name: name ?? null };
}

/** How a target is named in an error. */
export function describe(target) {
  return typeof target === 'string' ? target : `${target.role} ${target.name ?? ''}`.trim();
}

/**
 * The first visible element that fits, or null. Self-contained: it is sent to the page as source.
 * A file field counts although it is hidden, as a styled label usually stands for it.
 */
export function locate(wire) {
  const visible = (element) => {
    if (element.matches('input[type=file]')) return true;
    // What is inside closed details still has boxes in Chromium, so boxes alone say nothing.
    return element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  };
  const clean = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
  if (wire.css !== undefined) {
    return [...document.querySelectorAll(wire.css)].find(visible) ?? null;
  }
  const byRole = {
    button: 'button, input[type=submit], input[type=button], summary, [role=button]',
    heading: 'h1, h2, h3, h4, h5, h6, [role=heading]',
    link: 'a[href], [role=link]',
    textbox: 'input:not([type=file], [type=checkbox], [type=radio], [type=submit], [type=button]), textarea, [role=textbox]',
    list: 'ul, ol, [role=list]',
    listitem: 'li, [role=listitem]',
    progressbar: 'progress, [role=progressbar]',
    status: 'output, [role=status]',
    main: 'main, [role=main]',
  };
  const nameOf = (element) => {
    const label = element.getAttribute('aria-label');
    if (label) return clean(label);
    const ids = element.getAttribute('aria-labelledby');
    if (ids) return clean(ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' '));
    if (element.labels?.length) return clean([...element.labels].map((each) => each.textContent).join(' '));
    return clean(element.innerText || element.textContent || element.alt || element.placeholder || element.title || element.value);
  };
  const fits = (name) => {
    if (wire.pattern !== undefined) return new RegExp(wire.pattern, wire.flags).test(name);
    return wire.name === null || name === wire.name;
  };
  const all = document.querySelectorAll(byRole[wire.role] ?? `[role=${wire.role}]`);
  return [...all].find((element) => visible(element) && fits(nameOf(element))) ?? null;
}
