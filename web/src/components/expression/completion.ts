import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  insertBracket,
  pickedCompletion,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { wordAt } from '@/lib/expression/text';
import { fitting, type Word } from '@/lib/expression/words';

const ICONS = {
  function: 'function',
  field: 'property',
  series: 'variable',
  group: 'enum',
  feature: 'class',
};

/** What may stand here: functions with their signatures, fields, series, groups, own features. */
export function completion(words: () => Word[]): Extension {
  return autocompletion({
    icons: false,
    maxRenderedOptions: 60,
    activateOnTypingDelay: 30,
    override: [(context) => source(context, words())],
  });
}

function source(context: CompletionContext, words: Word[]): CompletionResult | null {
  const text = context.state.doc.toString();
  const word = wordAt(text, context.pos);
  if (!word && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  const typed = text.slice(from, context.pos);
  const options = fitting(words, typed).map((one) => option(one, typed.startsWith('$')));
  return options.length > 0 ? { from, options, filter: false } : null;
}

function option(word: Word, dollar: boolean): Completion {
  const text = dollar && word.kind === 'field' ? `$${word.text}` : word.text;
  return {
    label: text,
    detail: word.detail,
    type: ICONS[word.kind],
    info: () => describe(word),
    apply: (view, completion, from, to) => write(view, completion, from, to, word),
  };
}

/** Writes a word; a function with its brackets, and the cursor between them. */
function write(
  view: EditorView,
  completion: Completion,
  from: number,
  to: number,
  word: Word,
): void {
  const called = view.state.sliceDoc(to, to + 1) === '(';
  const inside = word.kind === 'function' && called ? 1 : 0;
  view.dispatch({
    changes: { from, to, insert: completion.label },
    selection: { anchor: from + completion.label.length + inside },
    annotations: pickedCompletion.of(completion),
    userEvent: 'input.complete',
  });
  // A bracket put in like a typed one is closed, and its end is typed over.
  const bracket = word.kind === 'function' && !called && insertBracket(view.state, '(');
  if (bracket) view.dispatch(bracket);
}

function describe(word: Word): HTMLElement {
  const box = document.createElement('div');
  const line = (text: string, className = '', tag: 'p' | 'code' = 'p'): void => {
    if (!text) return;
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    box.append(made);
  };
  line(word.of?.signature ?? '', '', 'code');
  line(word.info || word.detail);
  line(word.of?.nan_rule ?? '', 'note');
  return box;
}
