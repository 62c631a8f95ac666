import { RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { tokens } from '@/lib/expression/text';
import type { Word } from '@/lib/expression/words';

const PLAIN = new Set(['call', 'number', 'text', 'operator', 'bracket']);
const MARKS = new Map<string, Decoration>();

function mark(name: string): Decoration {
  const made = MARKS.get(name) ?? Decoration.mark({ class: `cm-${name}` });
  MARKS.set(name, made);
  return made;
}

function colour(view: EditorView, words: Word[]): DecorationSet {
  const kinds = new Map(words.map((word) => [word.text, word.kind]));
  const builder = new RangeSetBuilder<Decoration>();
  for (const { kind, from, to, text } of tokens(view.state.doc.toString())) {
    const name = PLAIN.has(kind) ? kind : kind === 'word' && kinds.get(text.replace(/^\$/, ''));
    if (name && name !== 'function') builder.add(from, to, mark(name));
  }
  return builder.finish();
}

/** Colours by what each word is. An expression is short: all of it is looked at after each change. */
export const colours = (words: () => Word[]) =>
  ViewPlugin.define(
    (view) => ({
      decorations: colour(view, words()),
      known: words(),
      update(update: ViewUpdate) {
        if (!update.docChanged && this.known === words()) return;
        this.known = words();
        this.decorations = colour(update.view, this.known);
      },
    }),
    { decorations: (plugin) => plugin.decorations },
  );
