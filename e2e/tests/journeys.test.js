//! Owns the journeys: from the carrier mail in the mailbox to the message read and its attachments saved, through every way in,
//! in three engines. After each one in Chromium the browser must have nothing to complain about.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines } from '../drivers/all.js';
import { large, small } from '../fixtures/messages.js';
import { assertClean } from '../journeys/clean.js';
import { checkReading, signIn } from '../journeys/reading.js';
import * as ways from '../journeys/ways.js';
import { System } from '../system/system.js';

const JOURNEY = { timeout: 120_000 };
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 375, height: 812, phone: true };

/** Which ways each engine goes, with which message. The passcode budget allows five journeys for one message. */
const PLAN = [
  { engine: 'chromium', at: 'desktop size', view: DESKTOP, small: ['link', 'drop', 'paste'], large: ['handOver', 'drop'] },
  { engine: 'chromium', at: 'phone size', view: PHONE, small: ['link', 'drop', 'paste'], large: ['handOver', 'drop'] },
  { engine: 'firefox', at: 'desktop size', view: DESKTOP, small: ['link', 'choose'], large: ['handOver', 'choose'] },
  { engine: 'webkit', at: 'desktop size', view: DESKTOP, small: ['link', 'choose'], large: ['handOver', 'choose'] },
];
const NAMES = { link: 'by the link', handOver: 'by hand-over', drop: 'as a dropped file', choose: 'as a chosen file', paste: 'pasted' };

let system;
const sent = { small: [], large: [] };
before(async () => {
  system = await System.start();
  // One message for every two plans: no budget of passcodes is touched, and sealing 30 MB is not done for each journey.
  for (const _ of [0, 1, 2, 3]) sent.small.push(await sendFixture(small));
  for (const _ of [0, 1]) sent.large.push(await sendFixture(large));
}, { timeout: 180_000 });
after(() => system?.stop());

async function sendFixture(make) {
  const fixture = await make();
  const mail = await system.send(fixture);
  return { fixture, saved: mail.page };
}

for (const [index, plan] of PLAN.entries()) {
  describe(`${plan.engine} at ${plan.at}`, () => {
    let browser;
    before(async () => { browser = await engines[plan.engine](); }, { timeout: 60_000 });
    after(() => browser?.close());

    for (const size of ['small', 'large']) {
      for (const way of plan[size]) {
        test(`a message of ${size === 'small' ? '1 KB' : '30 MB'} ${NAMES[way]}`, JOURNEY, async (t) => {
          t.diagnostic(`${browser.engine} ${browser.version}`);
          const { fixture, saved } = size === 'small' ? sent.small[index] : sent.large[index >> 1];
          const page = await browser.newPage(plan.view);
          try {
            const app = await ways[way](page, { saved, origin: system.origin });
            const { prefilled } = await signIn(system, app, fixture.to);
            assert.equal(prefilled, fixture.to, 'the hint in the page fills in the address');
            await checkReading(app, fixture);
            if (page.log) assertClean(page.log, system.origin);
          } finally {
            await page.closeContext();
          }
        });
      }
    }
  });
}
