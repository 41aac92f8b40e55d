import type { EInvoice, ENote } from './e-invoice.ts'

/** The European standard itself, which every CII file follows. */
export const SPECIFICATION = 'urn:cen.eu:en16931:2017'
/** The German use of it. */
export const XRECHNUNG = `${SPECIFICATION}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0`

/** UNTDID 4451: general information. */
const GENERAL = 'AAI'
const PEPPOL_BILLING = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'
/** France's frames of invoicing: services to be paid, and services paid already. */
const SERVICES = 'S1'
export const SERVICES_PAID = 'S2'

/** BT-23: the business process of a file; null where none is named. A bill of nothing is not one that was paid. */
export function processOf(
  { nation, kind, totals }: Pick<EInvoice, 'nation' | 'kind' | 'totals'>,
  syntax: 'ubl' | 'cii',
): string | null {
  if (nation === 'DE') return syntax === 'ubl' ? PEPPOL_BILLING : null
  return kind === 'invoice' && totals.dueCents === 0n && totals.prepaidCents !== 0n ? SERVICES_PAID : SERVICES
}

/**
 * A note as UBL has it, with the code of its subject before it. A text of somebody's own that has a number sign gets a
 * code too, so that nothing in it is taken for one (BR-CL-08).
 */
export function ublNote({ code, text }: ENote): string {
  const subject = code ?? (text.includes('#') ? GENERAL : null)
  return subject === null ? text : `#${subject}#${text}`
}
