//! Owns what every driver offers, as types; there is no code here.

/**
 * A CSS selector, or an accessible role and name. A string name must be the whole name; a RegExp may match a part.
 * @typedef {string | {role: string, name?: string | RegExp}} Target
 */

/**
 * @typedef {object} PageOptions
 * @property {number} [width]   CSS pixels; 1280 unless told
 * @property {number} [height]  CSS pixels; 800 unless told
 * @property {boolean} [phone]  emulate a phone: touch, mobile viewport (Chromium)
 * @property {boolean} [dark]   prefer dark colours (Chromium)
 * @property {boolean} [noScript] switch JavaScript off (Chromium)
 * @property {() => void} [init] runs in every new document before its scripts (Chromium, Firefox)
 */

/**
 * @typedef {object} Browser
 * @property {string} engine  `chromium`, `firefox` or `webkit`
 * @property {string} version as the browser tells it
 * @property {(options?: PageOptions) => Promise<Page>} newPage  a tab in a profile of its own where the engine has contexts
 * @property {() => Promise<void>} close  ends every process the driver started
 */

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} open
 * @property {() => Promise<void>} reload
 * @property {() => Promise<void>} back
 * @property {() => Promise<string>} url
 * @property {(target: Target, options?: {timeout?: number}) => Promise<void>} click  a trusted click (a tap on a phone)
 * @property {(target: Target, text: string) => Promise<void>} fill  replaces the field's value by typing
 * @property {(target: Target) => Promise<string>} text  visible text
 * @property {(target: Target, options?: {timeout?: number}) => Promise<void>} waitFor  until it is visible
 * @property {(fn: Function, args?: unknown[], options?: {timeout?: number}) => Promise<unknown>} waitUntil  until `fn(...args)`, a JSON value, is truthy in the page
 * @property {(target: Target, file: string) => Promise<void>} chooseFile  on an `input[type=file]`
 * @property {(fn: Function, ...args: unknown[]) => Promise<unknown>} evaluate  in the page
 * @property {(fn: Function, ...args: unknown[]) => Promise<unknown>} evaluateInFrame  in the page's first child frame
 * @property {(action: () => Promise<unknown>) => Promise<Page>} popup  the page that `action` opens
 * @property {(action: () => Promise<unknown>) => Promise<string>} download  the path of the file that `action` saves
 * @property {(file: string) => Promise<void>} screenshot  PNG of what is visible
 * @property {() => Promise<void>} close
 * @property {(target: Target, file: string) => Promise<void>} [dropFile]  real drag events (Chromium)
 * @property {(target: Target, text: string) => Promise<void>} [paste]  a trusted paste (Chromium)
 */

export {};
