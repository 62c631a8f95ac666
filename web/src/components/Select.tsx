import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { INPUT, useField } from '@/components/Field';
import { cx } from '@/lib/classes';

export type Option<T extends string> = { value: T; label: ReactNode; note?: ReactNode };

type SelectProps<T extends string> = {
  value: T | null;
  options: Option<T>[];
  onChange: (value: T) => void;
  label?: string;
  placeholder?: string;
  disabled?: boolean;
  className?: string;
};

/** One of a short list. For long ones take `Combobox`. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { value, options, onChange, label, placeholder, disabled, className } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => next !== null && onChange(next as T)}
      disabled={disabled ?? false}
    >
      <Base.Trigger
        aria-label={label}
        {...useField()}
        className={cx(INPUT, 'flex items-center justify-between gap-2 text-left', className)}
      >
        <Base.Value className="truncate">
          {() => chosen?.label ?? <span className="text-text-3">{placeholder ?? '–'}</span>}
        </Base.Value>
        <ChevronDown className="size-3.5 shrink-0 text-text-3" aria-hidden />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={POPUP}>
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} className={OPTION}>
                <span className="min-w-0 flex-1">
                  <Base.ItemText className="block truncate">{option.label}</Base.ItemText>
                  {option.note && <span className="block text-11 text-text-3">{option.note}</span>}
                </span>
                <Base.ItemIndicator>
                  <Check className="size-3.5 text-accent-text" aria-hidden />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** The surface of lists that open over the page. */
export const POPUP =
  'max-h-80 min-w-[var(--anchor-width)] max-w-96 overflow-y-auto rounded-lg border border-line-strong bg-surface p-1 text-13 shadow-pop outline-none transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0';

/** A line of such a list. */
export const OPTION =
  'flex min-h-7 cursor-default items-center gap-2 rounded-sm px-2 py-1 outline-none select-none data-[highlighted]:bg-accent-soft data-[disabled]:opacity-50';
