import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder, tooltips } from '@codemirror/view';
import { useLingui } from '@lingui/react/macro';
import { type RefObject, useEffect, useRef } from 'react';
import { colours } from '@/components/expression/colours';
import { completion } from '@/components/expression/completion';
import { replacing } from '@/components/expression/replacing';
import { signature } from '@/components/expression/signature';
import { theme } from '@/components/expression/theme';
import { fixOf, placed, wordAt } from '@/lib/expression/text';
import { type Vocabulary, type Word, wordsOf } from '@/lib/expression/words';
import type { ExpressionProblem } from '@/lib/queries/expressions';

export type EditorProps = {
  value: string;
  onChange: (value: string) => void;
  label: string;
  vocabulary: Vocabulary;
  problems: ExpressionProblem[];
  placeholder?: string | undefined;
  invalid?: boolean;
  autoFocus?: boolean;
  /** Ctrl-Enter. Without it the key goes on to the form around. */
  onSubmit?: (() => void) | undefined;
  /** F1, with the word at the cursor. */
  onHelp?: ((word: string) => void) | undefined;
};

/**
 * A CodeMirror in a shadow root: there its styles are constructed sheets, which the content security
 * policy allows, while in the page they would be inline ones, which it does not.
 */
export default function Editor(props: EditorProps) {
  const { value, problems, label, vocabulary, autoFocus } = props;
  const { t } = useLingui();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const now = useRef<Current>({ props, words: [], of: null, told: [] });
  now.current.props = props;
  if (now.current.of !== vocabulary) {
    now.current.of = vocabulary;
    now.current.words = wordsOf(vocabulary);
  }
  const phrases = {
    Completions: t`Completions`,
    Diagnostics: t`Errors`,
    'No diagnostics': t`No errors`,
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is read when it is needed
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: value,
        selection: { anchor: value.length },
        extensions: [extensions(now), EditorState.phrases.of(phrases)],
      }),
    });
    editor.current = view;
    if (autoFocus) view.focus();
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, [label]);
  useEffect(() => {
    const view = editor.current;
    const { told } = now.current;
    const echo = told.indexOf(value);
    // What was told before comes back late while one types on: it is no new text.
    now.current.told = echo < 0 ? [] : told.slice(echo + 1);
    if (view && echo < 0 && view.state.doc.toString() !== value) {
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: value },
        selection: { anchor: value.length },
        annotations: given.of(true),
      });
    }
  }, [value]);
  useEffect(() => {
    const view = editor.current;
    if (view) view.dispatch(setDiagnostics(view.state, diagnostics(view, problems, t`Replace`)));
  }, [problems, t]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new words colour the text anew
  useEffect(() => editor.current?.dispatch({}), [vocabulary]);
  return <div ref={host} data-editor />;
}

type Current = {
  props: EditorProps;
  words: Word[];
  of: Vocabulary | null;
  /** Texts that `onChange` was told and that have not come back as `value`. */
  told: string[];
};
type Now = RefObject<Current>;

/** Marks a text that came from outside, which nobody needs to be told. */
const given = Annotation.define<boolean>();

function extensions(now: Now): Extension {
  return [
    theme,
    history(),
    closeBrackets(),
    bracketMatching(),
    EditorView.lineWrapping,
    tooltips({ position: 'fixed' }),
    replacing,
    colours(() => now.current.words),
    completion(() => now.current.words),
    signature(() => now.current.props.vocabulary),
    placeholder(now.current.props.placeholder ?? ''),
    EditorView.contentAttributes.of(() => ({
      'aria-label': now.current.props.label,
      ...(now.current.props.invalid ? { 'aria-invalid': 'true' } : {}),
    })),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged || update.transactions.some((one) => one.annotation(given))) return;
      const text = update.state.doc.toString();
      now.current.told.push(text);
      now.current.props.onChange(text);
    }),
    keymap.of([
      { key: 'Mod-Enter', run: () => submit(now) },
      { key: 'F1', run: (view) => help(view, now), preventDefault: true },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
  ];
}

function submit(now: Now): boolean {
  now.current.props.onSubmit?.();
  return true;
}

function help(view: EditorView, now: Now): boolean {
  const word = wordAt(view.state.doc.toString(), view.state.selection.main.head);
  now.current.props.onHelp?.(word?.text ?? '');
  return true;
}

function diagnostics(
  view: EditorView,
  problems: ExpressionProblem[],
  replace: string,
): Diagnostic[] {
  const text = view.state.doc.toString();
  return problems.map((one) => {
    const { position, length } = placed(one, text);
    const fix = fixOf({ ...one, position, length }, text);
    return {
      from: position,
      to: Math.min(text.length, position + Math.max(1, length)),
      severity: 'error',
      message: `${one.message} ${one.suggestion}`,
      actions: fix
        ? [
            {
              name: `${replace}: ${fix.text}`,
              apply: (at) =>
                at.dispatch({ changes: { from: fix.from, to: fix.to, insert: fix.text } }),
            },
          ]
        : [],
    };
  });
}
