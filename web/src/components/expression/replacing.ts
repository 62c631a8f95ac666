import { EditorView } from '@codemirror/view';

/**
 * Writes over a selection itself. The browser would keep the look of what was there as an inline style,
 * which the content security policy refuses aloud.
 */
export const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const range = event.inputType === 'insertText' && !view.composing && selected(view);
    const insert = event.data;
    if (!range || !insert) return false;
    const [from, to] = range;
    const change = () =>
      view.state.update({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    const handled = view.state
      .facet(EditorView.inputHandler)
      .some((handle) => handle(view, from, to, insert, change));
    if (!handled) view.dispatch(change());
    return true;
  },
});

/** What the browser has selected, which the editor may not have heard of yet. */
function selected(view: EditorView): [number, number] | null {
  const root = view.root as Document;
  const selection = root.getSelection ? root.getSelection() : document.getSelection();
  const { anchorNode, focusNode, anchorOffset, focusOffset } = selection ?? {};
  if (!anchorNode || !focusNode || anchorOffset === undefined || focusOffset === undefined)
    return null;
  if (!view.contentDOM.contains(anchorNode) || !view.contentDOM.contains(focusNode)) return null;
  const ends = [view.posAtDOM(anchorNode, anchorOffset), view.posAtDOM(focusNode, focusOffset)];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  return from < to ? [from, to] : null;
}
