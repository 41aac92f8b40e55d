export type Change = { readonly field: string; readonly before: string; readonly after: string }

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The changes of an activity, by field: `{ name: ['A', 'B'] }` gives before and after as texts. */
export function changesOf(changes: Readonly<Record<string, unknown>>): readonly Change[] {
  return Object.entries(changes).map(([field, values]) => {
    const [before, after] = Array.isArray(values) ? (values as unknown[]) : []
    return { field, before: textOf(before), after: textOf(after) }
  })
}
