/** What the server tells as it happens: reading its stream of events. */
import type { LampOfBay } from './types';

export type LiveBay = { id: string; state: string; since: string; sequence: number };

/** How a lamp stands: the last one counts. */
export type LiveLamp = LampOfBay & { site_id: string | null; space_id: string | null };

/** How bays stand, of one site or of all. */
export type LiveSnapshot = { as_of: string; sites: { id: string; bays: LiveBay[] }[] };
export type LiveChange = LiveBay & { site_id: string };
/** That something else changed: what, and nothing of what it is now. */
export type LiveHint = { kind: string; subject_type: string; subject_id: string };

export type LiveEvent =
  | { kind: 'snapshot'; id: string | null; data: LiveSnapshot }
  | { kind: 'change'; id: string | null; data: LiveChange }
  | { kind: 'lamp'; id: string | null; data: LiveLamp }
  | { kind: 'changed'; id: string | null; data: LiveHint }
  | { kind: 'heartbeat'; id: string | null; data: { as_of: string } }
  | { kind: 'bye'; id: string | null; data: { code: string } };

const KINDS = new Set(['snapshot', 'change', 'lamp', 'changed', 'heartbeat', 'bye']);

/** Takes the text of a stream piece by piece and gives the events that are whole. */
export function createEventReader(): (text: string) => LiveEvent[] {
  let unread = '';
  return (text) => {
    const blocks = (unread + text).split('\n\n');
    unread = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const event = readBlock(block);
      return event ? [event] : [];
    });
  };
}

/** A kind this page does not know comes from a newer server, and is nothing to it. */
function readBlock(block: string): LiveEvent | null {
  let kind = '';
  let id: string | null = null;
  let data = '';
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === 'event') kind = value;
    else if (name === 'id') id = value;
    else if (name === 'data') data = value;
  }
  if (!KINDS.has(kind)) return null;
  return { kind, id, data: JSON.parse(data) } as LiveEvent;
}

/** Each event of an answer, until it is over. */
export async function* eventsOf(response: Response): AsyncGenerator<LiveEvent> {
  const read = createEventReader();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield* read(value);
  }
}
