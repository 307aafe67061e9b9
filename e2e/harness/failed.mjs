/** Reports the files in which a test failed, one a line, and nothing else. */
import { basename } from 'node:path';

export default async function* failed(events) {
  const names = new Set();
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file?.endsWith('.test.mjs'))
      names.add(basename(data.file, '.test.mjs'));
  }
  yield [...names].join('\n');
}
