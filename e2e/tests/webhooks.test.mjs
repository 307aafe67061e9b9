/** A webhook from its first test to a message that is sent again; the receiver is a program of its own. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { estate } from '../harness/estate.mjs';
import { en } from '../harness/texts.mjs';
import { escape, follow, signIn } from '../harness/visitor.mjs';
import { withPages } from '../harness/world.mjs';

/** A receiver that answers as it is told and keeps what it got. */
async function openReceiver() {
  const receiver = { status: 200, got: [] };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      receiver.got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(receiver.status).end(`I say ${receiver.status}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${server.address().port}/hook`;
  receiver.close = () => server.close();
  return receiver;
}

function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const good = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return headers['webhook-signature'].split(' ').includes(good);
}

async function until(condition) {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen within 15 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a webhook is made, tried, told of a site, fails, and sends again', () =>
  withPages(async (visit) => {
    const { full } = await estate();
    const receiver = await openReceiver();
    try {
      const { page } = await visit();
      await signIn(page, full.owner);
      await follow(page, 'nav.webhooks');
      await page
        .getByRole('button', { name: en('webhooks.create') })
        .first()
        .click();
      const form = page.getByRole('dialog', { name: en('webhooks.create') });
      await form.getByLabel(en('fields.name')).fill('Receiver of the test');
      await form.getByLabel(en('webhooks.url')).fill(receiver.url);
      await form.getByRole('button', { name: en('webhooks.createSubmit') }).click();
      await form.getByText(en('webhooks.eventsMissing')).waitFor();
      await form.getByRole('checkbox', { name: 'site.*' }).check();
      await form.getByRole('button', { name: en('webhooks.createSubmit') }).click();
      const secret = await page.getByRole('status', { name: en('webhooks.secret') }).innerText();
      assert.match(secret, /^whsec_/);
      await page.getByRole('checkbox', { name: en('secret.kept') }).check();
      await page.getByRole('button', { name: en('secret.close') }).click();

      await page.getByRole('link', { name: 'Receiver of the test' }).click();
      await page.getByRole('button', { name: en('webhooks.test') }).click();
      const drawer = page.getByRole('dialog');
      await drawer.getByText(en('webhooks.taken', { status: 200 })).waitFor();
      await drawer.getByText('I say 200').waitFor();
      assert.equal(JSON.parse(receiver.got[0].body).type, 'webhook.test');
      assert.ok(isSigned(receiver.got[0], secret));
      await escape(page, drawer);

      // What happens elsewhere arrives by itself; what is not taken says so and can be sent again.
      receiver.status = 503;
      const site = await full.api.post('/api/v6/sites', { name: 'Told of', timezone: 'UTC' });
      await until(() => receiver.got.length > 1);
      const [, told] = receiver.got;
      assert.equal(JSON.parse(told.body).data.subject_id, site.id);
      assert.ok(isSigned(told, secret));
      await page.reload();
      await page
        .getByText(en('webhooks.troubles.refused', { status: 503 }))
        .first()
        .waitFor();
      receiver.status = 200;
      await page.getByRole('button', { name: 'site.created' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: en('webhooks.replay') })
        .click();
      await page
        .getByRole('dialog')
        .getByText(en('webhooks.taken', { status: 200 }))
        .waitFor();
      assert.equal(receiver.got.at(-1).headers['webhook-id'], told.headers['webhook-id']);
      await full.api.delete(`/api/v6/sites/${site.id}`);
      await until(() => receiver.got.some(({ body }) => body.includes('site.deleted')));
    } finally {
      receiver.close();
    }
  }));

test('who may not manage webhooks is told so', () =>
  withPages(async (visit) => {
    const { viewer } = await estate();
    const { page } = await visit();
    await signIn(page, viewer);
    assert.equal(await page.getByRole('link', { name: en('nav.webhooks') }).count(), 0);
    await page.goto('/webhooks');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByRole('button', { name: en('webhooks.create') }).count(), 0);
  }));
