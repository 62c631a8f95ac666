import { useEffect, useState } from 'react';

/** A pause in typing after which an answer is wanted. */
export const REST_MS = 150;

/** A value once it has not changed for a moment. */
export function useRested<T>(value: T, ms: number = REST_MS): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
