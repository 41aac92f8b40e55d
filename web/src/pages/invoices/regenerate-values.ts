import type { Invoice } from '../../api/types.ts'

/** A line of a voided invoice; empty texts keep what was billed. */
export type RegeneratedLine = {
  readonly id: string
  readonly isKept: boolean
  readonly units: string
  readonly unitAmount: string
}

export type RegenerateValues = { lines: readonly RegeneratedLine[] }

/** The lines of a voided invoice, all kept as they are. */
export function linesOfInvoice({ fees }: Pick<Invoice, 'fees'>): readonly RegeneratedLine[] {
  return (fees ?? []).flatMap(({ lago_id }) =>
    lago_id ? [{ id: lago_id, isKept: true, units: '', unitAmount: '' }] : [],
  )
}

/** The body of the request. A price is only changed together with units, so those of the line are sent with it. */
export function regenerateBody({ lines }: RegenerateValues, { fees }: Pick<Invoice, 'fees'>) {
  const unitsOf = (id: string) => (fees ?? []).find(({ lago_id }) => lago_id === id)?.units
  return {
    fees: lines
      .filter(({ isKept }) => isKept)
      .map(({ id, units, unitAmount }) => ({
        id,
        ...(units !== '' || unitAmount !== '' ? { units: units || unitsOf(id) } : {}),
        ...(unitAmount === '' ? {} : { unit_precise_amount: unitAmount }),
      })),
  }
}

/** What is wrong, by field. */
export function checkRegeneration({ lines }: RegenerateValues): Record<string, string | undefined> {
  const isNumber = (text: string) => text === '' || Number(text) >= 0
  return {
    fees: lines.some(({ isKept }) => isKept)
      ? lines.every(({ units, unitAmount }) => isNumber(units) && isNumber(unitAmount))
        ? undefined
        : 'Enter units and prices of zero or more.'
      : 'Keep at least one line.',
  }
}
