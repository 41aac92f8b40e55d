const KEPT_MS = 7 * 86_400_000
const keyOf = (name: string): string => `weir-draft ${name}`

/** Keeps what was typed into a form on this computer. */
export function keepDraft(name: string, values: unknown): void {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify({ at: Date.now(), values }))
  } catch {
    // Storage is full or blocked: the form works, it only cannot be offered again.
  }
}

/** What was typed into a form in the last seven days and not saved; null when there is nothing. */
export function readDraft<V>(name: string): V | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(name)) ?? 'null') as { at: number; values: V } | null
    return kept && Date.now() - kept.at < KEPT_MS ? kept.values : null
  } catch {
    return null // Not ours, or storage is blocked.
  }
}

export function forgetDraft(name: string): void {
  try {
    localStorage.removeItem(keyOf(name))
  } catch {
    // Storage is blocked: there is nothing to forget.
  }
}
