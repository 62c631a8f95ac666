import { completionStatus } from '@codemirror/autocomplete';
import { type EditorState, type Extension, StateField } from '@codemirror/state';
import { showTooltip, type Tooltip } from '@codemirror/view';
import { callAt } from '@/lib/expression/text';
import { functionNamed, signatureParts, type Vocabulary } from '@/lib/expression/words';

/** The signature of the call around the cursor, with the argument that is being written. */
export function signature(vocabulary: () => Vocabulary): Extension {
  return StateField.define<Tooltip | null>({
    create: (state) => tooltip(state, vocabulary()),
    update: (shown, transaction) =>
      transaction.docChanged || transaction.selection
        ? tooltip(transaction.state, vocabulary())
        : shown,
    provide: (field) =>
      showTooltip.computeN([field], (state) => [
        completionStatus(state) === 'active' ? null : state.field(field),
      ]),
  });
}

function tooltip(state: EditorState, { functions }: Vocabulary): Tooltip | null {
  const { head, empty } = state.selection.main;
  const call = empty ? callAt(state.doc.toString(), head) : null;
  const found = call && functionNamed(functions, call.name);
  if (!found) return null;
  return {
    pos: call.from,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-signature';
      for (const part of signatureParts(found, call.argument, call.named)) {
        const piece = document.createElement(part.active ? 'b' : 'span');
        piece.textContent = part.text;
        dom.append(piece);
      }
      const meaning = document.createElement('p');
      meaning.textContent = found.doc;
      dom.append(meaning);
      return { dom };
    },
  };
}
