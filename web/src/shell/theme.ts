import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export type Density = 'compact' | 'comfortable' | 'dense'

const root = document.documentElement
const listeners = new Set<() => void>()

function keep(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    root.dataset.storage = 'none' // Storage is blocked: the choice lasts until the page is closed.
  }
  for (const listen of listeners) listen()
}

const subscribe = (listen: () => void): (() => void) => {
  listeners.add(listen)
  return () => listeners.delete(listen)
}

/** Light, dark, or what the system says. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(subscribe, () => (root.dataset.theme as Theme | undefined) ?? 'system')
  return [
    theme,
    (next) => {
      if (next === 'system') delete root.dataset.theme
      else root.dataset.theme = next
      keep('weir-theme', next === 'system' ? undefined : next)
    },
  ]
}

/** How high rows and controls are. */
export function useDensity(): readonly [Density, (density: Density) => void] {
  const density = useSyncExternalStore(
    subscribe,
    () => (root.dataset.density as Density | undefined) ?? 'compact',
  )
  return [
    density,
    (next) => {
      if (next === 'compact') delete root.dataset.density
      else root.dataset.density = next
      keep('weir-density', next === 'compact' ? undefined : next)
    },
  ]
}
