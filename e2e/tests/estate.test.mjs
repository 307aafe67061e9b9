/** A car park comes into being, loses a few bays for a while, and shows a viewer everything and lets them change nothing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estate, register } from '../harness/estate.mjs';
import { refuses } from '../harness/refusals.mjs';
import { en } from '../harness/texts.mjs';
import { escape, fillLogin, follow, signIn, undo } from '../harness/visitor.mjs';
import { PASSWORD, withPages } from '../harness/world.mjs';

const OWNER = { name: 'Quinn Adeyemi', email: 'quinn@quay.test', password: PASSWORD };
const SITE = 'Quay Street';
const dialog = (page, name) => page.getByRole('dialog', { name });

/** From a list that opens over the page, by its words. */
async function choose(page, field, option) {
  await field.click();
  await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click();
}

async function createSite(page, watch) {
  await follow(page, 'nav.sites');
  await page.getByRole('button', { name: en('sites.create') }).click();
  const form = dialog(page, en('sites.create'));
  await form.getByLabel(en('fields.name'), { exact: true }).fill(SITE);
  const zone = form.getByLabel(en('sites.timezone'));
  await zone.fill('zurich');
  await zone.press('Enter');
  // What the server cannot read stands beside its field, and nothing is lost.
  await form.getByLabel(en('sites.openingHours')).fill('from nine to five');
  watch.allow(/\/api\/v6\/sites$/);
  await form.getByRole('button', { name: en('sites.createSubmit') }).click();
  await form.getByText(en('errors.fields.hoursSyntax', { n: 3 })).waitFor();
  await form.getByLabel(en('sites.openingHours')).fill('Mo-Fr 07:00-22:00');
  await form.getByRole('button', { name: en('sites.createSubmit') }).click();
  await page.getByRole('heading', { level: 1, name: SITE }).waitFor();
  await page.getByText(/Europe\/Zurich \(UTC\+[12]\)/).waitFor();
}

async function createLevels(page) {
  await page.getByRole('link', { name: en('sites.levelsAndZones') }).click();
  for (const name of ['Level -1', 'Street']) {
    await page.getByLabel(en('parts.levelName')).fill(name);
    await page.getByRole('button', { name: en('parts.addLevel') }).click();
    await page.getByRole('listitem').filter({ hasText: name }).waitFor();
  }
  await page.getByRole('button', { name: en('parts.down', { name: 'Level -1' }) }).click();
  const names = () => page.getByRole('listitem').filter({ hasText: /bays/ }).allInnerTexts();
  await page.waitForFunction(() =>
    document.querySelector('main ul li')?.textContent?.startsWith('Street'),
  );
  assert.match((await names())[0], /^Street/);
}

async function createBays(page) {
  await page
    .getByRole('link', { name: en('sites.spaces'), exact: true })
    .last()
    .click();
  await page
    .getByRole('button', { name: en('spaces.createMany') })
    .first()
    .click();
  const form = dialog(page, en('spaces.createMany'));
  await form.getByLabel(en('spaces.pattern')).fill('B-01…B-24');
  await form.getByText('24 bays: B-01 to B-24').waitFor();
  await choose(page, form.getByLabel(en('spaces.level')), 'Level -1');
  await form.getByRole('button', { name: 'Create 24 bays' }).click();
  await page.getByText('24 bays are created.').waitFor();
  await form.waitFor({ state: 'hidden' });
  await page.getByText(en('table.count_other', { formatted: 24 })).waitFor();
}

async function bulkEdit(page) {
  for (const code of ['B-01', 'B-02', 'B-03']) {
    await page.getByRole('checkbox', { name: en('table.select', { name: code }) }).check();
  }
  const bar = page.getByRole('region', { name: en('table.selection') });
  await bar.getByRole('button', { name: en('common.edit') }).click();
  const form = dialog(page, 'Edit 3 bays');
  await choose(page, form.getByLabel(en('spaces.kind')), en('bays.kinds.disabled'));
  await form.getByRole('button', { name: en('common.save') }).click();
  await page.getByText('3 bays are saved.').waitFor();
  await bar.waitFor({ state: 'hidden' });
  await choose(
    page,
    page.getByRole('combobox', { name: en('spaces.filterKind') }),
    en('bays.kinds.disabled'),
  );
  await page.getByText(en('table.count_other', { formatted: 3 })).waitFor();
  assert.match(page.url(), /kind=disabled/);
}

