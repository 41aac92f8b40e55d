import { ExactNumber } from '../input/exact-number.ts'

/**
 * The JSON text of a value that came from a request, with every number in the digits as sent. A number with kept
 * digits is recognised by its class, never by its looks, so that no text of a sender becomes bare JSON.
 */
export function exactJson(value: unknown): string {
  return hasKeptNumber(value) ? withDigits(value) : (JSON.stringify(value) ?? 'null')
}

function hasKeptNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof ExactNumber) return true
  if (Array.isArray(value)) return value.some(hasKeptNumber)
  for (const key in value) {
    const each: unknown = (value as Record<string, unknown>)[key]
    if (typeof each === 'object' && each !== null && hasKeptNumber(each)) return true
  }
  return false
}

function withDigits(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (value instanceof ExactNumber) return value.toString()
  if (Array.isArray(value)) return `[${value.map(withDigits).join(',')}]`
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${withDigits(each)}`).join(',')}}`
}
