import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from '@/lib/classes';

type CardProps = Omit<ComponentProps<'section'>, 'title'> & {
  title?: ReactNode;
  /** Small text behind the title: a count, a unit. */
  note?: ReactNode;
  /** What stands at the right of the header: a switch, a search field, a link. */
  actions?: ReactNode;
  /** Set for tables and charts that reach the edges. */
  flush?: boolean;
};

/** `<Card title={<Trans>Trades</Trans>} note={formatInteger(n)} actions={<Segmented …/>} flush>…</Card>` */
export function Card({ title, note, actions, flush, className, children, ...rest }: CardProps) {
  const id = useId();
  return (
    <section
      {...rest}
      aria-labelledby={title ? id : rest['aria-labelledby']}
      className={cx(
        'flex min-w-0 flex-col overflow-hidden rounded-xl border border-line bg-surface',
        className,
      )}
    >
      {(title || actions) && (
        <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-2 px-3 py-1.5">
          {title && (
            <h2 id={id} className="text-13 font-semibold">
              {title}
            </h2>
          )}
          {note && <span className="text-12 text-text-3 tabular">{note}</span>}
          {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div
        className={cx('min-h-0 min-w-0 flex-1', !flush && 'px-3 pb-3', !flush && !title && 'pt-3')}
      >
        {children}
      </div>
    </section>
  );
}

/** Rows of name and value: `<Facts rows={[[<Trans>Owner</Trans>, account.name]]} />`. */
export function Facts({ rows }: { rows: [ReactNode, ReactNode][] }) {
  return (
    <dl className="text-12">
      {rows.map(([name, value], index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a card keep their order
          key={index}
          className="flex min-h-7 items-baseline justify-between gap-4 border-line-soft border-b py-1 last:border-0"
        >
          <dt className="shrink-0 text-text-3">{name}</dt>
          <dd className="min-w-0 text-right break-words tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
