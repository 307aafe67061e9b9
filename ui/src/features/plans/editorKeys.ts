/** The canvas from the keyboard. */
import type { KeyboardEvent } from 'react';
import { centreOfBox, outlineOf } from '@/components/plan/geometry';
import type { Viewport } from '@/components/plan/viewport';
import { BAY } from './bayDraft';
import type { Editor } from './useEditor';
import type { Tool } from './usePointer';

const arrows: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR = 10;
const PAN_PIXELS = 60;

type Options = {
  editor: Editor;
  viewport: Viewport;
  isReadOnly: boolean;
  tool: Tool;
  setTool: (tool: Tool) => void;
  toggleSnap: () => void;
};

export function editorKeys(options: Options) {
  const { editor, viewport, isReadOnly, tool, setTool, toggleSnap } = options;

  function arrow(event: KeyboardEvent, [x, y]: readonly [number, number]) {
    const steps = event.shiftKey ? FAR : 1;
    if (editor.selected.size === 0 || isReadOnly) {
      const pixels = PAN_PIXELS * viewport.unitsPerPixel;
      viewport.panBy(x * pixels, y * pixels);
    } else if (event.altKey) editor.grow(x * steps, y * steps, 'grow');
    else editor.move(x * steps, y * steps, 'nudge');
  }

  /** From one bay to the next, in the order in which they are listed. */
  function walk(by: 1 | -1) {
    const keys = editor.drawing.map(({ key }) => key);
    const at = keys.findIndex((key) => editor.selected.has(key));
    const next = keys[(at + by + keys.length) % keys.length];
    if (next !== undefined) editor.select([next]);
  }

  const looking: Record<string, () => void> = {
    '+': viewport.zoomIn,
    '=': viewport.zoomIn,
    '-': viewport.zoomOut,
    '0': viewport.fit,
    n: () => walk(1),
    p: () => walk(-1),
    h: () => setTool('pan'),
    v: () => setTool('select'),
    Escape: () => {
      setTool('select');
      editor.select([]);
    },
  };
  const drawing: Record<string, () => void> = {
    r: () => setTool('rectangle'),
    q: () => setTool('corners'),
    s: toggleSnap,
    '[': () => editor.turn(-15, 'turn'),
    ']': () => editor.turn(15, 'turn'),
    '{': () => editor.turn(-1, 'turn'),
    '}': () => editor.turn(1, 'turn'),
    Delete: editor.erase,
    Backspace: editor.erase,
    Enter: () => {
      // Without a pointer a bay comes into the middle of what one sees.
      if (tool === 'select' || tool === 'pan') return;
      editor.add([outlineOf({ ...BAY, centre: centreOfBox(viewport.box), angle: 0 })]);
      setTool('select');
    },
  };

  return (event: KeyboardEvent<SVGSVGElement>) => {
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== 'a') return;
      event.preventDefault();
      editor.selectAll();
      return;
    }
    const direction = arrows[event.key];
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const deed = looking[name] ?? (isReadOnly ? undefined : drawing[name]);
    if (direction) arrow(event, direction);
    else if (deed) deed();
    else return;
    event.preventDefault();
  };
}
