import { EditorView } from '@codemirror/view';

/**
 * Writes over a selection itself. The browser would keep the look of what was there as an inline style,
 * which the content security policy refuses aloud.
 */
export const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const [range] = event.getTargetRanges();
    if (event.inputType !== 'insertText' || !event.data || !range || view.composing) return false;
    if (!view.contentDOM.contains(range.startContainer)) return false;
    const from = view.posAtDOM(range.startContainer, range.startOffset);
    const to = view.posAtDOM(range.endContainer, range.endOffset);
    if (from >= to) return false;
    const insert = event.data;
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
