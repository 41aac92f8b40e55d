import { E_INVOICING_COUNTRIES } from '../../organizations/settings.ts'
import type { FrozenDocument, FrozenReceipt } from '../frozen.ts'
import { applicationResponseOf } from './application-response.ts'
import { checkEInvoice, type EInvoiceProblems } from './check-e-invoice.ts'
import { ciiOf } from './cii.ts'
import { ePartiesOf } from './e-parties.ts'
import { ublOf } from './ubl.ts'

/** A file that is carried inside the PDF. */
export type CarriedFile = {
  readonly name: string
  readonly xml: string
  /** What it is to the PDF: the same bill in another form, or data about it. */
  readonly relationship: 'Alternative' | 'Data'
  readonly isFacturX: boolean
}

/** The files of an e-invoice, or why there are none. */
export type EDocument =
  | {
      /** UBL, which is stored by itself. */
      readonly xml: string
      readonly carried: CarriedFile
      readonly warnings: readonly string[]
    }
  | { readonly refusal: EInvoiceProblems }

/** Whether a document is an e-invoice too: its seller wants so, in a country that we know the rules of. */
export function isEDocument(frozen: FrozenDocument): boolean {
  const { einvoicing, address } = frozen.seller
  const isFinal = frozen.kind !== 'invoice' || frozen.mark === null
  return isFinal && einvoicing === true && E_INVOICING_COUNTRIES.includes(address.country ?? '')
}

/** The XML files of a final document; the same model gives the same bytes. Only for what `isEDocument`. */
export function eDocumentOf(frozen: FrozenDocument): EDocument {
  if (frozen.kind === 'receipt') return eReceiptOf(frozen)
  const { invoice, refusal, warnings } = checkEInvoice(frozen)
  if (refusal) return { refusal }
  const carried = {
    name: 'factur-x.xml',
    xml: ciiOf(invoice),
    relationship: 'Alternative',
    isFacturX: true,
  } as const
  return { xml: ublOf(invoice), carried, warnings }
}

function eReceiptOf(receipt: FrozenReceipt): EDocument {
  const parties = Object.values(ePartiesOf(receipt, false))
  const nameless = parties.filter(({ name }) => !name).map(({ owner }) => `${owner}.name`)
  if (nameless.length > 0) {
    return { refusal: Object.fromEntries(nameless.map((field) => [field, ['value_is_mandatory'] as const])) }
  }
  const xml = applicationResponseOf(receipt)
  return { xml, carried: { name: 'receipt.xml', xml, relationship: 'Data', isFacturX: false }, warnings: [] }
}
