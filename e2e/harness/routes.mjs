/** The addresses of the UI, read from its own route table: a new one is swept without being named here. */
import { readFileSync } from 'node:fs';

const source = readFileSync(new URL('../../ui/src/app/routes.tsx', import.meta.url), 'utf8');

/**
 * @typedef {{ path: string, guard: 'anonymous' | 'indifferent' | 'session', permission: string | null }} Route
 */

/** Walks the table by its brackets; what it does not understand is an error, not a gap. */
function parse() {
  const table = source.slice(source.indexOf('export const routes'));
  const tokens =
    /<(AnonymousOnly|SessionIndifferent|RequireSession) \/>|guarded\(\s*'([^']+)'|page\(\s*'([^']+)'|\bpath: '([^']+)'|index: true|[[\](){}]/g;
  const routes = [];
  /** @type {{ guard?: string, permission?: string, path?: string }[]} */
  const stack = [{}];
  const here = (name) => stack.findLast((level) => level[name] !== undefined)?.[name];
  const found = (own) => {
    const parent = here('path') ?? '';
    const path = own.startsWith('/') || !parent ? own : `${parent}/${own}`;
    const guard = here('guard');
    if (!guard) throw new Error(`routes.tsx: ${path} stands behind no guard this parser knows`);
    routes.push({ path, guard, permission: here('permission') ?? null });
  };
  const guards = {
    AnonymousOnly: 'anonymous',
    SessionIndifferent: 'indifferent',
    RequireSession: 'session',
  };
  for (const [whole, guard, permission, page, path] of table.matchAll(tokens)) {
    if (guard) stack.at(-1).guard = guards[guard];
    else if (permission) stack.push({ permission });
    else if (page) {
      found(page);
      stack.push({});
    } else if (path) stack.at(-1).path = path;
    else if (whole === 'index: true') found(here('path'));
    else if ('[({'.includes(whole)) stack.push({});
    else stack.pop();
  }
  return routes;
}

/** @type {Route[]} */
export const routes = parse();

/** How many pages the table loads, counted in another way, so that the parser cannot skip one. */
export const pagesLoaded = [...source.matchAll(/import\('(.+?)'\)/g)]
  .map(([, module]) => module)
  .filter((module) => !/LayoutPage$/.test(module)).length;
