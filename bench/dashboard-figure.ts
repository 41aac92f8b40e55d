import type { Figure } from './figure.ts'

/** What was measured, beside what it may be. */
export type Budgeted = {
  readonly value: number
  readonly budget: number
  readonly unit?: string
  readonly details?: object
}

/** What one budget of the dashboard came to. */
export function figureOf(name: string, what: string, measured: Budgeted): Figure {
  const { value, budget, unit = 'ms', details = {} } = measured
  if (!Number.isFinite(value)) throw new Error(`${name}: nothing was measured`)
  return {
    name: `dashboard, ${name}`,
    what,
    unit,
    value,
    reference: budget,
    referenceWhat: 'its budget',
    ratio: value / budget,
    target: 1,
    isFloor: false,
    details: { ...details },
  }
}
