import { Decimal } from '../../src/core/amounts/decimal.ts'
import { type Instant, instant } from '../../src/core/calendar/instant.ts'

export type Row = Readonly<Record<string, string>>

/** A number as pages write it: `1,200` and a real minus sign are fine. */
export function decimal(text: string | undefined): Decimal {
  return Decimal.of((text ?? '').replaceAll(',', '').replace('−', '-'))
}

export function cents(text: string | undefined): bigint {
  return decimal(text).toBigInt()
}

/** A number as pages write it, with groups of digits. */
export function shown(value: Decimal | bigint): string {
  const [whole = '', fraction] = value.toString().replace('-', '−').split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

export function list(text: string | undefined): string[] {
  return (text ?? '').split(/[,;] /).filter((each) => each !== '')
}

export function at(text: string | undefined): Instant {
  const iso =
    (text ?? '').includes('T') || (text ?? '').length === 10 ? text : `${(text ?? '').replace(' ', 'T')}Z`
  return instant(Date.parse(iso ?? ''))
}
