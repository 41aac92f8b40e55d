import { useSyncExternalStore } from 'react'
import type { Crumb } from '../parts/page.tsx'

let shown: readonly Crumb[] = []
const listeners = new Set<() => void>()

/** The page tells the bar above it where it stands. */
export function showCrumbs(crumbs: readonly Crumb[]): void {
  if (JSON.stringify(crumbs) === JSON.stringify(shown)) return
  shown = crumbs
  for (const listen of listeners) listen()
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen)
  return () => listeners.delete(listen)
}

export const useShownCrumbs = (): readonly Crumb[] => useSyncExternalStore(subscribe, () => shown)
