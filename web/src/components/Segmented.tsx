import { Tabs as Base } from '@base-ui/react/tabs';
import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ReactNode } from 'react';

export type Choice<T extends string> = { value: T; label: ReactNode };

type SegmentedProps<T extends string> = {
  label: string;
  value: T;
  options: Choice<T>[];
  onChange: (value: T) => void;
};

/** One of a few, all in sight: `<Segmented label={t`Side`} value={side} options={…} onChange={setSide} />`. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedProps<T>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={(next) => next[0] && onChange(next[0] as T)}
      className="inline-flex max-w-full overflow-x-auto rounded-md bg-surface-2/60 p-0.5"
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          className="h-6 shrink-0 rounded-sm px-2.5 text-12 whitespace-nowrap text-text-2 transition-colors hover:text-text data-[pressed]:bg-surface-3 data-[pressed]:font-medium data-[pressed]:text-text"
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}

type TabsProps<T extends string> = {
  label: string;
  value: T;
  tabs: (Choice<T> & { count?: ReactNode; panel: ReactNode })[];
  onChange: (value: T) => void;
};

/** Parts of a page; the open one belongs in the URL. Panels that are not open are not mounted. */
export function Tabs<T extends string>({ label, value, tabs, onChange }: TabsProps<T>) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className="flex min-h-0 flex-1 flex-col gap-3"
    >
      <Base.List aria-label={label} className="flex gap-1 overflow-x-auto border-line border-b">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px flex h-9 shrink-0 items-center gap-1.5 border-transparent border-b-2 px-3 text-13 text-text-2 transition-colors hover:text-text data-[active]:border-accent data-[active]:font-medium data-[active]:text-text"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="text-11 text-text-3 tabular">{tab.count}</span>
            )}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel
          key={tab.value}
          value={tab.value}
          className="flex min-h-0 flex-1 flex-col gap-3"
        >
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
