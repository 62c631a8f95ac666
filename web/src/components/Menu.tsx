import { Menu as Base } from '@base-ui/react/menu';
import { useLingui } from '@lingui/react/macro';
import type { ReactElement, ReactNode } from 'react';
import { OPTION, POPUP } from '@/components/Select';

export type MenuItem =
  | {
      kind?: 'item';
      key: string;
      label: ReactNode;
      icon?: ReactNode;
      onSelect: () => void;
      disabled?: boolean;
    }
  | { kind: 'heading'; key: string; label: ReactNode }
  | { kind: 'separator'; key: string };

/** `<Menu trigger={<IconButton label={t`More`}>…</IconButton>} items={[{ key, label, onSelect }]} />` */
export function Menu({ trigger, items }: { trigger: ReactElement; items: MenuItem[] }) {
  const { t } = useLingui();
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      {/* A menu outside every landmark would not be found by moving between them. */}
      <Base.Portal role="region" aria-label={t`Menu`}>
        <Base.Positioner sideOffset={4} align="end" className="z-50">
          <Base.Popup className={`${POPUP} min-w-48`}>
            {items.map((item) => (
              <Entry key={item.key} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ item }: { item: MenuItem }) {
  if (item.kind === 'separator') return <Base.Separator className="my-1 h-px bg-line" />;
  if (item.kind === 'heading') {
    return <div className="px-2 py-1 text-11 text-text-3">{item.label}</div>;
  }
  return (
    <Base.Item
      onClick={item.onSelect}
      disabled={item.disabled ?? false}
      className={`${OPTION} [&_svg]:size-3.5 [&_svg]:text-text-3`}
    >
      {item.icon}
      {item.label}
    </Base.Item>
  );
}
