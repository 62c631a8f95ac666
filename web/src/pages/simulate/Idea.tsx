import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import { Badge } from '@/components/Badge';
import { IconButton } from '@/components/Button';
import { Fold } from '@/components/Fold';
import { Segmented } from '@/components/Segmented';
import { STRATEGY_KINDS, word } from '@/lib/words';
import { Chips } from './Chips';
import type { Draft } from './draft';
import { ParameterField } from './ParameterField';
import { changed, type Parameter, type Values } from './parameter';
import { contradictions, FORMS, KINDS, type Kind } from './strategyParameters';

type IdeaProps = {
  draft: Draft;
  /** What the values of the kind are when nobody changes them: of a built-in strategy, or the usual. */
  usual: Values;
  known: string[];
  setKind: (kind: Kind) => void;
  setSpec: (change: Values) => void;
  dropModel: () => void;
  errors: Record<string, string>;
};

/** The strategy itself: its kind, its parameters, and what of them is not as usual. */
export function Idea({ draft, usual, known, setKind, setSpec, dropModel, errors }: IdeaProps) {
  const { t, i18n } = useLingui();
  const form = FORMS[draft.kind];
  const values = draft.specs[draft.kind];
  const wrong = contradictions(draft.kind, values);
  const byModel = draft.kind === 'ranked' && draft.model !== null;
  const said = (name: string): string | undefined =>
    wrong[name] ? i18n._(wrong[name]) : errors[name];
  const field = (parameter: Parameter) => (
    <ParameterField
      key={`${draft.kind}.${parameter.name}.${'unit' in parameter && parameter.unit}`}
      parameter={parameter}
      values={values}
      known={known}
      error={said(parameter.name)}
      onChange={(name, value) => setSpec({ [name]: value })}
    />
  );
  const shown = (list: Parameter[]): Parameter[] =>
    list.filter((one) => (one.when?.(values) ?? true) && !(byModel && one.name === 'score'));
  const hints: Partial<Record<Kind, string>> = {
    ranked: t`decay, weights, limits of holding`,
    rule: t`stops, targets, risk of a position`,
  };
  const different = changed(form.more, values, usual).length;
  const numbers = [...form.idea, ...form.more].filter((one) => one.type !== 'expression');
  return (
    <div className="flex flex-col gap-2">
      <div className="overflow-x-auto">
        <Segmented<Kind>
          label={t`Kind of strategy`}
          value={draft.kind}
          options={KINDS.map((kind) => ({ value: kind, label: word(i18n, STRATEGY_KINDS, kind) }))}
          onChange={setKind}
        />
      </div>
      {byModel && (
        <p className="flex items-center gap-2 text-13">
          <Badge tone="accent">{t`Model`}</Badge> {draft.model?.name}
          <IconButton label={t`Rank by an expression instead`} onClick={dropModel}>
            <X aria-hidden />
          </IconButton>
        </p>
      )}
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">{shown(form.idea).map(field)}</div>
      {form.more.length > 0 && (
        <Fold
          key={draft.kind}
          title={draft.kind === 'rule' ? t`Exits and sizes` : t`Construction`}
          note={different ? t`${different} not as usual` : hints[draft.kind]}
        >
          {shown(form.more).map(field)}
        </Fold>
      )}
      <Chips
        label={t`Changed parameters`}
        parameters={numbers}
        values={values}
        usual={usual}
        onReset={setSpec}
      />
    </div>
  );
}
