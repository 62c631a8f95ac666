import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { cx } from '@/lib/classes';

/** Says that a feature set has no values yet, and leads to where they are made. */
export function ComputeFirst({ setId, className }: { setId: string; className?: string }) {
  return (
    <p role="status" className={cx('text-12 text-warn', className)}>
      <Trans>
        Its values are not computed yet.{' '}
        <Link to="/features/sets/$setId" params={{ setId }} className="underline hover:text-text">
          Compute them first
        </Link>
        .
      </Trans>
    </p>
  );
}
