/** A form as Stripe reads it: `a[b][0]=c` is nested. */
export type Form = { [key: string]: string | Form }

export function parseForm(text: string): Form {
  const form: Form = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [...name.matchAll(/([^[\]]+)/g)].map(([, key = '']) => key)
    let place = form
    for (const key of path.slice(0, -1)) {
      const next = place[key]
      const inner: Form = typeof next === 'object' ? next : {}
      place[key] = inner
      place = inner
    }
    const last = path.at(-1)
    if (last !== undefined) place[last] = value
  }
  return form
}

export function textOf(form: Form, key: string): string | undefined {
  const value = form[key]
  return typeof value === 'string' ? value : undefined
}

export function listOf(form: Form, key: string): string[] {
  const value = form[key]
  return typeof value === 'object' ? Object.values(value).filter((each) => typeof each === 'string') : []
}

/** Texts of a nested object: the metadata of a request. */
export function textsOf(form: Form, key: string): Record<string, string> {
  const value = form[key]
  const entries = typeof value === 'object' ? Object.entries(value) : []
  return Object.fromEntries(
    entries.flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}