async function overrideAndPutBack(page) {
  await page.getByRole('button', { name: en('spaces.open', { code: 'B-02' }) }).click();
  const bay = dialog(page, 'Bay B-02');
  await bay.getByRole('button', { name: en('spaces.takeOut') }).click();
  const form = dialog(page, en('spaces.takeOutTitle', { code: 'B-02' }));
  await form.getByText('Europe/Zurich').waitFor();
  await form.getByLabel(en('spaces.reason')).fill('The lamp hangs loose');
  await form.getByRole('button', { name: en('spaces.takeOut') }).click();
  await form.waitFor({ state: 'hidden' });
  await bay.getByText(en('bays.states.maintenance')).first().waitFor();
  await bay.getByText('The lamp hangs loose').waitFor();
  await bay.getByText(en('spaces.causes.out_of_service'), { exact: true }).waitFor();
  await bay.getByRole('button', { name: en('spaces.putBack') }).click();
  const question = dialog(page, en('spaces.putBackTitle', { code: 'B-02' }));
  await question.getByRole('button', { name: en('spaces.putBack') }).click();
  await page.getByText(en('spaces.putBackDone', { code: 'B-02' })).waitFor();
  await bay.getByText(en('spaces.noOverrides')).waitFor();
  // Escape is for what lies on top, also while it still fades.
  await question.waitFor({ state: 'hidden' });
  await escape(page, bay);
}

async function deleteAndUndo(page) {
  await page.getByRole('checkbox', { name: en('table.selectAll') }).check();
  const bar = page.getByRole('region', { name: en('table.selection') });
  await bar.getByRole('button', { name: en('common.delete') }).click();
  await dialog(page, 'Delete 3 bays?')
    .getByRole('button', { name: en('common.delete') })
    .click();
  await page.getByText('3 bays are deleted.').waitFor();
  await undo(page, page.getByText(en('table.noHits')).waitFor());
  await page.getByText(en('common.undone')).waitFor();
  await page.getByText(en('table.count_other', { formatted: 3 })).waitFor();
}

/** The start page leads to the first site, and from then on says how things stand. */
async function startsWithASite(page) {
  await page.getByRole('link', { name: en('home.steps.site.title') }).click();
  await dialog(page, en('sites.create')).waitFor();
  await escape(page, dialog(page, en('sites.create')));
}

async function seesHowThingsStand(page) {
  await follow(page, 'nav.home');
  const figures = page.getByRole('region', { name: en('dashboard.figures') });
  await figures.getByText(en('dashboard.tiles.free', { total: 24 })).waitFor();
  const occupancy = page.getByRole('region', { name: en('dashboard.occupancy') });
  assert.match(await occupancy.getByRole('listitem').first().innerText(), /Quay Street[\s\S]*24/);
  const recent = page.getByRole('region', { name: en('dashboard.recent.title') });
  await recent.getByText(/Bay created.*24 times/).waitFor();
  await recent.getByText(`${en('audit.actions.space.released')}: B-02`).waitFor();
  await occupancy.getByRole('link', { name: SITE }).click();
  await page.getByRole('heading', { level: 1, name: SITE }).waitFor();
}

describe('a car park', () => {
  test('is opened, filled, repaired and thought over by its owner', () =>
    withPages(async (visit) => {
      await register(OWNER, 'Quay Parking');
      const { page, watch } = await visit();
      await signIn(page, OWNER);
      await startsWithASite(page);
      await createSite(page, watch);
      await createLevels(page);
      await createBays(page);
      await bulkEdit(page);
      await overrideAndPutBack(page);
      await deleteAndUndo(page);
      await seesHowThingsStand(page);
    }));

  test('shows a viewer everything and why nothing can be changed', () =>
    withPages(async (visit) => {
      const { viewer, full } = await estate();
      const { page } = await visit();
      await page.goto('/sites');
      await fillLogin(page, viewer);
      const refused = (button) =>
        refuses(page, button, /Only (operators, )?administrators and owners/);
      await refused(page.getByRole('button', { name: en('sites.create') }));
      await page
        .getByRole('button', { name: en('sites.actionsFor', { name: full.site.name }) })
        .click();
      for (const item of await page.getByRole('menuitem').all()) {
        assert.equal(await item.getAttribute('aria-disabled'), 'true');
        assert.match(await item.innerText(), new RegExp(en('estate.adminsOnly')));
      }
      await page.keyboard.press('Escape');
      // A link to the form leads to the list.
      await page.goto('/sites?create=1');
      await page.getByRole('table', { name: en('sites.title') }).waitFor();
      assert.equal(await page.getByRole('dialog').count(), 0);
      await page.goto(`/sites/${full.site.id}/levels`);
      await refused(page.getByRole('button', { name: en('parts.addLevel') }));
      await refused(page.getByRole('button', { name: en('parts.rename', { name: 'Street' }) }));
      await page.goto('/bays');
      await refused(page.getByRole('button', { name: en('spaces.createOne') }));
      await refused(page.getByRole('button', { name: en('spaces.createMany') }));
      await page.goto(`/bays?bay=${full.site.bay.id}`);
      const takeOut = page.getByRole('dialog').getByRole('button', { name: en('spaces.takeOut') });
      assert.equal(await takeOut.getAttribute('aria-disabled'), 'true');
    }));
});
